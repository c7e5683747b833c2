"""How often a reader may ask: a bucket of tokens each, which fills at a steady rate."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

#: Requests a second, and how many at once after a pause: a dashboard of twenty panels that is
#: refreshed every five seconds stays well below.
RATE: Final = 20.0
BURST: Final = 100


class Limits:
    """`rate` requests a second and `burst` at once, for each name by itself. `clock` in seconds."""

    def __init__(
        self,
        rate: float = RATE,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        #: What is in the bucket, and since when.
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, name: str) -> float:
        """Take one; 0 if there was one, else the seconds until there is."""
        now = self._clock()
        left, since = self._buckets.get(name, (float(self._burst), now))
        left = min(float(self._burst), left + (now - since) * self._rate)
        if left < 1:
            self._buckets[name] = (left, now)
            return (1 - left) / self._rate
        self._buckets[name] = (left - 1, now)
        return 0.0
