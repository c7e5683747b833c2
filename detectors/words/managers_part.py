"""Which manager must have had a part in an order, and the orders and activities that tell of it."""

from __future__ import annotations

from collections.abc import Sequence

from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact
from detectors.facts.reads import Kept, Reads, keep, read
from detectors.facts.view import View
from detectors.words.activity import IS_ACTIVITY, managers_activity
from detectors.words.sales_by_day import IS_SALE, is_worth


def _created(edit: CrmEdit) -> Kept:
    amount, currency = str(edit.says.amount), edit.says.currency or "CNY"
    return keep("created", about=edit.object.id, amount=amount, currency=currency)


#: Orders `created` with an amount, and activities of managers, of a customer; of an order that is
#: created without one, the order.
ORDERS_AND_MANAGERS = (
    read("customer", CrmEdit, _created, where=IS_SALE),
    Reads("customer", CrmEdit, managers_activity, where=IS_ACTIVITY),
    read(
        "order",
        CrmEdit,
        _created,
        where=edits("create", of="order", also=lambda it: it.customer is None and is_worth(it)),
    ),
)


def manager_over(view: View, owner: str | None) -> str | None:
    """Who manages the owner of an order, if that is known and somebody else."""
    manager = view.reference.manager_of(owner) if owner else None
    return manager if manager != owner else None


def attended(view: View, manager: str | None, facts: Sequence[Fact], who: str) -> list[Fact]:
    """Those of the facts in which the manager who must take part did, by `about` or a field `who`;
    any manager, where it is not known which."""

    def took_part(fact: Fact) -> bool:
        name = fact.about if who == "about" else fact.fields.get(who, "")
        return view.reference.is_manager(name) if manager is None else name == manager

    return [fact for fact in facts if took_part(fact)]
