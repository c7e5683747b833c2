"""An order for which nothing ever moved.

Catches an order that was approved or completed and for which, up to `wait` after the first of
these, neither goods have moved nor money has come in.

Misses an order kept alive by a token payment or an empty parcel, and payments and shipments that
name no order prove nothing for it: those have detectors of their own.

Looks the same: goods made to order, services without a shipment and billed at the end, frame
contracts entered as orders. One cancelled, rejected or deleted in time is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from offbook.detectors.detector import Detector, Finding, View
from offbook.detectors.order_book import (
    NOTES,
    WHOSE,
    WORTH,
    OrderBook,
    Settled,
    became,
    dossier,
    order_finding,
)
from offbook.detectors.params import Duration, Params, described
from offbook.detectors.sentences import Sentence, says
from offbook.detectors.shapes import absence
from offbook.events.alert import Bilingual

#: What shows that there is something behind an order.
_MOVES = frozenset({"received", "dispatched", "delivered", "returned"})
MOVED = Bilingual("goods had moved, or money had come in, in time", "期限内已有发货或收款")


class PhantomOrderParams(Params, frozen=True):
    """How long nothing may move."""

    wait: Annotated[
        Duration,
        described("what moves this long after the approval is in time", "审批通过后等待的时长"),
    ] = Duration("20d")


def judge(view: View, params: PhantomOrderParams) -> Iterable[Finding]:
    """One finding an order: settled by anything that moved, however early."""
    began = became(view.facts, "approved", "completed")
    if began is None:
        return
    deadline = began.at + params.wait
    moved = absence([fact for fact in view.facts if fact.role in _MOVES], None, deadline)
    book = OrderBook(() if moved else view.facts, deadline)
    settled = Settled(MOVED, moved) if moved else book.called_off("cancelled", "rejected")
    due, values = deadline + view.common.grace, {"status": began.about}
    yield order_finding(view, began, deadline, book, due=due, settled=settled, values=values)


DETECTOR = Detector(
    id="phantom-order",
    severity="warning",
    title=Bilingual("Order without goods or money", "订单既无发货也无收款"),
    params=PhantomOrderParams(),
    dossier=dossier("approved", "completed", besides=_MOVES),
    judge=judge,
    summarise=says(
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
    ),
    notes=NOTES,
    keeps=lambda params: params.wait,
)
