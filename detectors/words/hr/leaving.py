"""When an employee was gone, as HR tells it: the words their profile keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from contract.times import NEVER
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference
from detectors.facts.view import View


class Absence(NamedTuple):
    """Gone after `start` and before `end` (µs): somebody `left`, and a hire brought them `back`."""

    left: Fact
    start: int
    end: int
    back: Fact | None

    def covers(self, at: int, entered_within: int) -> bool:
        """Whether the employee was gone at `at`, and that so long before it was said at most."""
        return self.start < at < self.end and at >= self.left.at - entered_within


def absences(words: Sequence[Fact], reference: Reference) -> Iterator[Absence]:
    """When somebody was gone, by what HR said, in the order in which it was said.

    A leaving said once more while they are gone is none. One said before the one known takes
    effect replaces it; a resignation withdrawn before that cancels it.
    """
    hires = [(_begins(it, reference), it) for it in words if it.role == "hired"]
    hires.sort(key=lambda hire: hire[0])
    gone: Absence | None = None
    for word in words:
        if word.role == "hired" or (gone is not None and gone.start < word.at < gone.end):
            continue
        if gone is not None and word.at >= gone.end:
            yield gone
        gone = None
        if word.role != "resignation_withdrawn":
            start = end_of_work(word, reference)
            end, back = next((hire for hire in hires if hire[0] > start), (NEVER, None))
            gone = Absence(word, start, end, back)
    if gone is not None:
        yield gone


def absences_of(view: View) -> Iterator[Absence]:
    """When the employee who is judged was gone."""
    return absences(view.profile("employee", view.entity_id).facts, view.reference)


def end_of_work(leaving: Fact, reference: Reference) -> int:
    """A leaver works until the end of their last company day."""
    on = leaving.fields.get("on")
    return reference.end_of_day(date.fromisoformat(on)) if on else leaving.at


def _begins(hire: Fact, reference: Reference) -> int:
    on = hire.fields.get("on")
    if on is None:
        return hire.at
    return reference.end_of_day(date.fromisoformat(on) - timedelta(days=1)) + 1
