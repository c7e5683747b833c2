"""Whoever sells an order also takes its money or releases its goods.

Catches a payment booked (`recorded_by`), or a shipment released (`released_by`), by the order's
owner as of then, or by whoever created the order: no second pair of eyes has seen the deal.

Misses an act done under a colleague's name, and payments or shipments that name no order.

Looks the same: a small branch in which one person does everything, and a stand-in during holidays.
"""

from detectors.language import *

#: What is not the seller's to do: which field says who did it, and the roles of what is of it.
DUTIES = {
    "payment": ("recorded_by", roles.names(roles.RECEIVED, roles.REFUND)),
    "shipment": ("released_by", roles.names(roles.DISPATCHED)),
}
ACTS = frozenset[str]().union(*(acts for _, acts in DUTIES.values()))
BOOKED = Bilingual("booked by the order's own salesperson", "由该订单的销售本人登记收款")
RELEASED = Bilingual("released by the order's own salesperson", "由该订单的销售本人放行发货")


def find(view: View, params: EnteredWithin) -> Iterable[Found]:
    """One thing found a duty: everything of it that the order's own people did."""
    order = Profile(view.facts)
    for duty, (by, acts) in DUTIES.items():
        done = [act for act in view.facts if act.role in acts and by in act.fields]
        conflicts = done_by_its_own(order, done, by, params.entered_within)
        if not conflicts:
            continue
        act, tie = conflicts[0]
        customer = customer_of(order, act.at + params.entered_within)
        more = len({again.about for again, _ in conflicts}) - 1
        yield Found(
            by=act,
            named=f"{view.entity_id}\n{duty}",
            facts=in_time_order(*(fact for conflict in conflicts for fact in conflict)),
            until=conflicts[-1][0].at + params.entered_within,
            about=Subject(act.fields[by], act.customer or customer, view.entity_id),
            values={"duty": duty, "object": act.about, "more": str(more), "tie": tie.role},
        )


DETECTOR = edge(
    "duties-conflict",
    "critical",
    Bilingual("Own order's money or goods handled", "收款发货未与销售分离"),
    EnteredWithin(),
    find=find,
    looks_back=LONGEST_ORDER,
    open_for="entered_within",
    dossier=Dossier("order", WHOSE_ORDER | ACTS, ACTS),
    says=says(
        Sentence(
            "{employee} {did} {object} at {at:time} for order {order}, {his}{again}.",
            "{employee}于 {at:time} {did} {object}，而此人正是订单 {order} {his}{again}。",
        ),
        did=(
            Sentence("booked payment", "登记了付款", when="duty=payment"),
            Sentence("released shipment", "放行了发货单", when="duty=shipment"),
        ),
        his=(
            Sentence("whose owner they are", "的归属人", when="tie=owner"),
            Sentence("which they created", "的下单人", when="tie=created"),
        ),
        again=Sentence(", and {more} more later", "，此后又有 {more} 次", when="!more=0"),
        given=("duty", "more", "object", "tie"),
    ),
    notes={"received": BOOKED, "refund": BOOKED, "dispatched": RELEASED, **ORDER_EDITS},
)
