"""An order goes through without anybody else's approval.

Catches an order that becomes `completed` with no `approved` before it that no rejection or
cancellation followed, and one approved (`approved_by`, else whoever made the edit) by its own owner
or creator.

Misses an approval given under a colleague's name, and an approver who did not look.

Looks the same: a CRM whose approvals are not sent, and orders below a limit that your rules let
pass.
"""

from detectors.language import *

APPROVED = Bilingual("the order had been approved before it was completed", "订单完成前已审批通过")


class UnapprovedOrderParams(Params):
    """How much later an order may be told of."""

    entered_within: Duration = number(
        "7d",
        "an edit this long after the approval still tells whose order it is",
        "审批之后多久之内的编辑仍可说明订单归谁",
    )


def find(view: View, params: UnapprovedOrderParams) -> Iterable[Found]:
    """One thing found an order: approved by its own people, or completed without an approval."""
    order = Profile(view.facts)
    for approval in steps(order, "approved"):
        by = approval.fields["by"]
        tie = order_tie(order.upto(approval.at + params.entered_within), by, approval.at)
        if tie is not None:
            yield _found(view, order, approval, params, by, tie)
            return
    completed = next(steps(order, "completed"), None)
    if completed is not None:
        settled = settled_by(APPROVED, approved_before(order, completed))
        found = _found(view, order, completed, params)
        yield structs.replace(found, deadline=completed.at, settled=settled)


def _found(
    view: View,
    order: Profile,
    act: Fact,
    params: UnapprovedOrderParams,
    employee: str | None = None,
    *beside: Fact,
) -> Found:
    last = act.at + params.entered_within
    return Found(
        by=act,
        named=view.entity_id,
        facts=in_time_order(structs.replace(act, role=act.about), *beside),
        about=Subject(employee, customer_of(order, last), view.entity_id),
        asks=None if employee else owner_of(view, act.at, last, view.entity_id),
        values={"what": act.about},
    )


DETECTOR = awaited(
    "unapproved-order",
    "critical",
    Bilingual("Order not approved by anybody else", "订单未经他人审批"),
    UnapprovedOrderParams(),
    find=find,
    looks_back=LONGEST_ORDER,
    open_for="entered_within",
    dossier=Dossier(
        "order", WHOSE_ORDER | roles.names(roles.STATUS), frozenset({"approved", "completed"})
    ),
    says=says(
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
        given=("what",),
    ),
    notes={
        "approved": Bilingual(
            "approved by its own owner or creator", "由订单归属人或下单人本人审批"
        ),
        "completed": Bilingual("completed", "订单完成"),
        **ORDER_EDITS,
    },
)
