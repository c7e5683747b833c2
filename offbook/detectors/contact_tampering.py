"""Customers' contact data are changed, to an employee's or of many customers at once.

Catches an update that turns a customer's phone or address into an employee's (critical): orders,
goods and call-backs then go to him. And one employee who changes the phone, email or address of at
least `customers` different customers within `window` (warning): so are customers taken hostage.

Misses contacts turned into a relative's, an employee's email (none is on file), phones and
addresses that HR has not put on file, and two phones in one field.

Looks the same: data cleaned up after a move or an import, a customer who is an employee's family
and openly so, a placeholder such as the office's own address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from msgspec import Meta

from offbook.detectors.contact import changed_contacts
from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.params import Duration, Params
from offbook.detectors.reference import Reference
from offbook.detectors.shapes import distinct_of, open_runs, runs
from offbook.detectors.wording import counted, distinct, span
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import CrmEdit

FIELDS = {"phone": Bilingual("phone", "电话"), "address": Bilingual("address", "地址")}


class ContactTamperingParams(Params, frozen=True):
    """How many customers, how fast. One is enough where the new contact is an employee's."""

    customers: Annotated[
        int, Meta(ge=2, description="different customers one employee changed")
    ] = 5
    window: Annotated[Duration, Meta(description="from the first change of the run")] = Duration(
        "24h"
    )


def _changes(edit: CrmEdit) -> bool:
    return edit.op == "update" and any(changed_contacts(edit))


def _taken_over(event: Event, reference: Reference) -> Fact | None:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    new = dict(changed_contacts(edit))
    phone = reference.employee_of_phone(new.get("phone", ""))
    address = reference.employee_of_address(new.get("address", ""))
    if phone is None and address is None:
        return None
    return fact_of(
        event, "taken over", edit.object.id, actor=edit.actor, phone=phone, address=address
    )


def _change(event: Event, _: Reference) -> Fact:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return fact_of(event, "changed", about=edit.object.id)


def judge(view: View, params: ContactTamperingParams) -> Iterable[Finding]:
    """At a customer, one finding for each edit; at an employee, one for each run of edits."""
    if view.entity_kind == "customer":
        return _of_customer(view)
    return _of_employee(view, params)


def _of_customer(view: View) -> Iterator[Finding]:
    for edit in view.facts:
        # An edit comes to the customer it names beside the one it touched, too.
        if edit.about == view.entity_id:
            yield Finding(
                anchor=f"customer\n{view.entity_id}\n{edit.anchor}",
                facts=(edit,),
                until=edit.at,
                subject=Subject(employee=edit.fields["actor"], customer=view.entity_id),
                severity="critical",
                values=edit.fields,
                notes={"taken over": "the customer's contact is now an employee's"},
            )


def _of_employee(view: View, params: ContactTamperingParams) -> Iterator[Finding]:
    for run in runs(view.facts, params.window, distinct_of(params.customers)):
        yield Finding(
            anchor=f"employee\n{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(employee=view.entity_id),
            severity="warning",
            values={"customers": distinct(run, view.common)},
            notes={"changed": "changed a customer's contact"},
        )


def summarise(finding: Finding, params: ContactTamperingParams, words: Words) -> Bilingual:
    """Who changed which contact of which customer to whose, or of how many customers, when."""
    subject, values = finding.subject, finding.values
    who, since = words.employee(subject.employee), words.time(finding.facts[0].at)
    if "customers" in values:
        within = span(params.window)
        return Bilingual(
            f"{who.en} changed the phone, email or address of "
            f"{counted(values['customers'], 'customer')} within {within.en} from {since}.",
            f"{who.zh}自 {since} 起 {within.zh}内修改了 {values['customers']} 个客户的"
            "电话、邮箱或地址。",
        )
    whose = {field: words.employee(values[field]) for field in FIELDS if field in values}
    en = " and ".join(f"the {FIELDS[it].en} to that of {whose[it].en}" for it in whose)
    zh = "，".join(f"把{FIELDS[it].zh}改成了{whose[it].zh}的{FIELDS[it].zh}" for it in whose)
    return Bilingual(
        f"{who.en} changed contact data of customer {subject.customer} at {since}: {en}.",
        f"{who.zh}于 {since} 修改了客户 {subject.customer} 的联系资料，{zh}。",
    )


DETECTOR = Detector(
    id="contact-tampering",
    severity="critical",
    title=Bilingual("Customer contacts tampered with", "篡改客户联系方式"),
    params=ContactTamperingParams(),
    reads=(
        Reads("customer", CrmEdit, _taken_over, where=_changes),
        Reads("employee", CrmEdit, _change, where=_changes),
    ),
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.window,
    prune=lambda facts, params, limit: open_runs(
        facts, params.window, distinct_of(params.customers), limit
    ),
    folds=True,
    needs=("employees",),
    severities=("critical", "warning"),
)
