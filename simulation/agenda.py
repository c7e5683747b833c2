"""Who does what next. A process is a generator that yields the instant until which it waits."""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush

#: Yields instants in seconds since 1970; is resumed at each.
Process = Generator[int, None, None]


class Agenda:
    """Resumes processes in the order of time, and for one instant in the order in which they
    asked."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._asked = 0
        self._next: list[tuple[int, int, Process]] = []

    def start(self, process: Process, at: int | None = None) -> None:
        """Let `process` begin at `at`, or as soon as the process that is running now waits."""
        self._asked += 1
        heappush(self._next, (max(at or self.now, self.now), self._asked, process))

    def run(self, until: int) -> None:
        """Run everything that happens before `until`, which is `now` afterwards."""
        while self._next and self._next[0][0] < until:
            self.now, _, process = heappop(self._next)
            wakes = next(process, None)
            if wakes is not None:
                self.start(process, wakes)
        self.now = until
