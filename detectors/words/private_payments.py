"""Payments to accounts that are not the company's, whose they are, and talk that goes with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from contract.times import DAY
from contract.types import Payment
from detectors.facts import roles
from detectors.facts.fact import Fact, in_time_order
from detectors.facts.money import is_private, received
from detectors.facts.sequences import around
from detectors.facts.view import View
from detectors.words.ownership import customer_named

#: How long after a payment the edit may come that says whose order it was for: deposits are
#: often paid before the order is entered. A bound, so that what is over stays as it was.
NAMED_WITHIN = 7 * DAY

_PRIVATE_TALK = frozenset({"private_deal", "off_channel_payment", "kickback"})


def of_somebody(paid: Payment) -> bool:
    """Money received of a customer who can be known. Of a payment that names neither customer nor
    order, nobody will know it: it would only be in the way when runs that are over are told from
    those that go on."""
    return received(paid) and (paid.customer is not None or paid.order is not None)


def private_payments(view: View) -> Sequence[Fact]:
    """Those of an account whose customer they name, or the order that they name has."""
    private = [paid for paid in view.facts if is_private(paid, view.reference)]
    return [named for paid in private if (named := _with_customer(view, paid)).about]


def _with_customer(view: View, paid: Fact) -> Fact:
    if paid.about:
        return paid
    customer = customer_named(view, paid, paid.at + NAMED_WITHIN)
    return structs.replace(paid, about=customer) if customer is not None else paid


def private_talk(view: View, customers: Iterable[str], at: int, within: int) -> tuple[Fact, ...]:
    """Talk with these customers of private deals, other channels or kickbacks, at most `within`
    before or after."""
    talk = (hit for it in customers for hit in view.profile("customer", it).of(roles.HIT))
    near = around(in_time_order(*talk), at, within)
    return tuple(hit for hit in near if hit.category in _PRIVATE_TALK)
