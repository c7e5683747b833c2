"""Goods leave the warehouse without an order.

Catches a dispatched shipment that names no order, at once; and one that names an order which no
order edit mentions up to `wait` after it.

Misses goods added to a genuine order's shipment, and shipments no system records.

Looks the same: samples, exhibition goods and repairs sent out without an order, or a CRM whose
edits arrive days late.
"""

from detectors.language import *

MENTIONED = Bilingual("an order edit in time mentions the order", "期限内已有该订单的编辑记录")


class ShipmentWithoutOrderParams(Params):
    """How long an order may follow its goods."""

    wait: Duration = number(
        "24h",
        "an order edit this long after the dispatch is in time",
        "出库后多久之内的订单编辑算及时",
    )


def find(view: View, params: ShipmentWithoutOrderParams) -> Iterable[Found]:
    """One thing found a shipment: settled by an edit of its order, or due when none came."""
    for shipment, sent in first_dispatches(view.facts).items():
        order, customer = sent.of_order, sent.customer
        deadline = sent.at if order is None else sent.at + params.wait
        until, settled = deadline + params.wait, None
        if order is not None:
            profile = view.profile("order", order)
            settled = settled_by(MENTIONED, absence(profile.of(roles.MENTION), None, deadline))
            customer = customer or customer_of(profile, until)
        yield Found(
            by=sent,
            named=shipment,
            deadline=None if order is None else deadline,
            until=until,
            settled=settled,
            about=Subject(sent.released_by, customer, order),
            asks=owner_of(view, sent.at, until, order, customer),
            values={"shipment": shipment},
        )


DETECTOR = awaited(
    "shipment-without-order",
    "critical",
    Bilingual("Goods shipped without an order", "无订单发货"),
    ShipmentWithoutOrderParams(),
    find=find,
    looks_back="wait",
    open_for="wait",
    memory=WITH_WHAT_IS_TOLD,
    reads=(
        Reads("order", Shipment, goods_fact, dispatched),
        Reads("shipment", Shipment, goods_fact, lambda it: dispatched(it) and it.order is None),
    ),
    says=says(
        Sentence(
            "Shipment {shipment} to customer {customer} left at {first:time} and {lack}. "
            "Responsible: {employee}.",
            "发往客户 {customer} 的发货单 {shipment} 于 {first:time} 出库，{lack}。"
            "责任人：{employee}。",
        ),
        lack=(
            Sentence("names no order", "未关联任何订单", when="!order"),
            Sentence(
                "names order {order}, which no order edit mentions up to {wait} later",
                "所关联的订单 {order} 在发货后 {wait}内没有任何订单记录",
                when="order",
            ),
        ),
        given=("shipment",),
    ),
    notes={"dispatched": LEFT, **ORDER_EDITS},
    watches=WHOSE_ORDER,
)
