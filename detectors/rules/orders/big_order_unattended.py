"""A big order that no sales manager had a hand in.

Catches an order created with an amount of at least `amount` (whatever its currency) that, up to
`within` after its creation, the manager of its owner has not approved, and on whose customer that
manager had no activity in that time or in the `lookback` before. Where no manager of the owner is
on file, any manager's part will do. An order that is cancelled, rejected or deleted when that time
is over needs none until it is taken up again. The manager's part of an order created without a
customer is its approval.

Misses an order that grows so big only later, one that is split (`order-splitting`), an approval
given unread, an activity entered for show.

Looks the same: a deputy or a superior who took part instead, a framework contract agreed years ago,
a visit that nobody entered, an amount with too many zeros.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import structs

from detectors.language import *

ATTENDED = Bilingual("a manager had taken part in time", "期限内已有经理参与")
STOPPED = Bilingual("the order was cancelled or deleted in time", "期限内订单已取消或删除")


#: One that was called off when its time was over may be taken up again for so long.
RESUMED_WITHIN = 90 * DAY


class BigOrderUnattendedParams(Params):
    """What is big, and when a manager must have been there."""

    amount: int = at_least(500_000, "the order's amount", "订单金额")
    within: Duration = number(
        "24h", "an act of the manager this long after is in time", "创建后多久之内参与有效"
    )
    lookback: Duration = number(
        "365d", "an activity with the customer this long before counts", "创建前多久之内的跟进有效"
    )


def _created(edit: CrmEdit) -> Kept:
    amount, currency = str(edit.says.amount), edit.says.currency or "CNY"
    return keep("created", about=edit.object.id, amount=amount, currency=currency)


def judge(view: View, params: BigOrderUnattendedParams) -> Iterable[Finding]:
    """One finding for each big order: its manager's time runs, or what came of it."""
    for created in view.of("created"):
        here = view.entity_kind == "customer" or view.entity_id == created.about
        if here and _is_big(created, params):
            yield _finding(view, created, params)


def _is_big(created: Fact, params: BigOrderUnattendedParams) -> bool:
    return Decimal(created.fields["amount"]) >= params.amount


def _finding(view: View, created: Fact, params: BigOrderUnattendedParams) -> Finding:
    number, deadline = created.about, created.at + params.within
    grace = view.common.grace
    pending = Finding(anchor=number, facts=(created,), until=deadline, due=deadline + grace)
    if not view.passed(deadline + grace):
        return pending
    whole = view.profile("order", number)
    while (again := whole.resumed(deadline)) and again.at <= deadline + RESUMED_WITHIN:
        deadline = again.at + params.within
        if not view.passed(deadline + grace):
            return structs.replace(pending, until=deadline, due=deadline + grace)
    due, order = deadline + grace, whole.upto(deadline)
    owner = view.responsible(created.at, deadline, order=number)
    manager = view.reference.manager_of(owner) if owner else None
    manager = manager if manager != owner else None
    approvals = [
        word
        for word in order.of("status")
        if word.about == "approved" and _attends(view, word.fields.get("by", ""), manager)
    ]
    activities = [act for act in view.of("activity") if _attends(view, act.about, manager)]
    attended = absence(approvals, None, deadline) or absence(
        activities, created.at - params.lookback, deadline
    )
    found = attended or order.ended(deadline)
    customer = view.entity_id if view.entity_kind == "customer" else None
    return Finding(
        anchor=number,
        facts=(created,) if found is None else in_time_order(created, found),
        until=deadline,
        due=due,
        settled=None if found is None else STOPPED if attended is None else ATTENDED,
        subject=Subject(
            employee=owner,
            customer=customer or next(iter(order.customers()), None),
            order=number,
        ),
        values={
            **created.fields,
            "at": str(created.at),
            **({"manager": manager} if manager else {}),
        },
        measured={"amount": created.fields["amount"]},
    )


def _attends(view: View, who: str, manager: str | None) -> bool:
    """Whether `who` is the manager who must take part; any manager, where it is not known who."""
    return view.reference.is_manager(who) if manager is None else who == manager


def _prune(facts: list[Fact], params: BigOrderUnattendedParams, limit: int) -> list[Fact]:
    """Of a manager's activities few are needed; of orders the big ones, for as long: told once more
    after what settled them is gone, they would be new."""
    recent = [
        fact
        for fact in facts
        if (
            fact.at >= limit - params.lookback
            if fact.role == "activity"
            else fact.at >= limit - max(params.lookback, RESUMED_WITHIN) and _is_big(fact, params)
        )
    ]
    activities = [fact for fact in recent if fact.role == "activity"]
    needless = covered(activities, params.lookback)
    return [fact for fact in recent if fact.order not in needless]


DETECTOR = Detector(
    id="big-order-unattended",
    severity="warning",
    title=Bilingual("Big order without a manager", "大额订单无经理参与"),
    params=BigOrderUnattendedParams(),
    reads=(
        read("customer", CrmEdit, _created, where=IS_SALE),
        Reads("customer", CrmEdit, managers_activity, where=IS_ACTIVITY),
        read(
            "order",
            CrmEdit,
            _created,
            where=edits(
                "create", of="order", also=lambda edit: edit.customer is None and is_worth(edit)
            ),
        ),
    ),
    judge=judge,
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
        Sentence("Responsible: {employee}.", "责任人：{employee}。"),
    ),
    notes={
        "created": Bilingual("the order", "大额订单"),
        "status": Bilingual("approved, cancelled or rejected", "审批、取消或驳回"),
        "activity": Bilingual("the manager was in touch with the customer", "经理联系过客户"),
        "gone": Bilingual("the order was deleted", "订单被删除"),
    },
    keeps=lambda params: params.lookback,
    prune=_prune,
    watches=WHOSE_ORDER | {"status", "gone"},
    needs=("employees",),
    waits=True,
)
