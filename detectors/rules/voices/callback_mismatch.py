"""A customer who is called back tells something else than the company has on record.

Catches a callback whose newest report says `mismatch`, or `denied`: the customer knows nothing of
the deal. A report up to `corrected_within` later that says neither takes it back.

Misses customers whom nobody calls or reaches, and customers who are in it.

Looks the same: a customer who mixes up two orders or prices with and without tax, somebody there
who was not told, a slip of the one who called.
"""

from __future__ import annotations

from collections.abc import Iterable

from detectors.language import *

SEVERITY: dict[str, Severity] = {"mismatch": "warning", "denied": "critical"}
CORRECTED = Bilingual("a later report on this callback corrected it", "该回访后来已更正")


class CallbackMismatchParams(Params):
    """How long a report can be corrected."""

    corrected_within: Duration = number(
        "90d",
        "a report this long after the bad one still corrects it",
        "不符的回访在多久之内仍可更正",
    )


def _report(report: ServiceCallback) -> Kept:
    differences = report.differences or {}
    return keep(
        report.outcome,
        about=report.callback,
        order=report.order,
        employee=report.employee,
        differences=flat(differences),
        count=str(len(differences)),
    )


def judge(view: View, params: CallbackMismatchParams) -> Iterable[Finding]:
    """One finding a callback that ever had a bad report: settled if a later one corrects it."""
    for callback, reports in by_about(view.facts).items():
        bad = next((report for report in reversed(reports) if report.role in SEVERITY), None)
        if bad is None:
            continue
        order, who = bad.fields.get("order"), bad.fields.get("employee")
        until = bad.at + params.corrected_within
        near = between(reports, bad.at - params.corrected_within, until)
        if who is None:
            who = view.responsible(bad.at, until, order=order, customer=view.entity_id)
        yield Finding(
            anchor=callback,
            facts=tuple(near),
            until=until,
            settled=None if near[-1] is bad else CORRECTED,
            severity=SEVERITY[bad.role],
            subject=Subject(employee=who, customer=view.entity_id, order=order),
            values={**_told(bad), "callback": callback, "outcome": bad.role, "at": str(bad.at)},
        )


def _told(report: Fact) -> dict[str, str]:
    """What differs, in both languages."""
    if "differences" not in report.fields:
        return {}
    told = worded(report.fields["differences"], int(report.fields["count"]))
    return {"differences": told.en, "differences.zh": told.zh}


def _whole(facts: list[Fact], params: CallbackMismatchParams, limit: int) -> list[Fact]:
    """A callback goes whole or stays whole: the loss of a report would look like a revision."""
    newest = {report.about: report.at for report in facts}
    return [it for it in facts if newest[it.about] >= limit - params.corrected_within]


DETECTOR = Detector(
    id="callback-mismatch",
    severity="warning",
    title=Bilingual("Customer contradicts the records", "回访结果与公司记录不符"),
    params=CallbackMismatchParams(),
    reads=(read("customer", ServiceCallback, _report),),
    judge=judge,
    summarise=says(
        Sentence(
            "In callback {callback} at {at:time}, customer {customer} {said}{named}{differs}. "
            "Responsible: {employee}.",
            "{at:time} 的回访 {callback} 中，客户 {customer} {said}{named}{differs}。"
            "责任人：{employee}。",
        ),
        said=(
            Sentence(
                "contradicted the company's records", "所述与公司记录不符", when="outcome=mismatch"
            ),
            Sentence("denied the deal", "否认这笔交易", when="outcome=denied"),
        ),
        named=Sentence(" (order {order})", "（订单 {order}）", when="order"),
        differs=Sentence(": {differences}", "：{differences}", when="differences"),
    ),
    notes={
        "mismatch": Bilingual("the customer contradicts the records", "客户所述与记录不符"),
        "denied": Bilingual("the customer denies the deal", "客户否认交易"),
        "confirmed": Bilingual("the customer confirms the records", "客户确认与记录一致"),
        "unreachable": Bilingual("the customer was not reached", "未联系上客户"),
        "complaint": COMPLAINS,
    },
    keeps=lambda params: params.corrected_within,
    prune=_whole,
    watches=WHOSE_CUSTOMER,
    severities=("warning", "critical"),
)
