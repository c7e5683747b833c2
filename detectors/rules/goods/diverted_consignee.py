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


def find(view: View, params: DivertedConsigneeParams) -> Iterable[Found]:
    """At a shipment, that it goes to an employee."""
    sent = view.facts[0]
    their = whose_contact(view, sent)
    if not their:
        return
    until, order = sent.at + params.entered_within, sent.fields.get("order")
    customer, whose = customer_named(view, sent, until), their.get("address") or their.get("phone")
    yield Found(
        by=sent,
        named=view.entity_id,
        about=Subject(sent.fields.get("released_by") or whose, customer, order),
        asks=owner_of(view, sent.at, until, order, customer),
        values={**their, "shipment": view.entity_id},
    )


def _whose(view: View, run: Sequence[Fact], params: DivertedConsigneeParams) -> Subject:
    """The contact's holder, else the one owner of all these customers."""
    return Subject(holder_of(view) or owner_of_all(view, run, params.entered_within))


def _where(view: View, run: Sequence[Fact], _: DivertedConsigneeParams) -> dict[str, str]:
    holder = holder_of(view)
    return {
        **({"whose": holder} if holder else {}),
        "gathered": view.entity_id.partition(":")[0],
        "shipments": total(run, view.common),
        "last": str(run[-1].at),
    }


ID, TITLE = (
    "diverted-consignee",
    Bilingual("Goods sent elsewhere than to the customer", "货物未发往客户"),
)
PARAMS = DivertedConsigneeParams()

TO_AN_EMPLOYEE = edge(
    ID,
    "warning",
    TITLE,
    PARAMS,
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
    ),
    notes={
        "to employee": Bilingual("left for an employee's address or phone", "发往员工的地址或电话"),
    },
)

GATHERED = burst(
    ID,
    "warning",
    TITLE,
    PARAMS,
    reads=(
        read(
            "consignee",
            Shipment,
            lambda sent: keep("dispatched", about=sent.customer),
            where=lambda sent: dispatched(sent) and sent.customer is not None,
        ),
    ),
    enough=different("customers"),
    open_for="entered_within",
    frequent=True,
    about=_whose,
    values=_where,
    says=says(
        Sentence(
            "Goods for {customers} customers left for one {gathered} in {shipments} shipments from "
            "{at:day} to {last:day} (within {window}).",
            "{at:day} 至 {last:day}（{window}内）有 {customers} 个客户的货物分 {shipments} 批"
            "{to}。",
        ),
        Sentence(
            "It is that of {whose:employee}.", "该联系方式属于{whose:employee}。", when="whose"
        ),
        Sentence(
            "All these customers belong to {employee}.",
            "这些客户的归属人均为{employee}。",
            when="!whose & employee",
        ),
        to=(
            Sentence("", "发往同一地址", when="gathered=address"),
            Sentence("", "发出，收货电话相同", when="gathered=phone"),
        ),
    ),
    notes={
        "dispatched": Bilingual(
            "goods for one of the customers left for it", "其中一位客户的货物发往该处"
        ),
    },
)

DETECTOR = by_kind({"shipment": TO_AN_EMPLOYEE, "consignee": GATHERED})
