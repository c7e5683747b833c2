"""An order for which nothing ever moved.

Catches an order that was approved or completed and for which, up to `wait` after the first of
these, neither goods have moved nor money has come in.

Misses an order kept alive by a token payment or an empty parcel, and payments and shipments that
name no order prove nothing for it: those have detectors of their own.

Looks the same: goods made to order, services without a shipment and billed at the end, frame
contracts entered as orders. One that is cancelled, rejected, deleted or back in draft when the time
is over is left alone; taken up again after that, it is waited for again.
"""

from detectors.language import *

#: What shows that there is something behind an order.
_MOVES = frozenset({"received", "dispatched", "delivered", "returned"})
_GOES_AHEAD = ("approved", "completed")
MOVED = Bilingual("goods had moved, or money had come in, in time", "期限内已有发货或收款")


class PhantomOrderParams(Params):
    """How long nothing may move."""

    wait: Duration = number(
        "20d", "what moves this long after the approval is in time", "审批通过后等待的时长"
    )


def find(view: View, params: PhantomOrderParams) -> Iterable[Found]:
    """One thing found an order: settled by anything that moved, however early."""
    began = next(entered(view.facts, *_GOES_AHEAD), None)
    if began is None:
        return
    moves = [fact for fact in view.facts if fact.role in _MOVES]
    wait, status = Wait(began, began.at + params.wait, OrderBook(), None), None
    if (moved := absence(moves, None, wait.deadline)) is None:
        wait = waited(view.facts, began, params.wait, lambda book: book.stands_as(*_GOES_AHEAD))
        status = OrderBook(view.facts, wait.began.at).status
        moved = absence(moves, None, wait.deadline)
    values = {"status": status.about} if status else {}
    yield wait_found(view, wait, settled=settled_by(MOVED, moved), values=values)


DETECTOR = awaited(
    "phantom-order",
    "warning",
    Bilingual("Order without goods or money", "订单既无发货也无收款"),
    PhantomOrderParams(),
    find=find,
    looks_back="wait",
    dossier=dossier("approved", "completed", besides=_MOVES),
    says=says(
        *(
            Sentence(
                f"Order {{order}} was {status} at {{at:time}}; {{wait}} later no goods had moved "
                "for it and no money had come in.",
                f"订单 {{order}} 于 {{at:time}} {zh}，此后 {{wait}}内既无发货也无收款。",
                when=f"status={status}",
            )
            for status, zh in (("approved", "审批通过"), ("completed", "完成"))
        ),
        WORTH,
        *WHOSE,
        given=("amount", "currency", "status"),
    ),
    notes=ORDER_NOTES,
)
