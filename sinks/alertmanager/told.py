"""What Alertmanager was told of, kept in Redis, and what has changed there since.

The labels of an alert are settled once, by whoever tells of it first. A case may be found to be one
with another, and an employee may change teams: with other labels the same alert would be a new one
to Alertmanager, and page again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from contract.alert import SEVERITIES, Severity
from sinks.redis.connection import Connection
from sinks.redis.handled import Known
from sinks.redis.keys import ACTIONS, STREAM, TOLD
from sinks.redis.reading import RedisReading

#: Fields asked for at once. Redis serves nobody else meanwhile.
_AT_ONCE: Final = 600

#: What a user of Redis needs the right to, beside what delivery needs.
COMMANDS: Final = (
    *("hkeys", "hmget", "hsetnx", "hdel", "xread", "xrevrange", "zrevrange", "zrangebyscore"),
)

_T = TypeVar("_T")

#: One alert of Alertmanager's: one of ours, at one severity.
Key = tuple[str, Severity]


class Told(Struct, frozen=True):
    """What an alert was told as: labels that might change, and since when it is (µs)."""

    detector: str
    case_id: str
    team: str
    starts: int


_decode = msgspec.json.Decoder(Told).decode


class ToldStore:
    """Reads what is open, and keeps what was told of it. Every call raises `RedisSinkError`."""

    def __init__(self, url: str, timeout: float = 5.0) -> None:
        self._connection = Connection(url, timeout)
        self._reading = RedisReading(url, timeout)
        #: Up to where each stream was read; empty before the first time.
        self._read: dict[str, str] = {}

    async def open_ids(self) -> list[str]:
        """All that somebody is to be told of, the worst first."""
        return [id_ for severity in SEVERITIES for id_ in await self._reading.ids("open", severity)]

    async def closed_ids(self, since: int) -> list[str]:
        """What was closed or withdrawn since then (ms)."""
        return await self._reading.closed_since(since)

    async def known(self, alert_ids: Sequence[str]) -> dict[str, Known]:
        """What stands of these alerts, of those that are there."""
        found = await self._reading.known(alert_ids)
        return {it.alert.alert_id: it for it in found if it.alert is not None}

    async def changed(self, wait: float) -> set[str]:
        """The alerts that have a new revision, or on which somebody acted, since the last call;
        waits so many seconds for the first of them."""
        if not self._read:
            self._read = await self._reading.ends(STREAM, ACTIONS)
        try:
            entries = await self._reading.tail(self._read, wait)
        except Exception:
            # A Redis that comes back may have a stream made anew, with other ids.
            self._read.clear()
            raise
        for stream, id_, _ in entries:
            self._read[stream] = id_
        return {_text(fields.get("alert_id", b"")) for _, _, fields in entries}

    async def keys(self) -> list[Key]:
        """All that Alertmanager was told of and not yet told to be over."""
        return [_key(it) for it in await self._connection.ask(("HKEYS", TOLD))]

    async def told(self, alert_ids: Iterable[str]) -> dict[Key, Told]:
        """What it was told of these alerts."""
        keys = [(id_, severity) for id_ in alert_ids for severity in SEVERITIES]
        found: dict[Key, Told] = {}
        for part in parts(keys, _AT_ONCE):
            values = await self._connection.ask(("HMGET", TOLD, *map(_field, part)))
            for key, value in zip(part, values, strict=True):
                if value is None:
                    continue
                try:
                    found[key] = _decode(value)
                except msgspec.DecodeError:
                    # Somebody has spoiled it: settled anew, it pages once more at worst.
                    await self._connection.ask(("HDEL", TOLD, _field(key)))
        return found

    async def settle(self, labels: Mapping[Key, Told]) -> dict[Key, Told]:
        """Keep these, and return what now holds: what another worker kept before stays."""
        for key, value in labels.items():
            await self._connection.ask(("HSETNX", TOLD, _field(key), msgspec.json.encode(value)))
        found = await self.told({alert_id for alert_id, _ in labels})
        return {**labels, **found}

    async def forget(self, keys: Sequence[Key]) -> None:
        """Alertmanager was told that these are over."""
        for part in parts(keys, _AT_ONCE):
            await self._connection.ask(("HDEL", TOLD, *map(_field, part)))

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()
        await self._reading.close()


def parts(all_: Sequence[_T], most: int) -> Iterator[Sequence[_T]]:
    """In order, at most so many at once."""
    for start in range(0, len(all_), most):
        yield all_[start : start + most]


def _field(key: Key) -> str:
    alert_id, severity = key
    return f"{severity}:{alert_id}"


def _key(field: Any) -> Key:
    severity, _, alert_id = _text(field).partition(":")
    return (alert_id, next((it for it in SEVERITIES if it == severity), "info"))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
