"""Whose a customer or an order was, as the detectors that judge deeds on it ask."""

from __future__ import annotations

from contract.alert import Bilingual
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile, owner_by
from detectors.facts.view import View

#: What an edit of an order adds to an alert, by its role in the profile.
ORDER_EDITS = {
    "mention": Bilingual("the order is known", "订单已有记录"),
    "created": Bilingual("created the order", "创建订单"),
    "owner": Bilingual("owns the order", "订单归属人"),
    "status": Bilingual("approved", "审批通过"),
}


def owner_as_of(view: View, at: int, until: int) -> str | None:
    """The owner, as of `at`, of the customer that is judged, by what was said up to `until`.

    Of edits that only repeat the owner the profile keeps the oldest, so none that was there in time
    has given way to a later one.
    """
    word = view.profile("customer", view.entity_id).owner_word(at)
    if word is not None and word.at > until:
        word = None
    return owner_by(word, view.reference.owner(view.entity_id), at)


def is_to_be_told(view: View, settled: object, due: int | None) -> bool:
    """Whether an alert has to name somebody: who it is costs a question, which may wait so long."""
    return settled is None and (due is None or view.passed(due))


def customer_of(order: Profile, until: int) -> str | None:
    """The customer that the earliest edit of an order to name one names, up to `until`."""
    return next(iter(order.upto(until).customers()), None)


def customer_named(view: View, deed: Fact, until: int) -> str | None:
    """The customer that a payment or a shipment names, else `customer_of` the order it names."""
    customer, order = deed.fields.get("customer"), deed.fields.get("order")
    if customer is None and order is not None:
        return customer_of(view.profile("order", order), until)
    return customer
