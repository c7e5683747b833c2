"""Money came in for which there is no order.

Catches a received payment that names an order no order edit mentions up to `wait` after it; one
that names only a customer who has no order created from `lookback` before to `wait` after it; and
one that names neither, at once. A refund in the meantime stops the wait.

Misses payments matched to somebody else's genuine order.

Looks the same: advance payments for orders entered late, deposits, and payers who leave out the
reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.fact import Fact, in_time_order
from offbook.detectors.money_in import payment_fact, received, sent_back
from offbook.detectors.params import Duration, Params
from offbook.detectors.shapes import absence
from offbook.detectors.wording import money, span
from offbook.events.alert import Bilingual
from offbook.events.types import Payment

ORDERED = Bilingual("an order that explains it was found in time", "期限内已找到对应订单")
REFUNDED = Bilingual("the money was refunded in time", "期限内已退款")


class UnmatchedPaymentParams(Params, frozen=True):
    """How far before and after a payment its order may lie."""

    wait: Annotated[
        Duration, Meta(description="an order this long after the payment is in time")
    ] = Duration("72h")
    lookback: Annotated[
        Duration,
        Meta(description="an order of the customer created this long before explains it"),
    ] = Duration("90d")


def judge(view: View, params: UnmatchedPaymentParams) -> Iterable[Finding]:
    """One finding a payment: settled by an order or a refund, or due when neither came."""
    refunds = view.of("refund")
    first_of = {paid.fields["payment"]: paid for paid in reversed(view.of("received"))}
    for payment, paid in first_of.items():
        order, customer = paid.fields.get("order"), paid.fields.get("customer")
        deadline = paid.at if order is None and customer is None else paid.at + params.wait
        found = _order_in_time(view, paid, params)
        settled = None if found is None else ORDERED
        if found is None:
            found = _refund(paid, refunds, deadline)
            settled = None if found is None else REFUNDED
        due = None if deadline == paid.at else deadline + view.common.grace
        who = None
        if settled is None and (due is None or view.passed(due)):
            who = view.responsible(paid.at, deadline + params.wait, order=order, customer=customer)
        if customer is None and order is not None:
            known = view.profile("order", order).upto(deadline + params.wait)
            customer = next(iter(known.customers()), None)
        yield Finding(
            anchor=payment,
            facts=(paid,) if found is None else in_time_order(paid, found),
            until=deadline,
            due=due,
            settled=settled,
            subject=Subject(
                employee=who,
                customer=customer,
                order=order,
                account=paid.fields["account"],
            ),
            values=paid.fields,
            notes={
                "received": "payment without an order",
                "mention": "the order is known",
                "ordered": "the customer's order",
                "refund": "the money went back",
            },
        )


def _order_in_time(view: View, paid: Fact, params: UnmatchedPaymentParams) -> Fact | None:
    order, customer = paid.fields.get("order"), paid.fields.get("customer")
    if order is not None:
        mentions = view.profile("order", order).of("mention")
        return absence(mentions, None, paid.at + params.wait)
    if customer is not None:
        orders = view.profile("customer", customer).of("ordered")
        return absence(orders, paid.at - params.lookback, paid.at + params.wait)
    return None


def _refund(paid: Fact, refunds: Sequence[Fact], deadline: int) -> Fact | None:
    """A refund of another order of the customer is other money, if it is not of this payment."""
    payment, order = paid.fields["payment"], paid.fields.get("order")
    its = [
        (back.fields["payment"], back)
        for back in refunds
        if order == back.fields.get("order") or payment == back.fields["payment"]
    ]
    return sent_back(payment, paid, its, deadline)


def summarise(finding: Finding, params: UnmatchedPaymentParams, words: Words) -> Bilingual:
    """How much came in from whom, and which order is missing."""
    values, subject = finding.values, finding.subject
    paid, at = money(values["amount"], values["currency"]), words.time(finding.facts[0].at)
    wait, back = span(params.wait), span(params.lookback)
    who = words.employee(subject.employee)
    if subject.order is not None:
        of = Bilingual("", "")
        if subject.customer is not None:
            of = Bilingual(f" of customer {subject.customer}", f"（客户 {subject.customer}）")
        lack = Bilingual(
            f"names order {subject.order}{of.en}, which no order edit mentions up to {wait.en} "
            "later",
            f"所注明的订单 {subject.order}{of.zh or ' '}在收款后 {wait.zh}内没有任何订单记录",
        )
    elif subject.customer is not None:
        lack = Bilingual(
            f"names no order, and customer {subject.customer} created none from {back.en} before "
            f"to {wait.en} after",
            f"未注明订单，且客户 {subject.customer} 在收款前 {back.zh}至收款后 {wait.zh}内"
            "没有新建订单",
        )
    else:
        lack = Bilingual("names neither an order nor a customer", "既未注明订单也未注明客户")
    return Bilingual(
        f"Payment {values['payment']} of {paid.en} received at {at} {lack.en}. "
        f"Responsible: {who.en}.",
        f"{at} 收到的付款 {values['payment']}（{paid.zh}）{lack.zh}。责任人：{who.zh}。",
    )


DETECTOR = Detector(
    id="unmatched-payment",
    severity="warning",
    title=Bilingual("Payment without an order", "收款无对应订单"),
    params=UnmatchedPaymentParams(),
    reads=(
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
    ),
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.wait,
    watches_profile=True,
)
