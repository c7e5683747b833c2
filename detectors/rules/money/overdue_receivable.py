"""Goods are gone and the money has not come.

Catches an order whose goods were first dispatched and for which, `wait` later, less than `paid_pct`
of its amount had been received, net of refunds.

Misses an order whose amount no edit states, or was cut to what had been paid; and money that came
in time to be refunded later. Money in another currency than the order's is not converted: the alert
names it. What comes in after `wait` withdraws nothing.

Looks the same: longer terms of payment agreed, deliveries in lots of which the first counts, goods
partly sent back and the amount not corrected. An order called off, refunded in full or sent back
whole when the time is over is left alone; taken up again after that, it is waited for again.
"""

from detectors.language import *

PAID = Bilingual("the money had come in time", "货款已在期限内收到")


class OverdueReceivableParams(Params):
    """How much, how long after the goods."""

    paid_pct: int = less_than(
        99, "percent of the order's amount received", "已收款占订单金额的百分比"
    )
    wait: Duration = number(
        "30d", "money this long after the dispatch is in time", "发货后等待回款的时长"
    )


def find(view: View, params: OverdueReceivableParams) -> Iterable[Found]:
    """One thing found an order: due when the wait is over, settled by what stands then."""
    first = next((fact for fact in view.facts if fact.role == "dispatched"), None)
    if first is None:
        return
    wait = waited(view.facts, first, params.wait, OrderBook.not_owed)
    book, settled = wait.book, wait.ended
    if book.price is None:
        return
    paid = book.paid_pct()
    if settled is None and paid >= params.paid_pct:
        settled = Settled(PAID, book.money[-1] if book.money else wait.began)
    told, measured = book.paid(), {"paid_pct": figure(paid, ROUND_DOWN)}
    yield wait_found(view, wait, *book.reckoning(), settled=settled, values=told, measured=measured)


DETECTOR = awaited(
    "overdue-receivable",
    "warning",
    Bilingual("Goods delivered, money overdue", "发货后货款逾期"),
    OverdueReceivableParams(),
    find=find,
    looks_back="wait",
    dossier=dossier("dispatched"),
    says=says(
        Sentence(
            "Goods of order {order} left at {at:time}; {wait} later {net:money} net of refunds of "
            "its {amount:money} had come in.",
            "订单 {order} 的货物于 {at:time} 发出，{wait}后实收 {net:money}（已扣除退款），"
            "而订单金额为 {amount:money}。",
        ),
        OTHERS,
        *WHOSE,
        given=("amount", "currency", "net", "others"),
    ),
    notes=ORDER_NOTES,
)
