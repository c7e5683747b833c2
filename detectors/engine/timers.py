"""Which entities want to be looked at when, though no event comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush, heapreplace

from detectors.engine.stream_time import Now, Topics

#: Entries that are not worth clearing out.
_SPARE = 1000


class Timers:
    """One wake-up time an entity; setting a new one replaces the old.

    A heap with an entry at or before each time, moved on when it comes up too early: a customer
    that is seen every day puts off its wake-up every day, which costs no push. Entries that nobody
    waits for any more are cleared out before they are the greater part.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []
        self._due: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._due)

    def set(self, key: str, due: int | None) -> None:
        """Wake `key` once time has passed `due`; never if None."""
        if due is None:
            self._due.pop(key, None)
            return
        known = self._due.get(key)
        if known == due:
            return
        self._due[key] = due
        if known is None or due < known:
            heappush(self._heap, (due, key))
            if len(self._heap) > 2 * len(self._due) + _SPARE:
                self._heap = [(due, key) for key, due in self._due.items()]
                heapify(self._heap)

    def may_be_due(self, now: int) -> bool:
        """False if nothing is due before `now`: a look at the heap's first entry."""
        return bool(self._heap) and self._heap[0][0] < now

    def next(self) -> int | None:
        """The earliest time anything is due."""
        first = self.first()
        return None if first is None else first[0]

    def first(self) -> tuple[int, str] | None:
        """What is due before all others, and when."""
        while self._heap:
            first = at, key = self._heap[0]
            due = self._due.get(key)
            if due == at:
                return first
            if due is None or due < at:
                heappop(self._heap)
            else:
                heapreplace(self._heap, (due, key))
        return None

    def expired(self, now: int) -> Iterator[tuple[int, str]]:
        """Take out, in order, what was due before `now`. Entities may be set anew meanwhile."""
        while (first := self.first()) is not None and first[0] < now:
            heappop(self._heap)
            del self._due[first[1]]
            yield first


class Clocks:
    """Timers by the clock that they go by: an entity may want to be looked at by several."""

    def __init__(self) -> None:
        self._timers: dict[Topics, Timers] = {}
        self._set: dict[str, tuple[Topics, ...]] = {}

    def __len__(self) -> int:
        return len(self._set)

    def set(self, key: str, due: Mapping[Topics, int]) -> None:
        """Wake `key` once one of the clocks has passed its time; never if there is none."""
        clocks = tuple(due)
        for clock in self._set.get(key, ()):
            if clock not in due:
                self._timers[clock].set(key, None)
        for clock, at in due.items():
            timers = self._timers.get(clock)
            if timers is None:
                timers = self._timers[clock] = Timers()
            timers.set(key, at)
        if clocks:
            self._set[key] = clocks
        else:
            self._set.pop(key, None)

    def expired(self, now: Now) -> Iterator[str]:
        """Take out, by clock and in order, what was due. Entities may be set anew meanwhile."""
        for clock, timers in list(self._timers.items()):
            at = now.of(clock)
            if at is not None:
                for _, key in timers.expired(at):
                    yield key
