"""Resignations, as the detectors that ask who gave notice read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from offbook.detectors.detector import Reads, View
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.reference import Reference
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.times import DAY
from offbook.events.types import HrChange

#: Nobody's notice is longer; what is kept of an employee must reach from before his notice to
#: after his leaving.
LONGEST_NOTICE = 180 * DAY

#: What the notice adds to an alert.
GAVE_NOTICE = Bilingual("gave notice", "提出离职")

_KINDS = frozenset({"hired", "resigned", "resignation_withdrawn", "left", "terminated"})


class Resignation(Struct, frozen=True):
    """A notice, whether it was withdrawn, and the instant of leaving if one is known."""

    notice: Fact
    withdrawn: Fact | None
    left_at: int | None


def _hr_change(event: Event, _: Reference) -> Fact:
    change = event.data
    assert isinstance(change, HrChange)
    on = change.effective_on
    return fact_of(event, change.kind, on=on.isoformat() if on else None)


#: What `resignations` is drawn from; the role of each fact is the kind of change.
HR_CHANGES = Reads("employee", HrChange, _hr_change, where=lambda change: change.kind in _KINDS)


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
            yield Resignation(notice, change, None)
            notice = None
        elif change.role == "hired" and notice is not None:
            yield Resignation(notice, None, left_at)
            notice, left_at = None, None
        elif change.role in ("left", "terminated") and notice is not None and left_at is None:
            on = change.fields.get("on")
            left_at = view.reference.end_of_day(date.fromisoformat(on)) if on else change.at
    if notice is not None:
        yield Resignation(notice, None, left_at)
