"""Finds long periods in which nothing happens: mostly somebody has mistyped a year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from contract.times import DAY, rfc3339
from offbook.cli.files.ndjson import Place

#: When (µs) and where something happened.
Point = tuple[int, Place]

#: Two years, whichever they are.
LONG: Final = 731 * DAY
#: Neighbours so far apart never lie in one such cell: its ends are all that need be kept.
_CELL: Final = 365 * DAY


class Gaps:
    """Takes the times of events in any order."""

    def __init__(self) -> None:
        self._cells: dict[int, list[Point]] = {}

    def note(self, time: int, place: Place) -> None:
        """Take one in."""
        here = (time, place)
        ends = self._cells.get(time // _CELL)
        if ends is None:
            self._cells[time // _CELL] = [here, here]
        elif here > ends[1]:
            ends[1] = here
        elif here < ends[0]:
            ends[0] = here

    def told(self, names: Sequence[str]) -> Iterator[str]:
        """A line for people about each long gap, in order. `names` are those of the files."""
        cells = [self._cells[cell] for cell in sorted(self._cells)]
        for (_, before), (after, _) in pairwise(cells):
            if after[0] - before[0] > LONG:
                yield gap(before, after, names)


def gap(before: Point, after: Point, names: Sequence[str]) -> str:
    """A line for people on the span between two neighbours in time."""
    years = (after[0] - before[0]) // _CELL
    return (
        f"{_told(before, names)} to {_told(after, names)}: nothing happens for {years} years:"
        " probably a year is mistyped"
    )


def _told(point: Point, names: Sequence[str]) -> str:
    time, (which, number) = point
    return f"{names[which]}:{number} ({rfc3339(time)})"
