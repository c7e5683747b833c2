"""Customers' contact data are changed, to an employee's or of many customers at once.

Catches an update that turns a customer's phone or address into an employee's (critical): orders,
goods and call-backs then go to that employee. And one employee who changes the phone, email or
address of at least `customers` different customers within `window` (warning): so are customers
kept from the company.

Misses contacts turned into a relative's, an employee's email (none is on file), phones and
addresses that HR has not put on file, and two phones in one field.

Looks the same: data cleaned up after a move or an import, a customer who is an employee's family
and openly so, a placeholder such as the office's own address.
"""

from detectors.language import *


class ContactTamperingParams(Params):
    """How many customers, how fast. One is enough where the new contact is an employee's."""

    customers: int = at_least(
        5, "different customers one employee changed", "同一员工改动的不同客户", ge=2
    )
    window: Duration = number("24h", "from the first change of the run", "自首次改动起的时长")


def find(view: View, params: ContactTamperingParams) -> Iterable[Found]:
    """One thing found an edit by which a contact became an employee's."""
    for edit in view.facts:
        whose = whose_contact(view, edit)
        # An edit comes to the customer it names beside the one it touched, too.
        if whose and edit.about == view.entity_id:
            yield Found(
                by=edit,
                named=f"{view.entity_id}\n{edit.anchor}",
                about=Subject(employee=edit.actor, customer=view.entity_id),
                values=whose,
            )


ID, TITLE = "contact-tampering", Bilingual("Customer contacts tampered with", "篡改客户联系方式")
PARAMS = ContactTamperingParams()

ONE = edge(
    ID,
    "critical",
    TITLE,
    PARAMS,
    find=find,
    looks_back="window",
    reads=(TAKEN_OVER,),
    needs=("employees",),
    judges_contacts=True,
    says=says(
        Sentence(
            "{employee} changed contact data of customer {customer} at {at:time}: {whose}.",
            "{employee}于 {at:time} 修改了客户 {customer} 的联系资料，{whose}。",
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
        given=("address", "phone"),
    ),
    notes={
        "taken over": Bilingual(
            "the customer's contact is now an employee's", "客户的联系方式变成了员工的"
        )
    },
)

MANY = burst(
    ID,
    "warning",
    TITLE,
    PARAMS,
    reads=(
        read("employee", CrmEdit, lambda it: keep("changed", it.object.id), where=CHANGES_CONTACT),
    ),
    enough=different("customers"),
    says=says(
        Sentence(
            "{employee} changed the phone, email or address of {customers:customer} within "
            "{window} from {at:time}.",
            "{employee}自 {at:time} 起 {window}内修改了 {customers} 个客户的电话、邮箱或地址。",
        )
    ),
    notes={"changed": Bilingual("changed a customer's contact", "改动了客户的联系方式")},
)

DETECTOR = by_kind({"customer": ONE, "employee": MANY})
