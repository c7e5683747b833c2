"""An employee who resigns deletes records or files around their notice.

Catches a leaver whose deletes, in the CRM and on endpoints together, reach `threshold` from
`before` the notice to `after_leaving` after the leaving (or `after_notice` after the notice, while
no leaving is known). A withdrawn resignation withdraws it.

Misses what was deleted long before the notice, and copies taken instead of deletes.

Looks the same: a tidy handover in which drafts and private files are cleaned up.
"""

from detectors.language import *


class DeletedBeforeResignationParams(Params):
    """How many deletes, and how far around the resignation."""

    threshold: int = at_least(3, "records and files deleted in all", "删除的记录与文件合计")
    before: Duration = number(
        "30d", "counted from this long before the notice", "自提出离职前多久起计入"
    )
    after_leaving: Duration = number("7d", "to this long after the leaving", "计到离职后多久为止")
    after_notice: Duration = number(
        "30d",
        "or this long after the notice while no leaving is known",
        "离职日未知时，计到提出离职后多久为止",
    )


def find(view: View, params: DeletedBeforeResignationParams) -> Iterable[Found]:
    """One thing found a resignation around which enough was deleted."""
    for resignation in resignations(view):
        notice, left_at = resignation.notice, resignation.left_at
        last = resignation.over(params.after_leaving, params.after_notice)
        counted = between(view.of("delete"), notice.at - params.before, last)
        if sum(fact.weight for fact in counted) < params.threshold:
            continue
        deleted, until = total(counted, view.common), view.reference.day(counted[-1].at)
        yield Found(
            by=notice,
            named=f"{view.entity_id}\n{notice.anchor}",
            facts=in_time_order(*counted, notice),
            until=max(last, notice.at + LONGEST_NOTICE) if left_at is None else last,
            settled=resignation.taken_back(),
            about=Subject(employee=view.entity_id),
            values={"total": deleted, "from": str(counted[0].at), "to": until.isoformat()},
            measured={"threshold": deleted},
        )


DETECTOR = pair(
    "deleted-before-resignation",
    "critical",
    Bilingual("Deletes around a resignation", "离职前后删除资料"),
    DeletedBeforeResignationParams(),
    find=find,
    within="before",
    open_for=LONGEST_NOTICE,
    memory=folded_within("before"),
    reads=(*DELETIONS, HR_CHANGES),
    says=says(
        Sentence(
            "{employee} gave notice on {at:day} and deleted {total:record,file} "
            "from {from:day} to {to}.",
            "{employee}于 {at:day} 提出离职，并在 {from:day} 至 {to} 删除了 {total} 条记录或文件。",
        ),
        given=("from", "to", "total"),
    ),
    notes={"delete": DELETED, **NOTICE_NOTES},
)
