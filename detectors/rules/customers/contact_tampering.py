"""Customers' contact data are changed, to an employee's or of many customers at once.

Catches an update that turns a customer's phone or address into an employee's (critical): orders,
goods and call-backs then go to that employee. And one employee who changes the phone, email or
address of at least `customers` different customers within `window` (warning): so are customers
taken hostage.

Misses contacts turned into a relative's, an employee's email (none is on file), phones and
addresses that HR has not put on file, and two phones in one field.

Looks the same: data cleaned up after a move or an import, a customer who is an employee's family
and openly so, a placeholder such as the office's own address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detectors.language import *


class ContactTamperingParams(Params):
    """How many customers, how fast. One is enough where the new contact is an employee's."""

    customers: int = at_least(
        5, "different customers one employee changed", "同一员工改动的不同客户", ge=2
    )
    window: Duration = number("24h", "from the first change of the run", "自首次改动起的时长")


def _changes(edit: CrmEdit) -> bool:
    return any(changed_contacts(edit))


CHANGES = edits("update", of="customer", also=_changes)


def _taken_over(edit: CrmEdit, _: int, reference: Reference) -> Kept | None:
    new = dict(changed_contacts(edit))
    phone, address = new.get("phone", ""), new.get("address", "")
    if not reference.may_be_an_employees(phone, address):
        return None
    return keep(
        "taken over",
        edit.object.id,
        actor=edit.actor,
        new_phone=phone,
        new_address=address,
    )


def _change(edit: CrmEdit) -> Kept:
    return keep("changed", about=edit.object.id)


RUN = Sliding(lambda params: distinct_of(params.customers))


def judge(view: View, params: ContactTamperingParams) -> Iterable[Finding]:
    """At a customer, one finding for each edit; at an employee, one for each run of edits."""
    if view.entity_kind == "customer":
        return _of_customer(view)
    return _of_employee(view, params)


def _of_customer(view: View) -> Iterator[Finding]:
    for edit in view.facts:
        fields = edit.fields
        whose = view.reference.employees_of(fields["new_phone"], fields["new_address"])
        # An edit comes to the customer it names beside the one it touched, too.
        if whose and edit.about == view.entity_id:
            yield Finding(
                anchor=f"customer\n{view.entity_id}\n{edit.anchor}",
                facts=(edit,),
                until=edit.at,
                subject=Subject(employee=edit.fields["actor"], customer=view.entity_id),
                severity="critical",
                values=whose,
            )


def _of_employee(view: View, params: ContactTamperingParams) -> Iterator[Finding]:
    for run in RUN.found(view.facts, params):
        customers = distinct(run, view.common)
        yield Finding(
            anchor=f"employee\n{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(employee=view.entity_id),
            severity="warning",
            values={"customers": customers},
            measured={"customers": customers},
        )


DETECTOR = Detector(
    id="contact-tampering",
    severity="critical",
    title=Bilingual("Customer contacts tampered with", "篡改客户联系方式"),
    params=ContactTamperingParams(),
    reads=(
        read_knowing("customer", CrmEdit, _taken_over, where=CHANGES),
        read("employee", CrmEdit, _change, where=CHANGES),
    ),
    judge=judge,
    says=says(
        Sentence(
            "{employee} changed the phone, email or address of {customers:customer} within "
            "{window} from {first:time}.",
            "{employee}自 {first:time} 起 {window}内修改了 {customers} 个客户的电话、邮箱或地址。",
            when="customers",
        ),
        Sentence(
            "{employee} changed contact data of customer {customer} at {first:time}: {whose}.",
            "{employee}于 {first:time} 修改了客户 {customer} 的联系资料，{whose}。",
            when="!customers",
        ),
        whose=Listing(
            (
                Sentence(
                    "the phone to that of {phone:employee}",
                    "把电话改成了{phone:employee}的电话",
                    when="phone",
                ),
                Sentence(
                    "the address to that of {address:employee}",
                    "把地址改成了{address:employee}的地址",
                    when="address",
                ),
            ),
            " and ",
            "，",
        ),
    ),
    notes={
        "taken over": Bilingual(
            "the customer's contact is now an employee's", "客户的联系方式变成了员工的"
        ),
        "changed": Bilingual("changed a customer's contact", "改动了客户的联系方式"),
    },
    keeps=lambda params: params.window,
    prune=RUN.prune,
    folds=Folds(lambda params: params.window),
    needs=("employees",),
    judges_contacts=True,
    severities=("critical", "warning"),
)
