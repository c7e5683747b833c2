"""Money that does not match its order.

Catches an order that was completed and for which, `wait` later, what was received less what was
refunded differs from its amount by more than `tolerance_pct`; and, completed or not, a payment by
which that exceeds the amount, at once.

Misses money kept back with the order's amount cut to fit, and an order whose amount no edit states.
Money in another currency than the order's is not converted: the alert names it. What comes in after
`wait` withdraws nothing, for it did differ; nor does a new amount withdraw what a payment exceeded.

Looks the same: sales on credit, bank charges kept back, one transfer for several orders, an order
enlarged after the customer had paid. One called off, or refunded in full, when the time is over is
left alone; completed again after that, it is waited for again.
"""

from decimal import ROUND_UP

from detectors.language import *

MATCHES = Bilingual("the money that was there by then matches the order", "届时实收与订单金额相符")


class PaymentMismatchParams(Params):
    """How much, and when."""

    tolerance_pct: int = more_than(1, "percent of the order's amount", "占订单金额的百分比")
    wait: Duration = number(
        "24h", "money this long after completion is in time", "完成后等待到账的时长"
    )


def find(view: View, params: PaymentMismatchParams) -> Iterable[Found]:
    """One thing found an order: overpaid, else what had come in when the wait was over."""
    overpaid = _overpaid(view, params)
    if overpaid is not None:
        yield overpaid
        return
    first = next(entered(view.facts, "completed"), None)
    if first is None:
        return
    wait = waited(view.facts, first, params.wait, OrderBook.not_done)
    book, settled = wait.book, wait.ended
    if book.price is None:
        return
    if settled is None and abs(book.paid_pct() - 100) <= params.tolerance_pct:
        settled = Settled(MATCHES, book.money[-1] if book.money else wait.began)
    yield _found(view, wait.began, wait.deadline, book, "completed", settled)


def _overpaid(view: View, params: PaymentMismatchParams) -> Found | None:
    book = OrderBook()
    for fact in view.facts:
        unpriced = book.price is None
        book.tell(fact)
        if book.price is None or not (unpriced or fact.role == "received"):
            continue
        if book.paid_pct() - 100 > params.tolerance_pct:
            return _found(view, fact, fact.at, book, "overpaid")
    return None


def _found(
    view: View, act: Fact, upto: int, book: OrderBook, what: str, settled: Settled | None = None
) -> Found:
    off = abs(book.paid_pct() - 100)
    return order_found(
        view,
        act,
        upto,
        book,
        *book.reckoning(),
        awaited=what == "completed",
        settled=settled,
        values={"what": what, **book.paid()},
        measured={"tolerance_pct": figure(off, ROUND_UP)},
    )


DETECTOR = awaited(
    "payment-mismatch",
    "warning",
    Bilingual("Money does not match the order", "收款与订单金额不符"),
    PaymentMismatchParams(),
    find=find,
    looks_back="wait",
    dossier=dossier("received", "completed"),
    says=says(
        Sentence(
            "Order {order} was completed at {at:time}; {wait} later {net:money} net of refunds had "
            "come in, and it comes to {amount:money}.",
            "订单 {order} 于 {at:time} 完成，{wait}后实收 {net:money}（已扣除退款），"
            "而订单金额为 {amount:money}。",
            when="what=completed",
        ),
        Sentence(
            "By {at:time} order {order} had brought in {net:money} net of refunds, more than the "
            "{amount:money} it comes to.",
            "截至 {at:time}，订单 {order} 实收 {net:money}（已扣除退款），"
            "已超出订单金额（{amount:money}）。",
            when="what=overpaid",
        ),
        OTHERS,
        *WHOSE,
        given=("amount", "currency", "net", "others", "what"),
    ),
    notes=ORDER_NOTES,
)
