"""The other half of `diverted-consignee`: goods for several customers leave for one place."""

from detectors.language import *


class DivertedConsigneeParams(Params):
    """How many customers, within what time. One shipment is enough where it goes to an employee."""

    customers: int = at_least(
        3, "different customers of one address or phone", "同一地址或电话对应的不同客户", ge=2
    )
    window: Duration = number("90d", "from the first shipment of the run", "自首次发货起的时长")
    entered_within: Duration = ENTERED_WITHIN


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

DETECTOR = burst(
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
        given=("gathered", "shipments", "whose"),
    ),
    notes={
        "dispatched": Bilingual(
            "goods for one of the customers left for it", "其中一位客户的货物发往该处"
        )
    },
)
