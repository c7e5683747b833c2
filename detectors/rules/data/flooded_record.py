"""One record is updated over and over.

Catches one actor who updates one record, of whatever type, at least `threshold` times within
`window`. Nobody does that by hand: it is a script, or somebody who hides what they did on the
record under edits that say nothing. What they hid is found all the same; this says to look.

Misses a flood that is spread over many records or many names, one that is slower, and one of other
operations (`view`, `create`, `delete`): of those `bulk-export` and `bulk-delete` see most.

Looks the same: a synchronisation that writes a record back without end, a form that saves at every
keystroke, an import that touches one record line by line, a CRM that sends its own bookkeeping.
"""

from detectors.language import *


class FloodedRecordParams(Params):
    """How often, how fast."""

    threshold: int = at_least(
        500, "updates of one record by one actor", "同一操作人对同一条记录的修改", ge=2
    )
    window: Duration = number("24h", "from the first update of the run", "自首次修改起的时长")


def _whose(view: View, run: Sequence[Fact], _: FloodedRecordParams) -> Subject:
    actor, kind, record = view.entity_id.split("\n")
    return Subject(
        employee=actor,
        customer=record if kind == "customer" else run[0].customer,
        order=record if kind == "order" else None,
    )


def _record(view: View, _: Sequence[Fact], __: FloodedRecordParams) -> dict[str, str]:
    kind, record = view.entity_id.split("\n")[1:]
    return {"kind": kind, "record": record}


DETECTOR = burst(
    "flooded-record",
    "warning",
    Bilingual("Record flooded with updates", "记录被高频修改"),
    FloodedRecordParams(),
    # One update, however many records it touched beside this one.
    reads=(
        read("editor", CrmEdit, lambda it: keep("update", customer=it.customer), edits("update")),
    ),
    enough=in_all("threshold"),
    frequent=True,
    # Any two: who names another customer each time would else keep them from being joined.
    alike=lambda fact, _: fact.role,
    about=_whose,
    values=_record,
    says=says(
        Sentence(
            "{employee} made {threshold:update} to {kind:term} {record} within {window} from "
            "{first:time}.",
            "{employee}自 {first:time} 起 {window}内修改了{kind:term} {record} 共 {threshold} 次。",
        ),
        given=("kind", "record"),
    ),
    notes={"update": Bilingual("updated", "修改")},
)
