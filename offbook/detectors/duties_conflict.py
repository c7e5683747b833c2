"""Whoever sells an order also takes its money or lets out its goods.

Catches a payment booked (`recorded_by`), or a shipment released (`released_by`), by the order's
owner as of then, or by whoever created the order: no second pair of eyes has seen the deal.

Misses an act done under a colleague's name, and payments or shipments that name no order.

Looks the same: a small branch in which one person does everything, and a stand-in during holidays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.dispatch import dispatched
from offbook.detectors.fact import Fact, fact_of, in_time_order
from offbook.detectors.params import Duration, Params
from offbook.detectors.profile import LONGEST_ORDER, order_tie
from offbook.detectors.reference import Reference
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import Payment, Shipment


class DutiesConflictParams(Params, frozen=True):
    """How much later an order may be told of."""

    entered_within: Annotated[
        Duration,
        Meta(description="an order edit this long after the act still tells whose order it is"),
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
        customers = order.upto(act.at + params.entered_within).customers()
        yield Finding(
            anchor=f"{view.entity_id}\n{duty}",
            facts=in_time_order(*(fact for conflict in conflicts for fact in conflict)),
            until=conflicts[-1][0].at + params.entered_within,
            subject=Subject(
                employee=act.about,
                customer=act.fields.get("customer") or next(iter(customers), None),
                order=view.entity_id,
            ),
            values={
                "duty": duty,
                "object": act.fields["object"],
                "at": str(act.at),
                "times": str(len({act.fields["object"] for act, _ in conflicts})),
                "as": "creator" if tie.role == "created" else "owner",
            },
            notes={
                "payment": "booked by the order's own salesperson",
                "shipment": "released by the order's own salesperson",
                "created": "created the order",
                "owner": "owns the order",
            },
        )


_DUTIES = {
    "payment": Bilingual("booked payment", "登记了付款"),
    "shipment": Bilingual("released shipment", "放行了发货单"),
}
_TIES = {
    "owner": Bilingual("whose owner he or she is", "的归属人"),
    "creator": Bilingual("which he or she created", "的下单人"),
}


def summarise(finding: Finding, params: DutiesConflictParams, words: Words) -> Bilingual:
    """Who did which duty for which order of his own."""
    values, subject = finding.values, finding.subject
    who, at = words.employee(subject.employee), words.time(int(values["at"]))
    duty, tie = _DUTIES[values["duty"]], _TIES[values["as"]]
    more = int(values["times"]) - 1
    again = Bilingual(f", and {more} more later", f"，此后又有 {more} 次") if more else None
    return Bilingual(
        f"{who.en} {duty.en} {values['object']} at {at} for order {subject.order}, "
        f"{tie.en}{again.en if again else ''}.",
        f"{who.zh}于 {at} {duty.zh} {values['object']}，而此人正是订单 {subject.order} {tie.zh}"
        f"{again.zh if again else ''}。",
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
    summarise=summarise,
    keeps=lambda params: LONGEST_ORDER + params.entered_within,
    watches_profile=True,
)
