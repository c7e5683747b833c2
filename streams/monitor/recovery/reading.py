"""How much of the changelog a monitor has still to read before it has its states back."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

#: Seconds that a pace is taken over: of a compacted topic the older offsets are mostly empty and go
#: by fast, so what is left takes as long as what was read last, not as all of it.
_PACE_OVER: Final = 10.0
#: Seconds of reading before there is a pace, and between the places that it is taken from.
_PACE_FROM, _PLACE_EVERY = 1.0, 0.5
#: Seconds without anything new after which there is no pace any more.
_STANDSTILL: Final = 5.0


@dataclass
class Extent:
    """Offsets of one partition of the changelog: from `first` to before `end`, read to before `at`,
    where `records` of them were found."""

    first: int
    end: int
    at: int
    records: int = 0

    @property
    def left(self) -> int:
        """Offsets still to be read."""
        return self.end - self.at


class Reading:
    """The partitions whose states are read back together, from the first that is not there until
    all are.

    In offsets, because of these Kafka says beforehand how many there are. Where a topic was
    compacted, many are empty: how many records there are is known once they were read.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.extents: dict[int, Extent] = {}
        #: The partition that is being read.
        self.current: int | None = None
        self._progress_at = clock()
        #: Where the reading was at what time, the oldest first.
        self._places: deque[tuple[float, int]] = deque()

    def expect(self, number: int, first: int, end: int) -> None:
        """There is so much to be read of a partition, some time."""
        self.extents.setdefault(number, Extent(first, end, first))

    def begin(self, number: int, first: int, end: int) -> None:
        """Now this partition is read, from its beginning."""
        self.extents[number] = Extent(first, end, first)
        self.current = number
        self._places.clear()
        self._moved()

    def reached(self, number: int, at: int, records: int) -> None:
        """It was read to before the offset `at`, with so many more records."""
        extent = self.extents.get(number)
        if extent is None:
            # It is another's by now; that is looked at once it was read.
            return
        self.current = number
        # Tansu says too little at first, and what is read may go on beyond what was there.
        extent.end = max(extent.end, at)
        extent.at = at
        extent.records += records
        self._moved()

    def done(self, number: int) -> None:
        """The states of a partition are in memory."""
        if number in self.extents:
            self.extents[number].at = self.extents[number].end
        if self.current == number:
            self.current = None
        self._moved()

    def only(self, numbers: Collection[int]) -> None:
        """Of all others nothing is to be read here any more."""
        for number in self.extents.keys() - set(numbers):
            del self.extents[number]
            self._places.clear()
            if self.current == number:
                self.current = None

    @property
    def offsets(self) -> int:
        """How many there are to be read in all, those that were read among them."""
        return sum(it.end - it.first for it in self.extents.values())

    @property
    def left(self) -> int:
        """How many of them are still to be read."""
        return sum(it.left for it in self.extents.values())

    @property
    def percent(self) -> int:
        """How many of a hundred were read; rounded down, so that 100 is all."""
        offsets = self.offsets
        return 100 * (offsets - self.left) // offsets if offsets else 100

    @property
    def is_putting_together(self) -> bool:
        """Whether a partition was read, and its states are not in memory yet."""
        return self.current is not None and not self.extents[self.current].left

    @property
    def without_progress(self) -> float:
        """Seconds since anything new came."""
        return self._clock() - self._progress_at

    @property
    def seconds_left(self) -> float | None:
        """How long what is left takes at the pace of the last seconds; None while there is none."""
        if not self._places or self.without_progress > _STANDSTILL:
            return None
        began, before = self._places[0]
        seconds, read = self._progress_at - began, self.offsets - self.left - before
        if seconds < _PACE_FROM or read <= 0:
            return None
        return self.left * seconds / read

    def _moved(self) -> None:
        now = self._progress_at = self._clock()
        if not self._places or now - self._places[-1][0] >= _PLACE_EVERY:
            self._places.append((now, self.offsets - self.left))
        while now - self._places[0][0] > _PACE_OVER:
            self._places.popleft()
