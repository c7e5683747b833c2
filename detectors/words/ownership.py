"""Whose a customer or an order was, as the detectors that judge what was done with it ask."""

from __future__ import annotations

from collections.abc import Iterable

from contract.alert import Bilingual
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile, order_tie, owner_by
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


def end_of_day(view: View, fact: Fact) -> int:
    """The end of the company day of a fact (µs)."""
    return view.reference.end_of_day(view.reference.day(fact.at))


def customer_of(order: Profile, until: int) -> str | None:
    """The customer that the earliest edit of an order to name one names, up to `until`."""
    return next(iter(order.upto(until).customers()), None)


def done_by_its_own(
    order: Profile, acts: Iterable[Fact], by: str, within: int
) -> list[tuple[Fact, Fact]]:
    """The acts whose field `by` names who owned the order then, or created it, each with the edit
    that shows it, by what was said up to `within` (µs) after."""
    ties = ((act, order_tie(order.upto(act.at + within), act.fields[by], act.at)) for act in acts)
    return [(act, tie) for act, tie in ties if tie is not None]


def customers_named(view: View, moved: Fact, until: int) -> list[str]:
    """The customer that a payment or a shipment names, else those that the edits of the order it
    names do up to `until`, earliest first."""
    customer, order = moved.customer, moved.of_order
    if customer is not None:
        return [customer]
    return view.profile("order", order).upto(until).customers() if order is not None else []


def customer_named(view: View, moved: Fact, until: int) -> str | None:
    """The first of the `customers_named`."""
    return next(iter(customers_named(view, moved, until)), None)
