"""Many records or files deleted at one go.

Catches an employee who deletes CRM records and files, together at least `threshold`, within
`window`: customer files wiped in anger, on the way out, or to hide a deal.

Misses deletes slower than that (`deleted-before-resignation` sums those of a leaver over weeks),
deletes on systems that send no events, and records emptied by an update instead.

Looks the same: an administrator who merges duplicates, a bulk import undone, a laptop cleaned up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from offbook.detectors.deletion import DELETIONS
from offbook.detectors.detector import (
    Detector,
    Duration,
    Finding,
    Params,
    Subject,
    View,
    Words,
)
from offbook.detectors.shapes import open_runs, runs, total_of
from offbook.detectors.wording import counted, span, total
from offbook.events.alert import Bilingual


class BulkDeleteParams(Params, frozen=True):
    """How many, how fast."""

    threshold: Annotated[int, Meta(ge=1, description="records and files deleted in all")] = 20
    window: Annotated[Duration, Meta(description="from the first delete of the run")] = Duration(
        "1h"
    )


def judge(view: View, params: BulkDeleteParams) -> Iterable[Finding]:
    """One finding for each run of deletes that reaches the threshold."""
    for run in runs(view.facts, params.window, total_of(params.threshold)):
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(employee=view.entity_id),
            values={"total": total(run, view.common)},
            notes={"delete": "deleted"},
        )


def summarise(finding: Finding, params: BulkDeleteParams, words: Words) -> Bilingual:
    """Who deleted how many, when."""
    who = words.employee(finding.subject.employee)
    count, since = finding.values["total"], words.time(finding.facts[0].at)
    within = span(params.window)
    return Bilingual(
        f"{who.en} deleted {counted(count, 'record', 'file')} within {within.en} from {since}.",
        f"{who.zh}自 {since} 起 {within.zh}内删除了 {count} 条记录或文件。",
    )


DETECTOR = Detector(
    id="bulk-delete",
    severity="critical",
    title=Bilingual("Records deleted in bulk", "批量删除资料"),
    params=BulkDeleteParams(),
    reads=DELETIONS,
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.window,
    prune=lambda facts, params, limit: open_runs(
        facts, params.window, total_of(params.threshold), limit
    ),
    folds=True,
)
