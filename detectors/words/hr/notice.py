"""Resignations, as the detectors that ask who gave notice read them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from contract.alert import Bilingual
from contract.times import DAY
from contract.types import HrChange
from detectors.facts.drawing import hr_word
from detectors.facts.fact import Fact
from detectors.facts.reads import Reads
from detectors.facts.view import View
from detectors.words.hr.leaving import end_of_work

#: Nobody's notice is longer; what is kept of an employee must reach from before the notice to
#: after the leaving.
LONGEST_NOTICE = 180 * DAY

#: What the notice adds to an alert.
GAVE_NOTICE = Bilingual("gave notice", "提出离职")

_KINDS = frozenset({"hired", "resigned", "resignation_withdrawn", "left", "terminated"})


class Resignation(Struct, frozen=True):
    """A notice, whether it was withdrawn, and the instant of leaving if one is known."""

    notice: Fact
    withdrawn: Fact | None
    left_at: int | None


#: What `resignations` is drawn from; the role of each fact is the kind of change.
HR_CHANGES = Reads(
    "employee",
    HrChange,
    lambda event, _: hr_word(event),
    where=lambda change: change.kind in _KINDS,
)


def resignations(view: View) -> Iterator[Resignation]:
    """The employee's resignations by time.

    A second notice while the first one runs repeats it and counts as none.
    """
    changes = [fact for fact in view.facts if fact.role in _KINDS]
    notice: Fact | None = None
    left_at: int | None = None
    for change in changes:
        if change.role == "resigned" and (notice is None or left_at is not None):
            if notice is not None:
                yield Resignation(notice, None, left_at)
            notice, left_at = change, None
        elif change.role == "resignation_withdrawn" and notice is not None:
            yield Resignation(notice, change, left_at)
            notice = None
        elif change.role == "hired" and notice is not None:
            yield Resignation(notice, None, left_at)
            notice, left_at = None, None
        elif change.role in ("left", "terminated") and notice is not None and left_at is None:
            left_at = end_of_work(change, view.reference)
    if notice is not None:
        yield Resignation(notice, None, left_at)
