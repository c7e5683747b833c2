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
OWN = Bilingual("approved by its own owner or creator", "由订单归属人或下单人本人审批")


def find(view: View, params: EnteredWithin) -> Iterable[Found]:
    """One thing found an order: approved by its own people, or completed without an approval."""
    order = Profile(view.facts)
    for approval in steps(order, "approved"):
        by, last = approval.fields["by"], approval.at + params.entered_within
        if tie := order_tie(order.upto(last), by, approval.at):
            yield _found(view, approval, last, by, tie)
            return
    completed = next(steps(order, "completed"), None)
    if completed is not None:
        settled = settled_by(APPROVED, approved_before(order, completed))
        found = _found(view, completed, completed.at + params.entered_within)
        yield structs.replace(found, deadline=completed.at, settled=settled)


def _found(view: View, act: Fact, last: int, by: str | None = None, *beside: Fact) -> Found:
    return Found(
        by=act,
        facts=in_time_order(structs.replace(act, role=act.about), *beside),
        about=Subject(by, customer_of(Profile(view.facts), last), view.entity_id),
        asks=None if by else owner_of(view, act.at, last, view.entity_id),
        values={"what": act.about},
    )


DETECTOR = awaited(
    "unapproved-order",
    "critical",
    Bilingual("Order not approved by anybody else", "订单未经他人审批"),
    EnteredWithin(),
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
    notes={"approved": OWN, "completed": Bilingual("completed", "订单完成"), **ORDER_EDITS},
)
