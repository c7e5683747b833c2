"""What an edit of a quote, a contract or an order concedes, and who answers for it.

What an edit only carries on, because a CRM may send whole images, it does not concede: the same
discount or a lower one, terms that were changed before. Nor does a third person's edit approve what
it carries the approval of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import structs

from contract.event import Event
from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact, fact_of
from detectors.facts.profile import Profile
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference
from detectors.facts.roles import ENDED
from detectors.facts.sequences import around


def _may_concede(edit: CrmEdit) -> bool:
    """A cheap look: it speaks of a discount, of terms or an approver, ends it all, or restores."""
    says = edit.says
    given = says.discount_pct is not None or says.terms_changed is True
    return given or says.approved_by is not None or edit.op == "restore" or _stops(edit)


def _concession(event: Event, _: Reference) -> Fact | None:
    """A `discount` (`pct`, or `terms`), an approval, or that it goes no further or goes on."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    about, says, was = edit.object.id, edit.says, edit.was
    if _stops(edit):
        return fact_of(event, "stopped", about)
    if edit.op == "restore":
        return fact_of(event, "resumed", about)
    repeated = was.approved_by == says.approved_by != edit.actor
    approver = None if repeated else says.approved_by
    given: dict[str, str] = {}
    if says.discount_pct is not None and says.discount_pct > (was.discount_pct or 0):
        given["pct"] = f"{says.discount_pct.normalize():f}"
    if edit.object.type == "contract" and says.terms_changed and not was.terms_changed:
        given["terms"] = "yes"
    if not given:
        return fact_of(event, "approved", about, approver=approver) if approver else None
    if approver is not None:
        given["approver"] = approver
    actor, customer, order = edit.actor, edit.customer, edit.order
    change = fact_of(event, "discount", about, actor=actor, customer=customer, order=order)
    return structs.replace(change, fields=change.fields | given)


def _stops(edit: CrmEdit) -> bool:
    return edit.op == "delete" or edit.says.status in ENDED


_KINDS: tuple[Literal["quote", "contract", "order"], ...] = ("quote", "contract", "order")
#: What edits of a quote, a contract or an order concede, approve or end.
CONCESSIONS = tuple(
    Reads(
        kind,
        CrmEdit,
        _concession,
        where=edits("create", "update", "delete", "restore", of=kind, also=_may_concede),
    )
    for kind in _KINDS
)


def may_answer(fact: Fact) -> bool:
    """Whether it may be the answer to what another edit concedes."""
    return fact.role != "discount" or "approver" in fact.fields


def answer_to(edit: Fact, facts: Sequence[Fact], order: Profile | None, within: int) -> Fact | None:
    """The earliest fact at most `within` (µs) away by which an edit was somebody else's decision
    too, or came to nothing: what was taken up again before that time was over did not."""
    actor, stopped = edit.actor, None
    for fact in around(facts, edit.at, within):
        if fact.fields.get("approver", actor) != actor:
            return fact
        if fact.role in ("stopped", "resumed") and fact.at >= edit.at:
            stopped = (stopped or fact) if fact.role == "stopped" else None
    if stopped is not None and order is not None and order.ended(edit.at + within) is None:
        return None
    return stopped
