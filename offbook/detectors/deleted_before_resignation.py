"""An employee who resigns deletes records or files around his notice.

Catches a leaver whose deletes, in the CRM and on endpoints together, reach `threshold` from
`before` his notice to `after_leaving` after he left (or `after_notice` after his notice, while no
leaving is known). A withdrawn resignation withdraws it.

Misses what was deleted long before the notice, and copies taken instead of deletes.

Looks the same: a tidy handover in which drafts and private files are cleaned up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from offbook.detectors.deletion import DELETIONS
from offbook.detectors.detector import Detector, Finding, Subject, View, Words
from offbook.detectors.fact import between, in_time_order
from offbook.detectors.params import Duration, Params
from offbook.detectors.resignation import HR_CHANGES, LONGEST_NOTICE, resignations
from offbook.detectors.wording import counted, total
from offbook.events.alert import Bilingual

STAYED = Bilingual("the resignation was withdrawn", "离职申请已撤回")


class DeletedBeforeResignationParams(Params, frozen=True):
    """How many deletes, and how far around the resignation."""

    threshold: Annotated[int, Meta(ge=1, description="records and files deleted in all")] = 3
    before: Annotated[Duration, Meta(description="counted from this long before the notice")] = (
        Duration("30d")
    )
    after_leaving: Annotated[Duration, Meta(description="to this long after the leaving")] = (
        Duration("7d")
    )
    after_notice: Annotated[
        Duration, Meta(description="or this long after the notice while no leaving is known")
    ] = Duration("30d")


def judge(view: View, params: DeletedBeforeResignationParams) -> Iterable[Finding]:
    """One finding a resignation around which enough was deleted."""
    deletes = view.of("delete")
    for resignation in resignations(view):
        notice, left_at = resignation.notice, resignation.left_at
        last = notice.at + params.after_notice
        if left_at is not None:
            last = left_at + params.after_leaving
        counted = between(deletes, notice.at - params.before, last)
        if sum(fact.weight for fact in counted) < params.threshold:
            continue
        facts = [*counted, notice]
        if resignation.withdrawn is not None:
            facts.append(resignation.withdrawn)
        yield Finding(
            anchor=f"{view.entity_id}\n{notice.anchor}",
            facts=in_time_order(*facts),
            until=max(last, notice.at + LONGEST_NOTICE) if left_at is None else last,
            settled=None if resignation.withdrawn is None else STAYED,
            subject=Subject(employee=view.entity_id),
            values={
                "total": total(counted, view.common),
                "notice": str(notice.at),
                "first": str(counted[0].at),
                "last": str(counted[-1].at),
            },
            notes={
                "delete": "deleted",
                "resigned": "gave notice",
                "resignation_withdrawn": "took the notice back",
            },
        )


def summarise(finding: Finding, params: DeletedBeforeResignationParams, words: Words) -> Bilingual:
    """Who deleted how much, and when he gave notice."""
    who, values = words.employee(finding.subject.employee), finding.values
    notice = words.day(int(values["notice"]))
    first, last = words.day(int(values["first"])), words.day(int(values["last"]))
    return Bilingual(
        f"{who.en} gave notice on {notice} and deleted "
        f"{counted(values['total'], 'record', 'file')} from {first} to {last}.",
        f"{who.zh}于 {notice} 提出离职，并在 {first} 至 {last} 删除了 {values['total']} "
        "条记录或文件。",
    )


DETECTOR = Detector(
    id="deleted-before-resignation",
    severity="critical",
    title=Bilingual("Deletes around a resignation", "离职前后删除资料"),
    params=DeletedBeforeResignationParams(),
    reads=(*DELETIONS, HR_CHANGES),
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.before + LONGEST_NOTICE,
    folds=True,
)
