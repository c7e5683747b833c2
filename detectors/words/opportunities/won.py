"""A customer's deals, as the detectors that ask what it bought read them."""

from __future__ import annotations

from msgspec import structs

from contract.event import Event
from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference
from detectors.facts.sent import sent_of
from detectors.facts.view import View
from detectors.words.opportunities.stages import newly


def _deals(edit: CrmEdit) -> bool:
    if edit.object.type == "order":
        return edit.op == "create" and edit.says.status != "cancelled"
    return edit.says.stage == "won" != edit.was.stage


def _deal(event: Event, _: Reference) -> Fact:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    role = "placed" if edit.object.type == "order" else "won"
    return fact_of(event, role, about=edit.object.id)


#: Orders `placed`, opportunities `won`; `about` is which.
DEALS = Reads("customer", CrmEdit, _deal, where=edits(of=("order", "opportunity"), also=_deals))


def ended_by(view: View, deal: Fact, at: int) -> Fact | None:
    """By what the order that a deal is is deleted or cancelled at `at`, as a fact `cancelled`; None
    if it is not, or was not after the deal.

    Whether its edits name the customer or not: they stand in the order's own profile, which costs a
    question.
    """
    if deal.role == "won":
        return None
    end = view.profile("order", deal.about).ended(at, words=("cancelled",))
    if end is None or end.at < deal.at:
        return None
    return structs.replace(end, role="cancelled", about=deal.about, fields=sent_of(end))


def is_made(view: View, deal: Fact) -> bool:
    """Whether it is a deal of its own: an edit may repeat that an opportunity was won."""
    return deal.role == "placed" or newly(view.profile("opportunity", deal.about), deal, "won")
