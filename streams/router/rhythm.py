"""How often something comes, judging by how often it has come so far. Pure."""

from __future__ import annotations

from collections import deque
from statistics import median_low

#: Of so many intervals the median is usual: one outage among them is not.
_INTERVALS = 9


class Rhythm:
    """The usual interval between consecutive times; `usual` is what it was known to be before."""

    def __init__(self, usual: int | None = None) -> None:
        self._last: int | None = None
        before = [] if usual is None else [usual] * (_INTERVALS // 2)
        self._intervals: deque[int] = deque(before, _INTERVALS)

    def beat(self, at: int) -> None:
        """It came at `at`. A time that is not after the one before is ignored."""
        if self._last is not None and at > self._last:
            self._intervals.append(at - self._last)
        if self._last is None or at > self._last:
            self._last = at

    @property
    def usual(self) -> int | None:
        """The interval, None before there was one."""
        return median_low(self._intervals) if self._intervals else None
