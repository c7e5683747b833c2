"""Access to the records of key customers, as far as is known when it happens."""

from __future__ import annotations

from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.reads import Kept, keep, read_knowing
from detectors.facts.reference import Reference


def is_key(customer: str, said: str | None, reference: Reference) -> bool:
    """Whether a customer is key by its reference document; where that says nothing of it, by what
    an edit `said`."""
    known = reference.customers.get(customer)
    tier = said if known is None or known.tier is None else known.tier
    return tier == "key"


def _may_count(edit: CrmEdit, reference: Reference) -> bool:
    may_be_key = not reference.has("customers") or is_key(edit.object.id, edit.says.tier, reference)
    return may_be_key and not reference.is_manager(edit.actor)


def _access(edit: CrmEdit, at: int, reference: Reference) -> Kept | None:
    if not _may_count(edit, reference):
        return None
    beside = edit.customer is not None and edit.customer != edit.object.id
    return keep(
        edit.op,
        about=edit.actor,
        weight=edit.count,
        day=reference.day(at).isoformat(),
        # An edit comes to the customer it names beside the one it touched, too.
        customer=edit.object.id if beside else None,
        tier=edit.says.tier,
    )


#: Who viewed, exported or updated the record, and on which company `day`. Not what managers do.
KEY_ACCESS = read_knowing(
    "customer",
    CrmEdit,
    _access,
    where=edits("view", "export", "update", of="customer"),
    by_reference=_may_count,
)
