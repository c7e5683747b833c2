"""Goods leave for an order that nobody has approved yet.

Catches a shipment dispatched before its order was first `approved` or `completed`, of an order that
some edit mentions up to `known_within` after the dispatch.

Misses an order approved for another content than what was shipped. An order that no edit mentions
is the business of `shipment-without-order`.

Looks the same: an approval given by telephone and entered in the evening, or a CRM that reports an
approval with the time of its export.
"""

from detectors.language import *

HAD_BEEN = Bilingual("the order had been approved before", "发货前订单已经审批通过")


class ShipmentBeforeApprovalParams(Params):
    """How much later than its goods an order may be told of."""

    known_within: Duration = number(
        "24h",
        "an order first mentioned this long after the dispatch is its order",
        "出库后多久之内首次出现的订单仍算其订单",
    )


def find(view: View, params: ShipmentBeforeApprovalParams) -> Iterable[Found]:
    """One thing found a shipment of a known order: settled by an approval before it."""
    for shipment, sent in first_dispatches(view.facts).items():
        last, released_by = sent.at + params.known_within, sent.released_by
        order = Profile(view.facts).upto(last)
        if (mention := order.first(roles.MENTION)) is None:
            continue
        settled = settled_by(HAD_BEEN, approval_at(order, sent.at))
        yield Found(
            by=sent,
            named=shipment,
            facts=(sent,) if settled else in_time_order(sent, mention),
            deadline=sent.at,
            settled=settled,
            about=Subject(released_by, sent.customer or customer_of(order, last), view.entity_id),
            asks=None if released_by else owner_of(view, sent.at, last, view.entity_id),
            values={"shipment": shipment},
        )


DETECTOR = awaited(
    "shipment-before-approval",
    "warning",
    Bilingual("Goods shipped before approval", "未审批先发货"),
    ShipmentBeforeApprovalParams(),
    find=find,
    open_for="known_within",
    dossier=Dossier(
        "order",
        WHOSE_ORDER | roles.names(roles.STATUS, roles.DISPATCHED),
        frozenset({"dispatched"}),
    ),
    says=says(
        Sentence(
            "Shipment {shipment} left at {at:time}, before order {order} was approved. "
            "Responsible: {employee}.",
            "发货单 {shipment} 于 {at:time} 出库，当时订单 {order} 尚未审批通过。"
            "责任人：{employee}。",
        ),
        given=("shipment",),
    ),
    notes={"dispatched": LEFT, **ORDER_EDITS},
)
