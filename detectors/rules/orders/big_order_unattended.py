"""A big order that no sales manager took part in.

Catches an order created with an amount of at least `amount` (whatever its currency) that, up to
`within` after its creation, the manager of its owner has not approved, and on whose customer that
manager had no activity in that time or in the `lookback` before. Where no manager of the owner is
on file, any manager's part will do. An order that is cancelled, rejected or deleted when that time
is over needs none until it is taken up again; one created without a customer needs an approval.

Misses an order that grows so big only later, one that is split (`order-splitting`), an approval
given unread, an activity entered for show.

Looks the same: a deputy or a superior who took part instead, a framework contract agreed years ago,
a visit that nobody entered, an amount with too many zeros.
"""

from detectors.language import *

ATTENDED = Bilingual("a manager had taken part in time", "期限内已有经理参与")
STOPPED = Bilingual("the order was cancelled or deleted in time", "期限内订单已取消或删除")


class BigOrderUnattendedParams(Params):
    """What is big, and when a manager must have been there."""

    amount: int = at_least(500_000, "the order's amount", "订单金额")
    within: Duration = number(
        "24h", "an act of the manager this long after is in time", "创建后多久之内参与有效"
    )
    lookback: Duration = number(
        "365d", "an activity with the customer this long before counts", "创建前多久之内的跟进有效"
    )


def find(view: View, params: BigOrderUnattendedParams) -> Iterable[Found]:
    """One thing found for each big order: its manager's time runs, or what came of it."""
    for created in view.of("created"):
        here = view.entity_kind == "customer" or view.entity_id == created.about
        if here and _is_big(created, params):
            yield _found(view, created, params)


def _is_big(created: Fact, params: BigOrderUnattendedParams) -> bool:
    return created.amount >= params.amount


def _found(view: View, created: Fact, params: BigOrderUnattendedParams) -> Found:
    number, since = created.about, created.at - params.lookback
    deadline = time_given(view, created, params.within)
    if not is_over(view, deadline):
        return Found(by=created, named=number, deadline=deadline)
    order = view.profile("order", number).upto(deadline)
    owner = view.responsible(created.at, deadline, order=number)
    manager = manager_over(view, owner)
    part = part_taken(view, order, manager, since, deadline)
    customer = view.entity_id if view.entity_kind == "customer" else customer_of(order, deadline)
    return Found(
        by=created,
        named=number,
        deadline=deadline,
        settled=settled_by(ATTENDED, part) or settled_by(STOPPED, order.ended(deadline)),
        about=Subject(owner, customer, number),
        values=created.fields | ({"manager": manager} if manager else {}),
        measured={"amount": created.fields["amount"]},
    )


def _stay(facts: Sequence[Fact], params: BigOrderUnattendedParams, limit: int) -> Stays:
    """The big orders, for as long as the activities: told once more after what settled them is
    gone, they would be new."""
    oldest = limit - max(params.lookback, RESUMED_WITHIN)
    return lambda fact: fact.at >= oldest and _is_big(fact, params)


DETECTOR = awaited(
    "big-order-unattended",
    "warning",
    Bilingual("Big order without a manager", "大额订单无经理参与"),
    BigOrderUnattendedParams(),
    find=find,
    looks_back="lookback",
    memory=covering("activity", "lookback", _stay),
    reads=ORDERS_AND_MANAGERS,
    says=says(
        Sentence(
            "Order {order} of customer {customer} over {amount:money} was created at {at:time}.",
            "客户 {customer} 的订单 {order}（{amount:money}）于 {at:time} 创建。",
        ),
        Sentence(
            "Up to {within} later the owner's manager, {manager:employee}, had neither approved it "
            "nor been in touch with the customer.",
            "截至创建后 {within}，归属人的经理{manager:employee}既未审批，也未跟进该客户。",
            when="manager",
        ),
        Sentence(
            "Up to {within} later no manager had approved it or been in touch with the customer.",
            "截至创建后 {within}，没有任何经理审批或跟进该客户。",
            when="!manager",
        ),
        RESPONSIBLE,
        given=("currency", "manager"),
    ),
    notes={
        "created": Bilingual("the order", "大额订单"),
        "status": Bilingual("approved, cancelled or rejected", "审批、取消或驳回"),
        "activity": Bilingual("the manager was in touch with the customer", "经理联系过客户"),
        "gone": Bilingual("the order was deleted", "订单被删除"),
    },
    watches=WHOSE_ORDER | roles.names(roles.STATUS, roles.GONE),
    needs=("employees",),
)
