"""Which manager must have had a part in an order, and the orders and activities that tell of it."""

from __future__ import annotations

from contract.times import DAY
from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile
from detectors.facts.reads import Kept, Reads, keep, read
from detectors.facts.sequences import absence
from detectors.facts.view import View, is_over
from detectors.words.activity import IS_ACTIVITY, managers_activity
from detectors.words.sales.by_day import IS_SALE, is_worth

#: One that was called off when its time was over may be taken up again for so long.
RESUMED_WITHIN = 90 * DAY


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


def part_taken(
    view: View, order: Profile, manager: str | None, since: int, deadline: int
) -> Fact | None:
    """By what the manager who must take part in an order did: its approval up to the deadline, else
    an activity with its customer since then; any manager's, where it is not known which."""

    def is_the_one(who: str) -> bool:
        return view.reference.is_manager(who) if manager is None else who == manager

    approvals = [it for it in order.statuses("approved") if is_the_one(it.by or "")]
    activities = [it for it in view.of("activity") if is_the_one(it.about)]
    return absence(approvals, None, deadline) or absence(activities, since, deadline)


def time_given(view: View, created: Fact, within: int) -> int:
    """The end (µs) of the time within which a part must be taken; where the order had been called
    off by then and was taken up again soon, of that after it was."""
    deadline = created.at + within
    while is_over(view, deadline):
        again = view.profile("order", created.about).resumed(deadline)
        if again is None or again.at > deadline + RESUMED_WITHIN:
            break
        deadline = again.at + within
    return deadline
