"""One record is updated over and over.

Catches one actor who updates one record, of whatever type, at least `threshold` times within
`window`. Nobody does that by hand: it is a script, or somebody who buries what they did on the
record under edits that say nothing. What they buried is found all the same; this says to look.

Misses a flood that is spread over many records or many names, one that is slower, and one of other
operations (`view`, `create`, `delete`): of those `bulk-export` and `bulk-delete` see most.

Looks the same: a synchronisation that writes a record back without end, a form that saves at every
keystroke, an import that touches one record line by line, a CRM that sends its own bookkeeping.
"""

from __future__ import annotations

from collections.abc import Iterable

from contract.alert import Bilingual
from contract.duration import Duration
from contract.event import Event
from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference
from detectors.facts.view import View
from detectors.language.detector import Detector, Folds, Spare
from detectors.language.finding import Finding, Subject
from detectors.language.params import Params, at_least, number
from detectors.language.sentences import Sentence, says
from detectors.language.sliding import Sliding, total_of
from detectors.language.wording import total

#: What a record is called in Chinese.
RECORDS = {
    "customer": "客户",
    "contact": "联系人",
    "opportunity": "商机",
    "quote": "报价",
    "contract": "合同",
    "order": "订单",
    "activity": "跟进记录",
}


class FloodedRecordParams(Params):
    """How often, how fast."""

    threshold: int = at_least(
        500, "updates of one record by one actor", "同一操作人对同一条记录的修改", ge=2
    )
    window: Duration = number("24h", "from the first update of the run", "自首次修改起的时长")


def _update(event: Event, _: Reference) -> Fact:
    """One update, however many records it touched beside this one."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return fact_of(event, "update", customer=edit.customer)


RUN = Sliding(lambda params: total_of(params.threshold))


def judge(view: View, params: FloodedRecordParams) -> Iterable[Finding]:
    """One finding for each run of updates that reaches the threshold."""
    for run in RUN.found(view.facts, params):
        actor, kind, record = view.entity_id.split("\n")
        updates = total(run, view.common)
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(
                employee=actor,
                customer=record if kind == "customer" else run[0].fields.get("customer"),
                order=record if kind == "order" else None,
            ),
            values={"kind": kind, "kind.zh": RECORDS[kind], "record": record, "total": updates},
            measured={"threshold": updates},
        )


def concerns(view: View, fact: Fact, params: FloodedRecordParams) -> bool:
    """Only where there is enough around it; of a flood only what changes what is told."""
    return RUN.moves(view.facts, fact, params, view.common.max_evidence)


def _alike(fact: Fact, _: FloodedRecordParams) -> str:
    """Any two: who names another customer each time would else keep them from being joined."""
    return fact.role


DETECTOR = Detector(
    id="flooded-record",
    severity="warning",
    title=Bilingual("Record flooded with updates", "记录被高频修改"),
    params=FloodedRecordParams(),
    reads=(Reads("editor", CrmEdit, _update, where=edits("update")),),
    judge=judge,
    summarise=says(
        Sentence(
            "{employee} made {total:update} to {kind} {record} within {window} from {first:time}.",
            "{employee}自 {first:time} 起 {window}内修改了{kind} {record} 共 {total} 次。",
        )
    ),
    notes={"update": Bilingual("updated", "修改")},
    keeps=lambda params: params.window,
    prune=RUN.prune,
    folds=Folds(lambda params: params.window, _alike),
    concerns=concerns,
    spare=Spare(frozenset({"update"}), RUN.spare),
)
