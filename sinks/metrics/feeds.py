"""The partitions of the source topics: how far each is, and whether its sender is silent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, Gauge

#: What is told of each partition of a source topic, in the order of `FeedFigure`.
_GAUGES: Final = {
    "last_event_timestamp_seconds": (
        "When the newest event of this partition happened, in seconds since 1970."
    ),
    "last_heartbeat_timestamp_seconds": (
        "The time of the newest heartbeat of this partition, in seconds since 1970."
    ),
    "complete_timestamp_seconds": (
        "Time, in seconds since 1970, up to which all that happened has been sent on this partition"
        " and read, as far as its sender says."
    ),
    "end_reached_timestamp_seconds": (
        "When this partition was last seen to be read to its end, or its router began to read it,"
        " in seconds since 1970."
    ),
    "silent": "1 while this partition is more silent than it should be.",
}


class FeedFigure(NamedTuple):
    """How one partition of a source topic stands; times in seconds, None while not known."""

    last_event: float | None
    last_heartbeat: float | None
    complete_to: float | None
    end_reached: float | None
    silent: int


class FeedFigures:
    """How the partitions stand that this process reads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gauges = {
            name: Gauge(f"offbook_feed_{name}", text, ["topic", "partition"], registry=registry)
            for name, text in _GAUGES.items()
        }
        self._here: set[tuple[str, str]] = set()

    def show(self, figures: Mapping[tuple[str, int], FeedFigure]) -> None:
        """How the partitions stand that are read here, all of them; others are forgotten."""
        here = {(topic, str(partition)): figure for (topic, partition), figure in figures.items()}
        for gone in self._here - here.keys():
            for gauge in self._gauges.values():
                with suppress(KeyError):
                    gauge.remove(*gone)
        self._here = set(here)
        for labels, figure in here.items():
            for name, value in zip(_GAUGES, figure, strict=True):
                if value is not None:
                    self._gauges[name].labels(*labels).set(value)
                else:
                    with suppress(KeyError):
                        self._gauges[name].remove(*labels)
