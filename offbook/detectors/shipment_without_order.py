"""Goods leave the warehouse without an order.

Catches a dispatched shipment that names no order, at once; and one that names an order which no
order edit mentions up to `wait` after it.

Misses goods smuggled out inside a genuine order's shipment, and shipments no system records.

Looks the same: samples, exhibition goods and repairs sent out without an order, or a CRM whose
edits arrive days late.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.dispatch import dispatched, dispatched_fact
from offbook.detectors.fact import Fact, in_time_order
from offbook.detectors.params import Duration, Params
from offbook.detectors.shapes import absence
from offbook.detectors.wording import span
from offbook.events.alert import Bilingual
from offbook.events.types import Shipment

MENTIONED = Bilingual("an order edit in time mentions the order", "期限内已有该订单的编辑记录")


class ShipmentWithoutOrderParams(Params, frozen=True):
    """How long an order may follow its goods."""

    wait: Annotated[
        Duration, Meta(description="an order edit this long after the dispatch is in time")
    ] = Duration("24h")


def judge(view: View, params: ShipmentWithoutOrderParams) -> Iterable[Finding]:
    """One finding a shipment: settled by an edit of its order, or due when none came."""
    first_of = {sent.about: sent for sent in reversed(view.facts)}
    for shipment, sent in first_of.items():
        order, customer = sent.fields.get("order"), sent.fields.get("customer")
        mention: Fact | None = None
        deadline = sent.at
        if order is not None:
            deadline = sent.at + params.wait
            profile = view.profile("order", order).upto(deadline + params.wait)
            mention = absence(profile.of("mention"), None, deadline)
            customer = customer or next(iter(profile.customers()), None)
        due = None if order is None else deadline + view.common.grace
        who = None
        if mention is None and (due is None or view.passed(due)):
            until = deadline + params.wait
            who = view.responsible(sent.at, until, order=order, customer=customer)
        yield Finding(
            anchor=shipment,
            facts=(sent,) if mention is None else in_time_order(sent, mention),
            until=deadline,
            due=due,
            settled=None if mention is None else MENTIONED,
            subject=Subject(
                employee=who or sent.fields.get("released_by"), customer=customer, order=order
            ),
            values={"shipment": shipment},
            notes={"dispatched": "goods left the warehouse", "mention": "the order is known"},
        )


def summarise(finding: Finding, params: ShipmentWithoutOrderParams, words: Words) -> Bilingual:
    """Which goods left when, and what is missing."""
    subject, shipment = finding.subject, finding.values["shipment"]
    at, who = words.time(finding.facts[0].at), words.employee(subject.employee)
    wait = span(params.wait)
    if subject.order is None:
        lack = Bilingual("names no order", "未关联任何订单")
    else:
        lack = Bilingual(
            f"names order {subject.order}, which no order edit mentions up to {wait.en} later",
            f"所关联的订单 {subject.order} 在发货后 {wait.zh}内没有任何订单记录",
        )
    return Bilingual(
        f"Shipment {shipment} to customer {subject.customer or 'unknown'} left at {at} and "
        f"{lack.en}. Responsible: {who.en}.",
        f"发往客户 {subject.customer or '未知'} 的发货单 {shipment} 于 {at} 出库，{lack.zh}。"
        f"责任人：{who.zh}。",
    )


DETECTOR = Detector(
    id="shipment-without-order",
    severity="critical",
    title=Bilingual("Goods shipped without an order", "无订单发货"),
    params=ShipmentWithoutOrderParams(),
    reads=(
        Reads("order", Shipment, dispatched_fact, where=dispatched),
        Reads(
            "shipment",
            Shipment,
            dispatched_fact,
            where=lambda sent: dispatched(sent) and sent.order is None,
        ),
    ),
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.wait,
    watches_profile=True,
)
