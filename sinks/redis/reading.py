"""Reads from Redis what stands of alerts, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from contract.alert import Severity
from sinks.redis.connection import Connection
from sinks.redis.handled import Known, known_in
from sinks.redis.keys import (
    CLOSED,
    OPEN,
    OPEN_SHADOW,
    OPEN_SUPPRESSED,
    employee_key,
    of_severity,
)

#: What a user of Redis who only reads needs the right to.
COMMANDS: Final = ("mget", "zcard", "zrevrange", "zrangebyscore", "xread", "xrange", "xrevrange")
#: Alerts asked for at once. Redis serves nobody else meanwhile.
_AT_ONCE: Final = 200

#: Which alerts: those somebody has work with; on trial; covered by an allowance; closed.
Shelf = Literal["open", "shadow", "suppressed", "closed"]
_SHELVES: Final[dict[Shelf, str]] = {
    "open": OPEN,
    "shadow": OPEN_SHADOW,
    "suppressed": OPEN_SUPPRESSED,
    "closed": CLOSED,
}


class RedisReading:
    """Reads from one Redis; nothing connects before the first call. Every call raises
    `RedisSinkError`."""

    def __init__(self, url: str, timeout: float = 5.0) -> None:
        self._connection = Connection(url, timeout)

    @property
    def address(self) -> str:
        """Where it is, without user and password: what a message may show."""
        return self._connection.address

    async def ids(self, shelf: Shelf, severity: Severity | None = None) -> list[str]:
        """The ids on a shelf, by score, of what is closed by when: the highest, the last, first."""
        key = _SHELVES[shelf]
        if severity is not None and shelf != "closed":
            key = of_severity(key, severity)
        return _texts(await self._connection.ask(("ZREVRANGE", key, 0, -1)))

    async def closed_since(self, since: int) -> list[str]:
        """The ids of what was closed or withdrawn since then (ms)."""
        return _texts(await self._connection.ask(("ZRANGEBYSCORE", CLOSED, since, "+inf")))

    async def of_employee(self, employee: str, since: int) -> list[str]:
        """The ids of the alerts on an employee whose last event is not before `since` (s)."""
        key = employee_key(employee)
        return _texts(await self._connection.ask(("ZRANGEBYSCORE", key, since, "+inf")))

    async def known(self, alert_ids: Iterable[str]) -> list[Known]:
        """What stands of these alerts; of one that is gone, or of which only actions are there,
        nothing."""
        wanted = list(alert_ids)
        found: list[Known] = []
        for start in range(0, len(wanted), _AT_ONCE):
            found += await known_in(self._connection, wanted[start : start + _AT_ONCE])
        return [it for it in found if it.alert is not None]

    async def tail(
        self, streams: dict[str, str], wait: float, most: int = 500
    ) -> list[tuple[str, str, dict[str, bytes]]]:
        """What came on these streams after the ids given, waiting so many seconds for the first:
        stream, id and fields of each. `$` is the end, as of now."""
        command = ("XREAD", "COUNT", most, "BLOCK", int(wait * 1000), "STREAMS")
        answer = await self._connection.ask((*command, *streams, *streams.values()))
        pairs: Any = answer.items() if isinstance(answer, dict) else answer or ()
        return [
            (_text(stream), _text(id_), _fields(fields))
            for stream, entries in pairs
            for id_, fields in (entries if not _is_nested(entries) else entries[0])
        ]

    async def ends(self, *streams: str) -> dict[str, str]:
        """The newest id on each of these streams, from where `tail` goes on; `0-0` on one that is
        empty."""
        found: dict[str, str] = {}
        for stream in streams:
            last = await self._connection.ask(("XREVRANGE", stream, "+", "-", "COUNT", 1))
            found[stream] = _text(last[0][0]) if last else "0-0"
        return found

    async def still_has(self, ends: dict[str, str]) -> bool:
        """Whether these entries are still there. Where one is gone, Redis was emptied, or so much
        came that the stream was trimmed beyond it: what a reader knows by its tail has a hole."""
        for stream, id_ in ends.items():
            if id_ == "0-0":
                continue
            if not await self._connection.ask(("XRANGE", stream, id_, id_, "COUNT", 1)):
                return False
        return True

    async def sizes(self) -> dict[Shelf, int]:
        """How many alerts are on each shelf."""
        return {
            shelf: int(await self._connection.ask(("ZCARD", key)))
            for shelf, key in _SHELVES.items()
        }

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()


def _is_nested(entries: Any) -> bool:
    """RESP 3 has the entries of a stream one list deeper."""
    return bool(entries) and len(entries) == 1 and isinstance(entries[0][0], (list, tuple))


def _fields(fields: Any) -> dict[str, bytes]:
    if isinstance(fields, dict):
        return {_text(name): value for name, value in fields.items()}
    return {_text(name): value for name, value in zip(fields[::2], fields[1::2], strict=True)}


def _texts(values: Sequence[Any]) -> list[str]:
    return [_text(it) for it in values]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
