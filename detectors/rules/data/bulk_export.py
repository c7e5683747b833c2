"""Customer data taken out in bulk.

Catches an employee who exports and views CRM records and copies, uploads, prints or sends files,
together at least `threshold`, within `window`. It is critical if the employee resigns within
`resignation_within` before or after; a resignation taken back makes it a warning again.

Misses what is taken out slower than that, photographs of the screen, exports on systems that send
no events, and an export of many records reported as one.

Looks the same: a report for the head of sales, a data migration, a clerk who sends out price
lists, a CRM that reports every line of a list as viewed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from detectors.language import *

#: By role, which is the operation or action, what the evidence says of it.
TAKEN = {
    "view": Bilingual("viewed", "查看"),
    "export": Bilingual("exported", "导出"),
    "copy_external": Bilingual("copied to an external device", "复制到外接设备"),
    "upload": Bilingual("uploaded", "上传"),
    "print": Bilingual("printed", "打印"),
    "send": Bilingual("sent", "外发"),
}


class BulkExportParams(Params):
    """How many, how fast, and how near to a resignation."""

    threshold: int = at_least(
        200, "records and files taken out in all", "查看、导出或带出的记录与文件合计"
    )
    window: Duration = number("1h", "from the first of the run", "自首次带出起的时长")
    resignation_within: Duration = number(
        "30d",
        "critical if the employee resigns this long before or after, at most",
        "在此前后多久之内提离职，告警升为严重",
    )


RUN = Sliding(lambda params: total_of(params.threshold))


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
    found = list(RUN.found(_taken_out(view.facts), params))
    given = view.of("resigned") if found else []
    standing = [it.notice for it in resignations(view) if it.withdrawn is None] if given else []
    for run in found:
        facts, notices = tuple(run), _near(run, standing, params)
        taken = total(run, view.common)
        values = {"total": taken, "since": str(run[0].at)}
        if notices:
            facts = in_time_order(*run, notices[0])
            values["notice"] = str(notices[0].at)
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=facts,
            until=_until(run, given, params),
            subject=Subject(employee=view.entity_id),
            severity="critical" if notices else None,
            values=values,
            measured={"threshold": taken},
        )


def _keeps(params: BulkExportParams) -> int:
    """A run stays half a year after a notice, and a notice this one repeats is as long before."""
    return params.window + params.resignation_within + 2 * LONGEST_NOTICE


def prune(facts: list[Fact], params: BulkExportParams, limit: int) -> list[Fact]:
    """Exports stay while a run of them can change, what HR said as long as `_keeps` says."""
    if not facts or facts[0].at + params.window >= limit:
        return facts
    over = bisect_right(facts, limit, key=by_time)
    stays = params.resignation_within + LONGEST_NOTICE
    kept = RUN.prune(_taken_out(facts[:over]), params, limit, stays)
    for fact in facts[:over]:
        if fact.role not in TAKEN and fact.at >= limit - _keeps(params):
            insert(kept, fact)
    return kept + facts[over:]


def concerns(view: View, fact: Fact, params: BulkExportParams) -> bool:
    """Of what is taken out, only what is near enough to enough."""
    return fact.role not in TAKEN or RUN.near(view.facts, fact, params)


DETECTOR = Detector(
    id="bulk-export",
    severity="warning",
    title=Bilingual("Data taken out in bulk", "批量导出资料"),
    params=BulkExportParams(),
    reads=(
        read(
            "employee",
            CrmEdit,
            lambda edit: keep(edit.op, weight=edit.count),
            where=edits("view", "export"),
        ),
        read(
            "employee",
            EndpointFile,
            lambda file: keep(file.action, weight=file.count),
            where=lambda file: file.action in TAKEN,
        ),
        HR_CHANGES,
    ),
    judge=judge,
    says=says(
        Sentence(
            "{employee} viewed, exported or took out {total:record,file} within {window} from "
            "{since:time}{resigned}.",
            "{employee}自 {since:time} 起 {window}内查看、导出或带出了 {total} 条记录或文件"
            "{resigned}。",
        ),
        resigned=Sentence(
            ", and gave notice on {notice:day}", "，并于 {notice:day} 提出离职", when="notice"
        ),
    ),
    notes={**TAKEN, "resigned": GAVE_NOTICE},
    keeps=_keeps,
    prune=prune,
    folds=Folds(lambda params: params.window),
    concerns=concerns,
    spare=Spare(frozenset(TAKEN), RUN.spare),
    reach=lambda params: params.window,
    severities=("warning", "critical"),
)
