"""Detectors of one's own that are of no employee: two people approve one order."""

from __future__ import annotations

_HEAD = '''"""Approved twice.

Catches an order that `people` different people approved within `window`.

Misses whom one account serves.

Looks the same: a deputy who confirms.
"""

from __future__ import annotations

from detectors.language import *


class Numbers(Params):
    """How many, how fast."""

    people: int = at_least(2, "different people who approved", "批准的不同人员")
    window: Duration = number("24h", "from the first approval", "自首次批准起的时长")


def approves(edit: CrmEdit) -> bool:
    return edit.says.status == "approved" != edit.was.status


READS = (
    read(
        "order",
        CrmEdit,
        lambda edit: keep("approved", about=edit.actor),
        where=edits("update", of="order", also=approves),
    ),
)
SAYS = says(
    Sentence(
        "Order {order} was approved by two people from {at:time}.",
        "订单 {order} 自 {at:time} 起由两人批准。",
    )
)
NOTES = {"approved": Bilingual("approved", "批准")}
TITLE = Bilingual("Approved twice", "两次批准")
'''

_TAIL = """

def approval(id: str, actor: str, minute: int) -> dict[str, object]:
    return {
        "id": id,
        "type": "offbook.crm.edit.v1",
        "time": f"2026-03-02T09:{minute:02}:00+08:00",
        "data": {
            "actor": actor,
            "op": "update",
            "object": {"type": "order", "id": "SO-7"},
            "before": {"status": "submitted"},
            "after": {"status": "approved"},
        },
    }


EXAMPLES = [
    {
        "name": "two",
        "events": [approval("a", "E-1", 1), approval("b", "E-2", 2)],
        "expect": [{"severity": "warning", "order": "SO-7", "anchor": "a"}],
    },
    {
        "name": "one alone",
        "events": [approval("a", "E-1", 1), approval("b", "E-1", 2)],
        "expect": 0,
    },
]
"""

#: As a burst: several of one kind, by different people.
BURST = f"""{_HEAD}
DETECTOR = burst(
    "approved-twice",
    "warning",
    TITLE,
    Numbers(),
    reads=READS,
    enough=different("people"),
    about=lambda view, run, params: Subject(order=view.entity_id),
    says=SAYS,
    notes=NOTES,
)
{_TAIL}"""

#: As a pair: one, then another.
PAIR = f"""{_HEAD}

def twice(view, params):
    for one, other in zip(view.facts, view.facts[1:]):
        if one.about != other.about and other.at - one.at <= params.window:
            yield Found(
                by=one,
                named=view.entity_id + "\\n" + one.anchor,
                facts=(one, other),
                about=Subject(order=view.entity_id),
            )


DETECTOR = pair(
    "approved-twice",
    "warning",
    TITLE,
    Numbers(),
    reads=READS,
    find=twice,
    within="window",
    says=SAYS,
    notes=NOTES,
)
{_TAIL}"""
