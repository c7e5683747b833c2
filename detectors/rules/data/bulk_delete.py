"""Many records or files deleted at one go.

Catches an employee who deletes CRM records and files, together at least `threshold`, within
`window`: customer files wiped in anger, on the way out, or to hide a deal.

Misses deletes slower than that (`deleted-before-resignation` sums those of a leaver over weeks),
deletes on systems that send no events, and records emptied by an update instead.

Looks the same: an administrator who merges duplicates, a bulk import undone, a laptop cleaned up.
"""

from __future__ import annotations

from collections.abc import Iterable

from contract.alert import Bilingual
from contract.duration import Duration
from detectors.facts.view import View
from detectors.language.detector import Detector, Folds
from detectors.language.finding import Finding, Subject
from detectors.language.params import Params, at_least, number
from detectors.language.runs import Sliding, total_of
from detectors.language.sentences import Sentence, says
from detectors.language.wording import total
from detectors.words.deletion import DELETED, DELETIONS


class BulkDeleteParams(Params):
    """How many, how fast."""

    threshold: int = at_least(20, "records and files deleted in all", "删除的记录与文件合计")
    window: Duration = number("1h", "from the first delete of the run", "自首次删除起的时长")


RUN = Sliding(lambda params: total_of(params.threshold))


def judge(view: View, params: BulkDeleteParams) -> Iterable[Finding]:
    """One finding for each run of deletes that reaches the threshold."""
    for run in RUN.found(view.facts, params):
        deleted = total(run, view.common)
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(employee=view.entity_id),
            values={"total": deleted},
            measured={"threshold": deleted},
        )


DETECTOR = Detector(
    id="bulk-delete",
    severity="critical",
    title=Bilingual("Records deleted in bulk", "批量删除资料"),
    params=BulkDeleteParams(),
    reads=DELETIONS,
    judge=judge,
    summarise=says(
        Sentence(
            "{employee} deleted {total:record,file} within {window} from {first:time}.",
            "{employee}自 {first:time} 起 {window}内删除了 {total} 条记录或文件。",
        )
    ),
    notes={"delete": DELETED},
    keeps=lambda params: params.window,
    prune=RUN.prune,
    folds=Folds(lambda params: params.window),
)
