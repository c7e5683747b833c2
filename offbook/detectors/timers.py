"""Which entities want to be looked at when, though no event comes."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

#: Outdated entries that are not worth clearing out.
_SPARE = 1000


class Timers:
    """One wake-up time an entity; setting a new one replaces the old.

    A heap whose outdated entries are passed over when they come up: setting costs one push, and
    nothing at all if the time is unchanged, which is the usual case. A customer that is seen every
    day puts off its wake-up every day, so outdated entries are cleared out before they are the
    greater part.
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
        elif self._due.get(key) != due:
            self._due[key] = due
            heappush(self._heap, (due, key))
            if len(self._heap) > 2 * len(self._due) + _SPARE:
                self._heap = [(due, key) for key, due in self._due.items()]
                heapify(self._heap)

    def next(self) -> int | None:
        """The earliest time anything is due."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def expired(self, now: int) -> Iterator[tuple[int, str]]:
        """Take out, in order, what was due before `now`. Entities may be set anew meanwhile."""
        while (due := self.next()) is not None and due < now:
            key = heappop(self._heap)[1]
            del self._due[key]
            yield due, key
