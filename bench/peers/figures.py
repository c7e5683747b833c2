"""Figures of several rounds as a table: the median, how far they spread, and by what ratio."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from bench.ratios import spaced


class Run(Struct, frozen=True):
    """What one program used in one round: processor seconds from the first event on and in all,
    and the most memory that it held. `load` is the load average when it ended."""

    name: str
    round: int
    events: int
    cpu: float
    whole: float
    mib: float
    load: float

    @property
    def per_million(self) -> float:
        """Processor seconds per million events."""
        return self.cpu / self.events * 1e6


class Spread(Struct, frozen=True):
    """Several figures of one thing."""

    figures: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.figures)

    def words(self, digits: int = 1) -> str:
        """The median, and from what to what they go."""
        found = (self.median, min(self.figures), max(self.figures))
        middle, low, high = (spaced(it, digits) for it in found)
        return f"{middle} [{low} – {high}]"


def names(runs: Sequence[Run]) -> list[str]:
    """In the order in which they first come."""
    return list(dict.fromkeys(run.name for run in runs))


def ratios(runs: Sequence[Run], name: str, base: str) -> Spread | None:
    """The ratio of each round in which both ran: what the host did meanwhile, it did to both."""
    bases = {run.round: run.per_million for run in runs if run.name == base}
    found = [
        run.per_million / bases[run.round]
        for run in runs
        if run.name == name and run.round in bases
    ]
    return Spread(tuple(found)) if found else None


def table(runs: Sequence[Run], base: str) -> str:
    """In Markdown, a row for each program."""
    lines = [
        f"| | CPU seconds per million events | ÷ {base} | peak MiB | CPU seconds in all |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in names(runs):
        own = [run for run in runs if run.name == name]
        ratio = ratios(runs, name, base)
        cells = [
            name,
            Spread(tuple(run.per_million for run in own)).words(),
            "–" if ratio is None else "1" if name == base else ratio.words(2),
            spaced(max(run.mib for run in own)),
            Spread(tuple(run.whole for run in own)).words(),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def loads(runs: Sequence[Run]) -> str:
    """The load averages that there were."""
    found = [run.load for run in runs]
    return f"load average {min(found):.1f} to {max(found):.1f}"
