"""Goods do not go where the customer is.

Catches a dispatched shipment whose address or phone is an employee's, at once; and an address or
phone that goods leave to for at least `customers` different customers within `window`: somebody
gathers them. Of the first an alert names who answers for the deal (the order's owner, else the
customer's, else who released the goods); the text names whose address it is, and where nobody is
known to answer, the alert names that employee. Of the second it names whose contact it is, else the
one owner of all these customers.

Misses a relative's or a friend's address, contacts that HR has not on file, an address spelt
otherwise than by its spaces, a truck that stops elsewhere, and, where goods are gathered, shipments
that name only an order.

Looks the same: forwarders, pick-up points and bonded warehouses; one site manager or installer of
several firms; staff purchases; a rep who takes the goods along.
"""

from detectors.language import *
from detectors.rules.goods import _gathered_goods as gathered


def find(view: View, params: gathered.DivertedConsigneeParams) -> Iterable[Found]:
    """At a shipment, that it goes to an employee."""
    sent = view.facts[0]
    if not (their := whose_contact(view, sent)):
        return
    until, order = sent.at + params.entered_within, sent.of_order
    customer, whose = customer_named(view, sent, until), their.get("address") or their.get("phone")
    yield Found(
        by=sent,
        about=Subject(sent.released_by or whose, customer, order),
        asks=owner_of(view, sent.at, until, order, customer),
        values={**their, "shipment": view.entity_id},
    )


TO_AN_EMPLOYEE = edge(
    gathered.ID,
    "warning",
    gathered.TITLE,
    gathered.PARAMS,
    reads=(GOODS_TO_EMPLOYEE,),
    needs=("employees",),
    judges_contacts=True,
    find=find,
    looks_back="window",
    open_for="entered_within",
    memory=no_older_than("window"),
    says=says(
        Sentence(
            "Shipment {shipment} for customer {customer} left at {at:time}.",
            "客户 {customer} 的发货单 {shipment} 于 {at:time} 出库。",
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
        RESPONSIBLE,
        given=("address", "phone", "shipment"),
    ),
    notes={"to employee": TO_EMPLOYEE},
)

DETECTOR = by_kind({"shipment": TO_AN_EMPLOYEE, "consignee": gathered.DETECTOR})
