"""Phones and addresses that are, or may turn out to be, an employee's."""

from __future__ import annotations

from collections.abc import Sequence

from contract.alert import Bilingual
from contract.types import CrmEdit, Shipment
from detectors.facts.contact import changed_contacts
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact
from detectors.facts.goods import dispatched
from detectors.facts.reads import Kept, keep, read_knowing
from detectors.facts.reference import Reference
from detectors.facts.view import View

#: An edit that gives a customer another phone, email or address.
CHANGES_CONTACT = edits("update", of="customer", also=lambda edit: any(changed_contacts(edit)))


def _taken_over(edit: CrmEdit, _: int, reference: Reference) -> Kept | None:
    new = dict(changed_contacts(edit))
    phone, address = new.get("phone", ""), new.get("address", "")
    if not reference.may_be_an_employees(phone, address):
        return None
    return keep("taken over", edit.object.id, actor=edit.actor, to_phone=phone, to_address=address)


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


#: A customer's contact is `taken over` by an employee, as far as is known when it happens.
TAKEN_OVER = read_knowing("customer", CrmEdit, _taken_over, where=CHANGES_CONTACT)
#: Goods leave `to employee`, and what that adds to an alert.
TO_EMPLOYEE = Bilingual("left for an employee's address or phone", "发往员工的地址或电话")
GOODS_TO_EMPLOYEE = read_knowing(
    "shipment",
    Shipment,
    _to_employee,
    where=lambda sent: dispatched(sent) and bool(sent.phone or sent.address),
)


def whose_contact(view: View, fact: Fact) -> dict[str, str]:
    """Whose `phone` and whose `address` such a fact names: employees, as far as is known now."""
    return view.reference.employees_of(fact.fields["to_phone"], fact.fields["to_address"])


def holder_of(view: View) -> str | None:
    """The employee whose contact the consignee is that is judged."""
    what, _, contact = view.entity_id.partition(":")
    return view.reference.employees_of(**{what: contact}).get(what)


def owner_of_all(view: View, run: Sequence[Fact], within: int) -> str | None:
    """The one owner of all customers that facts are about, by what was said up to `within` (µs).

    Asks customer after customer: a forwarder's belong to many, as the second of them shows."""
    owner: str | None = None
    known: set[str] = set()
    for sent in run:
        if sent.about not in known:
            known.add(sent.about)
            other = view.responsible(sent.at, sent.at + within, customer=sent.about)
            if other is None or owner not in (None, other):
                return None
            owner = other
    return owner
