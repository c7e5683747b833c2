"""Who approved an order and when, as the detectors that ask for an approval read it."""

from __future__ import annotations

from collections.abc import Iterator

from offbook.detectors.detector import Reads, View
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.profile import Profile
from offbook.detectors.reference import Reference
from offbook.detectors.where import edits
from offbook.events.event import Event
from offbook.events.types import CrmEdit

_APPROVED = frozenset({"approved", "completed"})


def _steps(edit: CrmEdit) -> bool:
    return edit.says.status in _APPROVED


def _step(event: Event, _: Reference) -> Fact | None:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    status, before = edit.says.status, edit.was.status
    if status is None or before == status:
        return None
    # An edit comes to the order it names beside the one it touched, too.
    touched = edit.object.id if edit.order not in (None, edit.object.id) else None
    by = edit.says.approved_by or edit.actor
    return fact_of(event, status, about=by, before=before, touched=touched)


#: Edits by which an order is `approved` or `completed`; `about` is who approved, `touched` whose
#: step it is where the edit names two orders.
STEPS = Reads("order", CrmEdit, _step, where=edits(of="order", also=_steps))


def steps(view: View, order: Profile, status: str) -> Iterator[Fact]:
    """The edits that brought the order to a status. A CRM may repeat it with every edit: those
    did not."""
    for step in view.of(status):
        if step.fields.get("touched", view.entity_id) != view.entity_id:
            continue
        if "before" in step.fields or is_first(order, step):
            yield step


def is_first(order: Profile, step: Fact) -> bool:
    """Whether no other edit is known to have said so earlier."""
    first = order.first("status", step.role)
    return first is None or first.anchor == step.anchor


def approved_before(order: Profile, completed: Fact) -> Fact | None:
    """The approval, or an edit that says that it followed one, be it the completion itself."""
    for word in order.of("status"):
        if word.at <= completed.at and word.about != "completed" and _shows(word, "approved"):
            return word
    return completed if completed.fields.get("before") == "approved" else None


def approval_at(order: Profile, at: int) -> Fact | None:
    """The edit that shows that the order had been approved at `at`.

    Where no earlier edit tells its status, what the first later one followed was its status.
    """
    words = order.of("status")
    earlier = [word for word in words if word.at <= at]
    if earlier:
        return next((word for word in earlier if _shows(word, *_APPROVED)), None)
    return words[0] if words and words[0].fields.get("before") in _APPROVED else None


def _shows(word: Fact, *statuses: str) -> bool:
    """Whether it says that the order is so now, or was before."""
    return word.about in statuses or word.fields.get("before") in statuses
