"""Money came in for which there is no order.

Catches a received payment that names an order no order edit mentions up to `wait` after it; one
that names only a customer who has no order created from `lookback` before to `wait` after it; and
one that names neither, at once. A refund in the meantime stops the wait.

Misses payments matched to somebody else's genuine order.

Looks the same: advance payments for orders entered late, deposits, and payers who leave out the
reference.
"""

from detectors.language import *

ORDERED = Bilingual("an order that explains it was found in time", "期限内已找到对应订单")
REFUNDED = Bilingual("the money was refunded in time", "期限内已退款")


class UnmatchedPaymentParams(Params):
    """How far before and after a payment its order may lie."""

    wait: Duration = number(
        "72h", "an order this long after the payment is in time", "收款后多久之内的订单算及时"
    )
    lookback: Duration = number(
        "90d",
        "an order of the customer created this long before explains it",
        "收款前多久之内客户新建的订单可作解释",
    )


def find(view: View, params: UnmatchedPaymentParams) -> Iterable[Found]:
    """One thing found a payment: settled by an order or a refund, or due when neither came."""
    refunds = view.of("refund")
    for paid in {it.payment: it for it in reversed(view.of("received"))}.values():
        order, customer = paid.of_order, paid.customer
        wait = 0 if order is None and customer is None else params.wait
        deadline, until = paid.at + wait, paid.at + 2 * wait
        settled = settled_by(ORDERED, _order_in_time(view, paid, params))
        yield Found(
            by=paid,
            named=paid.payment,
            deadline=deadline if wait else None,
            until=until,
            settled=settled or settled_by(REFUNDED, refund_of(paid, refunds, deadline)),
            about=Subject(None, customer_named(view, paid, until), order, paid.account),
            asks=owner_of(view, paid.at, until, order, customer),
            values=paid.fields,
        )


def _order_in_time(view: View, paid: Fact, params: UnmatchedPaymentParams) -> Fact | None:
    order, customer = paid.of_order, paid.customer
    if order is not None:
        mentions = view.profile("order", order).of(roles.MENTION)
        return absence(mentions, None, paid.at + params.wait)
    if customer is not None:
        orders = view.profile("customer", customer).of(roles.ORDERED)
        return absence(orders, paid.at - params.lookback, paid.at + params.wait)
    return None


DETECTOR = awaited(
    "unmatched-payment",
    "warning",
    Bilingual("Payment without an order", "收款无对应订单"),
    UnmatchedPaymentParams(),
    find=find,
    looks_back="wait",
    open_for="wait",
    memory=WITH_WHAT_IS_TOLD,
    reads=PAYMENTS_TO_MATCH,
    says=says(
        Sentence(
            "Payment {payment} of {amount:money} received at {first:time} {lack}. "
            "Responsible: {employee}.",
            "{first:time} 收到的付款 {payment}（{amount:money}）{lack}。责任人：{employee}。",
        ),
        lack=(
            Sentence(
                "names order {order}{named}, which no order edit mentions up to {wait} later",
                "所注明的订单 {order}{named}在收款后 {wait}内没有任何订单记录",
                when="order",
            ),
            Sentence(
                "names no order, and customer {customer} created none from {lookback} before to "
                "{wait} after",
                "未注明订单，且客户 {customer} 在收款前 {lookback}至收款后 {wait}内没有新建订单",
                when="!order & customer",
            ),
            Sentence(
                "names neither an order nor a customer",
                "既未注明订单也未注明客户",
                when="!order & !customer",
            ),
        ),
        named=(
            Sentence(" of customer {customer}", "（客户 {customer}）", when="customer"),
            Sentence("", " ", when="!customer"),
        ),
        given=("amount", "currency", "payment"),
    ),
    notes={
        "received": Bilingual("payment without an order", "收款无对应订单"),
        "ordered": Bilingual("the customer's order", "该客户的订单"),
        "refund": Bilingual("the money went back", "款项已退回"),
        **ORDER_EDITS,
    },
    watches=WHOSE_ORDER | roles.names(roles.ORDERED),
)
