"""Some programs over the same events, in turn, round after round."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from bench.peers.figures import Run
from bench.peers.running import FailedError, Used
from bench.ratios import load, spaced


class Contest:
    """`title` says where the events come from, `base` which program the others are held against. A
    program that fails once is asked no more."""

    def __init__(self, title: str, events: int, base: str) -> None:
        self.title = title
        self.events = events
        self.base = base
        self.runs: list[Run] = []
        self.failures: dict[str, str] = {}

    def round(self, number: int, programs: Mapping[str, Callable[[], Used]]) -> None:
        """Ask each once; each round begins with another, so that none is always the first."""
        names = list(programs)
        first = number % len(names)
        for name in names[first:] + names[:first]:
            if name not in self.failures:
                self._ask(number, name, programs[name])

    def _ask(self, number: int, name: str, program: Callable[[], Used]) -> None:
        try:
            used = program()
            if used.read is not None and used.read < self.events:
                raise FailedError(f"read {spaced(used.read)} of {spaced(self.events)} events")
        except FailedError as error:
            self.failures[name] = str(error)
            print(f"{self.title}: {name} FAILED: {error}", file=sys.stderr, flush=True)
            return
        run = Run(name, number, self.events, used.cpu, used.whole, used.mib, load())
        self.runs.append(run)
        print(
            f"{self.title}, round {number + 1}: {name} {run.per_million:.1f} CPU seconds per"
            f" million events, {spaced(run.mib)} MiB, load average {run.load:.1f}",
            flush=True,
        )
