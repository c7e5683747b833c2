"""An order goes through without anybody else's approval.

Catches an order that becomes `completed` with no `approved` before it that no rejection or
cancellation followed, and one approved (`approved_by`, else whoever made the edit) by its own owner
or creator.

Misses an approval given under a colleague's name, and an approver who did not look.

Looks the same: a CRM whose approvals are not sent, and orders below a limit that your rules let
pass.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from detectors.language import *

APPROVED = Bilingual("the order had been approved before it was completed", "订单完成前已审批通过")


class UnapprovedOrderParams(Params):
    """How much later an order may be told of."""

    entered_within: Duration = number(
        "7d",
        "an edit this long after the approval still tells whose order it is",
        "审批之后多久之内的编辑仍可说明订单归谁",
    )


def judge(view: View, params: UnapprovedOrderParams) -> Iterable[Finding]:
    """One finding an order: approved by its own people, or completed without an approval."""
    order = Profile(view.facts)
    for approval in steps(order, "approved"):
        last, by = approval.at + params.entered_within, approval.fields["by"]
        tie = order_tie(order.upto(last), by, approval.at)
        if tie is not None:
            yield _finding(view, order, approval, last, (tie,), employee=by)
            return
    completed = next(steps(order, "completed"), None)
    if completed is not None:
        earlier = approved_before(order, completed)
        yield _finding(
            view,
            order,
            completed,
            completed.at + params.entered_within,
            () if earlier is None else (earlier,),
            due=completed.at + view.common.grace,
            settled=None if earlier is None else APPROVED,
        )


def _finding(
    view: View,
    order: Profile,
    act: Fact,
    last: int,
    facts: tuple[Fact, ...],
    *,
    employee: str | None = None,
    due: int | None = None,
    settled: Bilingual | None = None,
) -> Finding:
    who = employee or view.responsible(act.at, last, order=view.entity_id)
    return Finding(
        anchor=view.entity_id,
        facts=in_time_order(structs.replace(act, role=act.about), *facts),
        until=last,
        due=due,
        settled=settled,
        subject=Subject(employee=who, customer=customer_of(order, last), order=view.entity_id),
        values={"what": act.about, "at": str(act.at)},
    )


DETECTOR = Detector(
    id="unapproved-order",
    severity="critical",
    title=Bilingual("Order not approved by anybody else", "订单未经他人审批"),
    params=UnapprovedOrderParams(),
    dossier=Dossier("order", WHOSE_ORDER | {"status"}, frozenset({"approved", "completed"})),
    judge=judge,
    summarise=says(
        Sentence(
            "{employee} approved order {order} at {at:time}, which is their own.",
            "{employee}于 {at:time} 审批了本人的订单 {order}。",
            when="what=approved",
        ),
        Sentence(
            "Order {order} was completed at {at:time} without an approval. "
            "Responsible: {employee}.",
            "订单 {order} 于 {at:time} 完成，此前未经审批。责任人：{employee}。",
            when="what=completed",
        ),
    ),
    notes={
        "approved": Bilingual(
            "approved by its own owner or creator", "由订单归属人或下单人本人审批"
        ),
        "completed": Bilingual("completed", "订单完成"),
        **ORDER_EDITS,
    },
    keeps=lambda params: LONGEST_ORDER + params.entered_within,
    waits=True,
)
