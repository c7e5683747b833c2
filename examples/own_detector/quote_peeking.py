"""Somebody reads the quotes of many customers.

Catches an employee who looks at quotes of at least `customers` different customers within `window`.

Misses who reads them one by one over days, or on a printed list.

Looks the same: a head who goes through the quotes of a quarter, a colleague who stands in.
"""

from detectors.language import *


class QuotePeekingParams(Params):
    """Of how many, how fast."""

    customers: int = at_least(
        3, "different customers whose quotes were read", "被查看报价的不同客户"
    )
    window: Duration = number("2h", "from the first look of the run", "自首次查看起的时长")


DETECTOR = burst(
    "quote-peeking",
    "warning",
    Bilingual("Quotes of many customers read", "集中查看多个客户的报价"),
    QuotePeekingParams(),
    reads=(
        read(
            "employee",
            CrmEdit,
            lambda edit: keep("look", about=edit.customer),
            where=edits("view", of="quote", also=lambda edit: edit.customer is not None),
        ),
    ),
    enough=different("customers"),
    says=says(
        Sentence(
            "{employee} read quotes of {customers:customer} within {window} from {at:time}.",
            "{employee}自 {at:time} 起 {window}内查看了 {customers} 个客户的报价。",
        )
    ),
    notes={"look": Bilingual("read a quote", "查看报价")},
)


def look(time: str, customer: str) -> dict[str, object]:
    """At such a time E-7 looks at a quote; the time is its id, too."""
    quote = {"type": "quote", "id": f"Q-{customer}"}
    return {
        "id": time,
        "type": "offbook.crm.edit.v1",
        "time": f"2026-03-02T{time}:00+08:00",
        "data": {"actor": "E-7", "op": "view", "object": quote, "customer": customer},
    }


EXAMPLES = [
    {
        "name": "three customers in a lunch break",
        "events": [look("12:05", "C-1"), look("12:20", "C-2"), look("14:05", "C-3")],
        "expect": [{"severity": "warning", "employee": "E-7", "anchor": "12:05"}],
    },
    {
        "name": "the third a minute too late",
        "events": [look("12:05", "C-1"), look("12:20", "C-2"), look("14:06", "C-3")],
        "expect": 0,
    },
]
