"""Goods do not go where the customer is.

Catches a dispatched shipment whose address or phone is an employee's, at once; and an address or
phone that goods leave to for at least `customers` different customers within `window`: somebody
gathers them. Of the first an alert names who answers for the deal (the order's owner, else the
customer's, else who released the goods); the text names whose address it is, and where nobody is
known to answer, the alert does. Of the second it names whose contact it is, else the one owner of
all these customers.

Misses a relative's or a friend's address, contacts that HR has not on file, an address spelt
otherwise than by its spaces, a truck that stops elsewhere, and, where goods are gathered, shipments
that name only an order.

Looks the same: forwarders, pick-up points and bonded warehouses; one site manager or installer of
several firms; staff purchases; a rep who takes the goods along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from detectors.language import *


class DivertedConsigneeParams(Params):
    """How many customers, within what time. One shipment is enough where it goes to an employee."""

    customers: int = at_least(
        3, "different customers of one address or phone", "同一地址或电话对应的不同客户", ge=2
    )
    window: Duration = number("90d", "from the first shipment of the run", "自首次发货起的时长")
    entered_within: Duration = number(
        "7d",
        "an edit this long after a shipment still tells whose deal it is",
        "发货后多久之内的编辑仍可说明归属",
    )


def _to_employee(sent: Shipment, _: int, reference: Reference) -> Kept | None:
    if not reference.may_be_an_employees(sent.phone, sent.address):
        return None
    return keep(
        "to employee",
        about=sent.shipment,
        customer=sent.customer,
        order=sent.order,
        released_by=sent.released_by,
        to_phone=sent.phone or "",
        to_address=sent.address or "",
    )


#: Goods of several customers that go to one place.
GATHERED = Sliding(lambda params: distinct_of(params.customers))


def judge(view: View, params: DivertedConsigneeParams) -> Iterable[Finding]:
    """At a shipment, that it goes to an employee; where goods go, one finding for each run."""
    if view.entity_kind == "shipment":
        return _of_shipment(view, params)
    return _of_consignee(view, params)


def _of_shipment(view: View, params: DivertedConsigneeParams) -> Iterator[Finding]:
    sent = view.facts[0]
    fields, until = sent.fields, sent.at + params.entered_within
    their = view.reference.employees_of(fields["to_phone"], fields["to_address"])
    if not their:
        return
    order, customer = fields.get("order"), customer_named(view, sent, until)
    who = view.responsible(sent.at, until, order=order, customer=customer)
    whose = their.get("address") or their.get("phone")
    yield Finding(
        anchor=f"shipment\n{view.entity_id}",
        facts=(sent,),
        until=until,
        subject=Subject(
            employee=who or fields.get("released_by") or whose, customer=customer, order=order
        ),
        values={**their, "shipment": view.entity_id, "at": str(sent.at)},
    )


def _of_consignee(view: View, params: DivertedConsigneeParams) -> Iterator[Finding]:
    what, _, contact = view.entity_id.partition(":")
    for run in GATHERED.found(view.facts, params):
        customers = distinct(run, view.common)
        holder = view.reference.employees_of(**{what: contact}).get(what)
        yield Finding(
            anchor=f"consignee\n{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window + params.entered_within,
            subject=Subject(employee=holder or _owner_of_all(view, run, params)),
            values={
                **({"whose": holder} if holder else {}),
                "gathered": what,
                "customers": customers,
                "shipments": total(run, view.common),
                "since": str(run[0].at),
                "last": str(run[-1].at),
            },
            measured={"customers": customers},
        )


def _owner_of_all(view: View, run: Sequence[Fact], params: DivertedConsigneeParams) -> str | None:
    """Asks customer after customer: a forwarder's belong to many, as the second of them shows."""
    owner: str | None = None
    known: set[str] = set()
    for sent in run:
        if sent.about not in known:
            known.add(sent.about)
            until = sent.at + params.entered_within
            other = view.responsible(sent.at, until, customer=sent.about)
            if other is None or owner not in (None, other):
                return None
            owner = other
    return owner


def _prune(facts: list[Fact], params: DivertedConsigneeParams, limit: int) -> list[Fact]:
    """A shipment that went to an employee is remembered as long as runs are."""
    if facts and facts[0].role == "to employee":
        return [fact for fact in facts if fact.at >= limit - params.window]
    return GATHERED.prune(facts, params, limit, params.entered_within)


DETECTOR = Detector(
    id="diverted-consignee",
    severity="warning",
    title=Bilingual("Goods sent elsewhere than to the customer", "货物未发往客户"),
    params=DivertedConsigneeParams(),
    reads=(
        read_knowing(
            "shipment",
            Shipment,
            _to_employee,
            where=lambda sent: dispatched(sent) and bool(sent.phone or sent.address),
        ),
        read(
            "consignee",
            Shipment,
            lambda sent: keep("dispatched", about=sent.customer),
            where=lambda sent: dispatched(sent) and sent.customer is not None,
        ),
    ),
    judge=judge,
    says=says(
        Sentence(
            "Shipment {shipment} for customer {customer} left at {at:time}.",
            "客户 {customer} 的发货单 {shipment} 于 {at:time} 出库。",
            when="shipment",
        ),
        Sentence(
            "Its address is that of {address:employee}.",
            "收货地址是{address:employee}的地址。",
            when="address",
        ),
        Sentence(
            "Its phone is that of {phone:employee}.",
            "收货电话是{phone:employee}的电话。",
            when="phone",
        ),
        Sentence("Responsible: {employee}.", "责任人：{employee}。", when="shipment"),
        Sentence(
            "Goods for {customers} customers left for one address in {shipments} shipments from "
            "{since:day} to {last:day} (within {window}).",
            "{since:day} 至 {last:day}（{window}内）有 {customers} 个客户的货物分 {shipments} 批"
            "发往同一地址。",
            when="gathered=address",
        ),
        Sentence(
            "Goods for {customers} customers left for one phone in {shipments} shipments from "
            "{since:day} to {last:day} (within {window}).",
            "{since:day} 至 {last:day}（{window}内）有 {customers} 个客户的货物分 {shipments} 批"
            "发出，收货电话相同。",
            when="gathered=phone",
        ),
        Sentence(
            "It is that of {whose:employee}.", "该联系方式属于{whose:employee}。", when="whose"
        ),
        Sentence(
            "All these customers belong to {employee}.",
            "这些客户的归属人均为{employee}。",
            when="gathered & !whose & employee",
        ),
    ),
    notes={
        "to employee": Bilingual("left for an employee's address or phone", "发往员工的地址或电话"),
        "dispatched": Bilingual(
            "goods for one of the customers left for it", "其中一位客户的货物发往该处"
        ),
    },
    keeps=lambda params: params.window + params.entered_within,
    prune=_prune,
    folds=Folds(lambda params: params.window),
    needs=("employees",),
    judges_contacts=True,
    concerns=lambda view, fact, params: (
        view.entity_kind == "shipment" or GATHERED.near(view.facts, fact, params)
    ),
)
