"""Finds an alert by its id: in Redis, or in the output of a replay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import ClassVar

import msgspec

from contract.alert import Alert
from contract.decoding.explain import shape_of
from contract.spelling.nearest import nearest
from offbook.cli.files.ndjson import InputError, sources
from offbook.cli.files.revisions import Revisions
from sinks.redis.sink import RedisSink
from streams.settings.own_detectors import known_detectors
from streams.settings.settings import Settings


class NoSuchAlertError(LookupError):
    """There is no alert of this id in the place searched. Says what to check."""

    retryable: ClassVar[bool] = False


def in_redis(alert_id: str, settings: Settings) -> Alert:
    """The newest revision in Redis. Raises `NoSuchAlertError` or `RedisSinkError`."""
    ids = known_detectors(settings.detectors_path).by_id.keys()
    _refuse_detector(alert_id, ids)

    async def ask() -> tuple[Alert | None, str]:
        sink = RedisSink(settings.redis_url)
        try:
            return await sink.newest(alert_id), sink.address
        finally:
            await sink.close()

    alert, address = asyncio.run(ask())
    if alert is None:
        raise NoSuchAlertError(
            f"Redis at {address} has no alert {alert_id}{_detector_meant(alert_id, ids)}\n"
            "an id is whole: a detector, a hyphen and 16 hexadecimal digits; what is open lists"
            " redis-cli ZRANGE '{ob}:open' 0 -1\n"
            "is it the Redis that the service writes to (OFFBOOK_REDIS_URL)? an alert of a replay"
            " stands in its output: --from FILE"
        )
    return alert


def in_file(
    alert_id: str, name: str, say: Callable[[str], None], detectors: Collection[str]
) -> Alert:
    """The newest revision in a replay's output, wherever it is in the file.

    `say` is called for lines that contradict each other about the same revision; of those the same
    one is always taken, in whatever order they are. `detectors` are the ids there are. Raises
    `NoSuchAlertError` or `InputError`.
    """
    _refuse_detector(alert_id, detectors)
    found: dict[int, Alert] = {}
    ids: dict[str, None] = {}
    with sources([name], once=True) as [source]:
        told = Revisions(source.name)
        for number, line in source.lines():
            try:
                alert = msgspec.json.decode(line, type=Alert)
            except msgspec.DecodeError as error:
                raise InputError(
                    f"{source.name}:{number}: is no alert as `offbook replay` writes them:"
                    f" {shape_of(error)}"
                ) from None
            ids[alert.alert_id] = None
            if alert.alert_id == alert_id:
                if (other := told.strange(alert, number)) is not None:
                    say(other)
                known = found.get(alert.revision, alert)
                found[alert.revision] = min(known, alert, key=Alert.content)
        if not found:
            raise NoSuchAlertError(
                f"{source.name} has {len(ids)} alerts, and none is {alert_id}"
                f"{_nearest(alert_id, ids)}\n"
                "the id must be whole, and the replay must have run over the events it rests on,"
                " with its detector and the same parameters"
            )
    return found[max(found)]


def _refuse_detector(alert_id: str, detectors: Collection[str]) -> None:
    if alert_id in detectors:
        raise NoSuchAlertError(
            f"{alert_id} is a detector, and explain wants an alert's id:"
            f" {alert_id}- and 16 hexadecimal digits\n"
            f"`offbook detectors {alert_id}` tells of the detector"
        )


def _detector_meant(alert_id: str, detectors: Collection[str]) -> str:
    name = alert_id.rpartition("-")[0] or alert_id
    return "" if name in detectors else nearest(name, detectors)


def _nearest(alert_id: str, ids: Iterable[str]) -> str:
    return nearest(alert_id, list(ids))
