"""Customer data taken out in bulk.

Catches an employee who exports and views CRM records and copies, uploads, prints or sends files,
together at least `threshold`, within `window`. It is critical if he resigns within
`resignation_within` before or after; a resignation taken back makes it a warning again.

Misses what is taken out slower than that, photographs of the screen, exports on systems that send
no events, and an export of many records reported as one.

Looks the same: a report for the head of sales, a data migration, a clerk who sends out price
lists, a CRM that reports every line of a list as viewed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.fact import Fact, between, fact_of, in_time_order, insert
from offbook.detectors.params import Duration, Params
from offbook.detectors.reference import Reference
from offbook.detectors.resignation import HR_CHANGES, LONGEST_NOTICE, resignations
from offbook.detectors.shapes import near_a_run, open_runs, runs, total_of
from offbook.detectors.wording import counted, span, total
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import CrmEdit, EndpointFile

#: By role, which is the operation or action, what the evidence says of it.
TAKEN = {
    "view": "viewed",
    "export": "exported",
    "copy_external": "copied to an external device",
    "upload": "uploaded",
    "print": "printed",
    "send": "sent",
}


class BulkExportParams(Params, frozen=True):
    """How many, how fast, and how near to a resignation."""

    threshold: Annotated[int, Meta(ge=1, description="records and files taken out in all")] = 200
    window: Annotated[Duration, Meta(description="from the first of the run")] = Duration("1h")
    resignation_within: Annotated[
        Duration, Meta(description="critical if he resigns this long before or after, at most")
    ] = Duration("30d")


def _taken(event: Event, _: Reference) -> Fact:
    data = event.data
    assert isinstance(data, CrmEdit | EndpointFile)
    return fact_of(event, data.op if isinstance(data, CrmEdit) else data.action, weight=data.count)


def _taken_out(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.role in TAKEN]


def _near(run: Sequence[Fact], notices: Iterable[Fact], params: BulkExportParams) -> list[Fact]:
    within = params.resignation_within
    return between(notices, run[0].at - within, run[-1].at + within)


def _until(run: Sequence[Fact], given: Iterable[Fact], params: BulkExportParams) -> int:
    """A later notice can make it critical; of the notices `given`, one near can be taken back."""
    latest = run[0].at + params.window + params.resignation_within
    return max([latest, *(it.at + LONGEST_NOTICE for it in _near(run, given, params))])


def judge(view: View, params: BulkExportParams) -> Iterable[Finding]:
    """One finding for each run that reaches the threshold; a notice near it makes it worse."""
    enough = total_of(params.threshold)
    found = list(runs(_taken_out(view.facts), params.window, enough))
    given = view.of("resigned") if found else []
    standing = [it.notice for it in resignations(view) if it.withdrawn is None] if given else []
    for run in found:
        facts, notices = tuple(run), _near(run, standing, params)
        values = {"total": total(run, view.common), "first": str(run[0].at)}
        if notices:
            # The bound on evidence takes the newest, and must not take the notice.
            facts = in_time_order(*run[: view.common.max_evidence - 1], notices[0])
            values["notice"] = str(notices[0].at)
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=facts,
            until=_until(run, given, params),
            subject=Subject(employee=view.entity_id),
            severity="critical" if notices else None,
            values=values,
            notes={**TAKEN, "resigned": "gave notice"},
        )


def _keeps(params: BulkExportParams) -> int:
    """A run stays half a year after a notice, and a notice this one repeats is as long before."""
    return params.window + params.resignation_within + 2 * LONGEST_NOTICE


def prune(facts: list[Fact], params: BulkExportParams, limit: int) -> list[Fact]:
    """Exports stay while a run of them can change, what HR said as long as `_keeps` says."""
    if not facts or facts[0].at + params.window >= limit:
        return facts
    over = bisect_right(facts, limit, key=lambda fact: fact.at)
    stays = params.resignation_within + LONGEST_NOTICE
    kept = open_runs(
        _taken_out(facts[:over]), params.window, total_of(params.threshold), limit, stays
    )
    for fact in facts[:over]:
        if fact.role not in TAKEN and fact.at >= limit - _keeps(params):
            insert(kept, fact)
    return kept + facts[over:]


def concerns(view: View, fact: Fact, params: BulkExportParams) -> bool:
    """Of what is taken out, only what is near enough to enough."""
    near = near_a_run(view.facts, fact, params.window, total_of(params.threshold))
    return near or fact.role not in TAKEN


def summarise(finding: Finding, params: BulkExportParams, words: Words) -> Bilingual:
    """Who took out how many, when, and when he gave notice."""
    who, values = words.employee(finding.subject.employee), finding.values
    within, since = span(params.window), words.time(int(values["first"]))
    en = (
        f"{who.en} viewed, exported or took out {counted(values['total'], 'record', 'file')} "
        f"within {within.en} from {since}"
    )
    zh = f"{who.zh}自 {since} 起 {within.zh}内查看、导出或带出了 {values['total']} 条记录或文件"
    if "notice" in values:
        notice = words.day(int(values["notice"]))
        en += f", and gave notice on {notice}"
        zh += f"，并于 {notice} 提出离职"
    return Bilingual(f"{en}.", f"{zh}。")


DETECTOR = Detector(
    id="bulk-export",
    severity="warning",
    title=Bilingual("Data taken out in bulk", "批量导出资料"),
    params=BulkExportParams(),
    reads=(
        Reads("employee", CrmEdit, _taken, where=lambda edit: edit.op in TAKEN),
        Reads("employee", EndpointFile, _taken, where=lambda file: file.action in TAKEN),
        HR_CHANGES,
    ),
    judge=judge,
    summarise=summarise,
    keeps=_keeps,
    prune=prune,
    folds=True,
    concerns=concerns,
    severities=("warning", "critical"),
)
