"""Payments, as the detectors that follow the money read them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from contract.event import Event
from contract.types import Payment
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference
from detectors.facts.roles import CORRECTED_WITHIN


def received(payment: Payment) -> bool:
    """Money that came in, not money that went back."""
    return payment.kind == "received"


def money_moved(event: Event, payment: Payment, order: str | None = None) -> Fact:
    """How much came in or went back by which payment (`about`), and who booked it."""
    return fact_of(
        event,
        payment.kind,
        about=payment.payment,
        amount=str(payment.amount),
        currency=payment.currency,
        customer=payment.customer,
        order=order,
        recorded_by=payment.recorded_by,
    )


def money_fact(event: Event, _: Reference) -> Fact:
    """`money_moved`, and for which order."""
    payment = event.data
    assert isinstance(payment, Payment)
    return money_moved(event, payment, payment.order)


def payment_fact(event: Event, _: Reference) -> Fact:
    """Everything of a payment that an alert may say; `about` is the customer it names."""
    payment = event.data
    assert isinstance(payment, Payment)
    return fact_of(
        event,
        payment.kind,
        about=payment.customer or "",
        payment=payment.payment,
        order=payment.order,
        customer=payment.customer,
        amount=str(payment.amount),
        currency=payment.currency,
        account=payment.payee_account,
    )


def private_payment_fact(event: Event, reference: Reference) -> Fact | None:
    """The payment, unless on its day the company owned the account that got it.

    Nor as long before as it may have been told first: then it counts as of that day.
    """
    payment = event.data
    assert isinstance(payment, Payment)
    for at in (event.time, event.time - CORRECTED_WITHIN):
        if not reference.is_company_account(payment.payee_account, at):
            return payment_fact(event, reference)
    return None


def is_private(paid: Fact, reference: Reference) -> bool:
    """Whether the company did not own the account on the day of the payment, as far as is known
    now."""
    return not reference.is_company_account(paid.account, paid.at)


#: Payments and refunds of an order, of the customer where they name no order, and those that name
#: neither by themselves. Of an order its profile knows them too, but not whose account it was.
PAYMENTS_TO_MATCH = (
    Reads("order", Payment, payment_fact),
    Reads(
        "customer",
        Payment,
        payment_fact,
        where=lambda paid: paid.order is None or not received(paid),
    ),
    Reads(
        "payment",
        Payment,
        payment_fact,
        where=lambda paid: paid.order is None and paid.customer is None and received(paid),
    ),
)


def refund_of(paid: Fact, refunds: Iterable[Fact], deadline: int) -> Fact | None:
    """That by which a `payment_fact` had gone back by the deadline, of the customer's refunds.

    One of another order is other money, if it is not of this payment."""
    payment, order = paid.payment, paid.of_order
    its = [
        (back.payment, back)
        for back in refunds
        if order == back.of_order or payment == back.payment
    ]
    return sent_back(payment, paid, its, deadline)


def sent_back(
    payment: str, paid: Fact, refunds: Iterable[tuple[str, Fact]], deadline: int
) -> Fact | None:
    """The refund by which a payment, or as much money, had gone back by the deadline.

    `refunds` are what may be a refund of it, by time, each with its number. Other currencies are
    other money, and a refund that is reported again under its number is the same money.
    """
    total = Decimal(0)
    counted: set[str] = set()
    for number, refund in refunds:
        if not paid.at <= refund.at <= deadline:
            continue
        if number == payment:
            return refund
        if number in counted or refund.currency != paid.currency:
            continue
        counted.add(number)
        total += refund.amount
        if total >= paid.amount:
            return refund
    return None
