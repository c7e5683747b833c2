"""What is told of an order, whoever tells it."""

from __future__ import annotations

from contract.alert import Bilingual
from contract.duration import Duration
from detectors.facts.fact import Fact, in_time_order
from detectors.facts.profile import Profile
from detectors.facts.view import View
from detectors.language.finding import Subject
from detectors.language.found import Found, owner_of
from detectors.language.params import Params, number
from detectors.language.sentences import Sentence
from detectors.words.order_book import OrderBook, Wait
from detectors.words.ownership import customer_of
from detectors.words.settled import Settled

#: How long after something was done an edit may still tell whose deal it was.
ENTERED_WITHIN = number(
    "7d",
    "an edit this long after it still tells whose deal it is",
    "此后多久之内的编辑仍可说明归属",
)


class EnteredWithin(Params):
    """How much later an order may be told of."""

    entered_within: Duration = ENTERED_WITHIN


#: What an event adds, by its role in the profile.
ORDER_NOTES = {
    "created": Bilingual("the order was created", "创建订单"),
    "status": Bilingual("the order's status", "订单状态"),
    "amount": Bilingual("what the order comes to", "订单金额"),
    "received": Bilingual("money received", "收到货款"),
    "refund": Bilingual("money refunded", "退款"),
    "dispatched": Bilingual("goods left", "发货"),
    "delivered": Bilingual("goods arrived", "货物签收"),
    "returned": Bilingual("goods came back", "退货"),
    "called_back": Bilingual("the customer was called back", "已回访客户"),
    "callback": Bilingual("the customer was called back", "已回访客户"),
    "gone": Bilingual("the order was deleted", "订单被删除"),
    "back": Bilingual("the order was restored", "订单已恢复"),
}


#: Of other money that was received or refunded.
OTHERS = Sentence("Money in {others} is not counted.", "另有 {others} 款项未计入。", when="others")


WORTH = Sentence("It comes to {amount:money}.", "订单金额 {amount:money}。", when="amount")


RESPONSIBLE = Sentence("Responsible: {employee}.", "责任人：{employee}。")

#: How an alert about an order ends.
WHOSE = (
    Sentence("Customer: {customer}.", "客户：{customer}。", when="customer"),
    RESPONSIBLE,
)


def order_found(
    view: View,
    act: Fact,
    upto: int,
    book: OrderBook,
    *facts: Fact,
    awaited: bool = True,
    settled: Settled | None = None,
    values: dict[str, str] | None = None,
    measured: dict[str, str] | None = None,
) -> Found:
    """What is found of an order, of which there is one at a time: what follows from an `act`.

    It names whose the order was then and whom it was for, by what was said of it up to `upto`,
    which is the deadline where something is `awaited`. `values` are those given, and the book's
    price.
    """
    return Found(
        by=act,
        facts=in_time_order(act, *facts),
        about=Subject(
            customer=customer_of(Profile(view.facts), upto),
            order=view.entity_id,
        ),
        asks=owner_of(view, act.at, upto, view.entity_id),
        deadline=upto if awaited else None,
        until=upto,
        settled=settled,
        values={**book.worth(), **(values or {})},
        measured=measured or {},
    )


def wait_found(
    view: View,
    wait: Wait,
    *facts: Fact,
    settled: Settled | None = None,
    values: dict[str, str] | None = None,
    measured: dict[str, str] | None = None,
) -> Found:
    """What is found of an order for which something was waited: settled by what is given, else by
    what ended the wait. The rest is as in `order_found`."""
    return order_found(
        view,
        wait.began,
        wait.deadline,
        wait.book,
        *facts,
        settled=settled or wait.ended,
        values=values,
        measured=measured,
    )
