"""A customer's deals, as the detectors that ask what it bought read them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from offbook.detectors.detector import Reads, View
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.reference import Reference
from offbook.detectors.stage import newly
from offbook.detectors.where import edits
from offbook.events.event import Event
from offbook.events.types import CrmEdit


def _deals(edit: CrmEdit) -> bool:
    if edit.object.type == "order":
        return edit.op == "create" or _ends(edit)
    return edit.says.stage == "won" != edit.was.stage


def _ends(edit: CrmEdit) -> bool:
    return edit.op == "delete" or edit.says.status == "cancelled"


def _deal(event: Event, _: Reference) -> Fact:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    role = "won"
    if edit.object.type == "order":
        role = "cancelled" if _ends(edit) else "placed"
    return fact_of(event, role, about=edit.object.id)


#: Orders `placed` and `cancelled` (or deleted), opportunities `won`; `about` is which.
DEALS = Reads("customer", CrmEdit, _deal, where=edits(of=("order", "opportunity"), also=_deals))


def ends_told_by_order(view: View, order: str) -> Iterator[Fact]:
    """What `DEALS` reads as `cancelled`, of edits too that do not name the customer: those stand in
    the order's own profile, which costs a question, and has the first cancellation only."""
    for word in view.profile("order", order).facts:
        if word.role == "gone" or (word.role, word.about) == ("status", "cancelled"):
            yield structs.replace(word, role="cancelled", about=order, fields={})


def is_made(view: View, deal: Fact) -> bool:
    """Whether it is a deal of its own: an edit may repeat that an opportunity was won."""
    return deal.role == "placed" or newly(view.profile("opportunity", deal.about), deal, "won")
