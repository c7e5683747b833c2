"""What entities cost, without saying whose they are."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Gauge

#: Seconds after which a look is of the minute before, and after as many again forgotten.
_MINUTE: Final = 60.0


class EntityFigures:
    """The longest looks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gauge = Gauge(
            "offbook_costliest_entity_seconds",
            "How long the longest look at one entity of a kind took within the last minute or two;"
            " its whole partition waits meanwhile.",
            ["kind"],
            registry=registry,
        )
        self._before: Mapping[str, float] = {}
        self._now: dict[str, float] = {}
        self._since = time.monotonic()

    def looked(self, longest: Mapping[str, float]) -> None:
        """The longest looks of some work, in seconds by kind; none where only time has passed."""
        now = time.monotonic()
        if now - self._since >= _MINUTE:
            for kind in self._before.keys() - self._now.keys():
                self._gauge.labels(kind).set(0)
            self._before, self._now, self._since = self._now, {}, now
        for kind, seconds in longest.items():
            self._now[kind] = max(seconds, self._now.get(kind, 0.0))
        for kind in self._before.keys() | self._now.keys():
            self._gauge.labels(kind).set(max(self._before.get(kind, 0.0), self._now.get(kind, 0.0)))
