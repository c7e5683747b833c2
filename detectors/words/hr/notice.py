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
from detectors.words.settled import Settled, settled_by

#: Nobody's notice is longer; what is kept of an employee must reach from before the notice to
#: after the leaving.
LONGEST_NOTICE = 180 * DAY

#: What the notice, or taking it back, adds to an alert.
GAVE_NOTICE = Bilingual("gave notice", "提出离职")
NOTICE_NOTES = {
    "resigned": GAVE_NOTICE,
    "resignation_withdrawn": Bilingual("took the notice back", "撤回离职申请"),
}
STAYED = Bilingual("the resignation was withdrawn", "离职申请已撤回")

_KINDS = frozenset({"hired", "resigned", "resignation_withdrawn", "left", "terminated"})


class Resignation(Struct, frozen=True):
    """A notice, whether it was withdrawn, and the instant of leaving if one is known."""

    notice: Fact
    withdrawn: Fact | None
    left_at: int | None

    def over(self, after_leaving: int, after_notice: int) -> int:
        """So long after the leaving, or after the notice while no leaving is known (µs)."""
        return (
            self.notice.at + after_notice if self.left_at is None else self.left_at + after_leaving
        )

    def taken_back(self) -> Settled | None:
        """Whether they stay."""
        return settled_by(STAYED, self.withdrawn)


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
