"""An order is done and nobody asked the customer.

Catches a completed order whose customer nobody had called back (with any outcome but `unreachable`)
from the order's creation, else from the first edit that mentions it, to `wait` after completion.

Misses a call written down and never made; and a call about another order of the customer counts. A
call that names the order counts whichever customer it names; of an order whose customer no edit
names it is the only one that can. A call that names no order is remembered for 120 days.

Looks the same: customers who do not want to be called, calls made by the salesperson and not sent.
An order cancelled, deleted or refunded in full when the time is over is left alone; completed again
after that, it is waited for again.
"""

from detectors.language import *

CALLED = Bilingual("the customer had been called back in time", "客户已在期限内回访")


class MissedCallbackParams(Params):
    """How long customer service has."""

    wait: Duration = number(
        "14d",
        "a callback this long after completion is in time; not below 7d",
        "完成后等待回访的时长，不得短于 7 天",
    )


def find(view: View, params: MissedCallbackParams) -> Iterable[Found]:
    """One thing found an order: settled by a call about it, else by one of its customer's."""
    first = next(entered(view.facts, "completed"), None)
    if first is None:
        return
    order, wait = Profile(view.facts), waited(view.facts, first, params.wait, OrderBook.not_done)
    began = order.first(roles.CREATED) or order.first(roles.MENTION) or wait.began
    since, deadline = min(began.at, wait.began.at), wait.deadline
    call = absence(order.of(roles.CALLED_BACK), since, deadline)
    if call is None and wait.ended is None and is_over(view, deadline):
        call = _customers_call(view, order.upto(deadline), since, deadline)
    yield wait_found(view, wait, settled=settled_by(CALLED, call), values={"since": str(since)})


def _customers_call(view: View, order: Profile, since: int, deadline: int) -> Fact | None:
    customers = (view.profile("customer", it) for it in order.customers())
    calls = (absence(it.of(roles.CALLBACK), since, deadline) for it in customers)
    return next(filter(None, calls), None)


DETECTOR = awaited(
    "missed-callback",
    "info",
    Bilingual("Customer not called back", "订单完成后未回访客户"),
    MissedCallbackParams(),
    find=find,
    looks_back="wait",
    dossier=dossier("completed", besides=["called_back", "callback"]),
    says=says(
        Sentence(
            "Order {order} was completed at {at:time}; from {since:time} to {wait} after that the "
            "customer was not called back.",
            "订单 {order} 于 {at:time} 完成，自 {since:time} 至完成后 {wait}内未曾回访客户。",
        ),
        *WHOSE,
        given=("since",),
    ),
    notes=ORDER_NOTES,
)
