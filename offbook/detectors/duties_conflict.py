"""Whoever sells an order also takes its money or lets out its goods.

Catches a payment booked (`recorded_by`), or a shipment released (`released_by`), by the order's
owner as of then, or by whoever created the order: no second pair of eyes has seen the deal.

Misses an act done under a colleague's name, and payments or shipments that name no order.

Looks the same: a small branch in which one person does everything, and a stand-in during holidays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View
from offbook.detectors.dispatch import dispatched
from offbook.detectors.fact import Fact, fact_of, in_time_order
from offbook.detectors.ownership import ORDER_EDITS, customer_of
from offbook.detectors.params import Duration, Params, described
from offbook.detectors.profile import LONGEST_ORDER, WHOSE_ORDER, order_tie
from offbook.detectors.reference import Reference
from offbook.detectors.sentences import Sentence, says
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import Payment, Shipment


class DutiesConflictParams(Params, frozen=True):
    """How much later an order may be told of."""

    entered_within: Annotated[
        Duration,
        described(
            "an order edit this long after the act still tells whose order it is",
            "行为之后多久之内的订单编辑仍可说明订单归谁",
        ),
    ] = Duration("7d")


def _booked(event: Event, _: Reference) -> Fact:
    payment = event.data
    assert isinstance(payment, Payment)
    return fact_of(
        event,
        "payment",
        about=payment.recorded_by or "",
        object=payment.payment,
        customer=payment.customer,
    )


def _released(event: Event, _: Reference) -> Fact:
    shipment = event.data
    assert isinstance(shipment, Shipment)
    return fact_of(
        event,
        "shipment",
        about=shipment.released_by or "",
        object=shipment.shipment,
        customer=shipment.customer,
    )


def judge(view: View, params: DutiesConflictParams) -> Iterable[Finding]:
    """One finding a duty: everything of it that the order's own people did."""
    order = view.profile("order", view.entity_id)
    for duty in ("payment", "shipment"):
        conflicts = [
            (act, tie)
            for act in view.of(duty)
            if (tie := order_tie(order.upto(act.at + params.entered_within), act.about, act.at))
        ]
        if not conflicts:
            continue
        act, tie = conflicts[0]
        named = act.fields.get("customer")
        more = len({again.fields["object"] for again, _ in conflicts}) - 1
        yield Finding(
            anchor=f"{view.entity_id}\n{duty}",
            facts=in_time_order(*(fact for conflict in conflicts for fact in conflict)),
            until=conflicts[-1][0].at + params.entered_within,
            subject=Subject(
                employee=act.about,
                customer=named or customer_of(order, act.at + params.entered_within),
                order=view.entity_id,
            ),
            values={
                "duty": duty,
                "object": act.fields["object"],
                "at": str(act.at),
                "more": str(more),
                "tie": tie.role,
            },
        )


DETECTOR = Detector(
    id="duties-conflict",
    severity="critical",
    title=Bilingual("Own order's money or goods handled", "收款发货未与销售分离"),
    params=DutiesConflictParams(),
    reads=(
        Reads(
            "order",
            Payment,
            _booked,
            where=lambda paid: paid.order is not None and paid.recorded_by is not None,
        ),
        Reads(
            "order",
            Shipment,
            _released,
            where=lambda sent: (
                dispatched(sent) and sent.order is not None and sent.released_by is not None
            ),
        ),
    ),
    judge=judge,
    summarise=says(
        Sentence(
            "{employee} {did} {object} at {at:time} for order {order}, {his}{again}.",
            "{employee}于 {at:time} {did} {object}，而此人正是订单 {order} {his}{again}。",
        ),
        did=(
            Sentence("booked payment", "登记了付款", when="duty=payment"),
            Sentence("released shipment", "放行了发货单", when="duty=shipment"),
        ),
        his=(
            Sentence("whose owner he or she is", "的归属人", when="tie=owner"),
            Sentence("which he or she created", "的下单人", when="tie=created"),
        ),
        again=Sentence(", and {more} more later", "，此后又有 {more} 次", when="!more=0"),
    ),
    notes={
        "payment": Bilingual("booked by the order's own salesperson", "由该订单的销售本人登记收款"),
        "shipment": Bilingual(
            "released by the order's own salesperson", "由该订单的销售本人放行发货"
        ),
        **ORDER_EDITS,
    },
    keeps=lambda params: LONGEST_ORDER + params.entered_within,
    watches=WHOSE_ORDER,
)
