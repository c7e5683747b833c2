"""A customer who is called back tells something else than the company has on record.

Catches a callback whose newest report says `mismatch`, or `denied`: the customer knows nothing of
the deal. A report up to `corrected_within` later that says neither takes it back.

Misses customers whom nobody calls or reaches, and customers who take part in the fraud.

Looks the same: a customer who mixes up two orders or prices with and without tax, somebody there
who was not told, a slip of the one who called.
"""

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


def find(view: View, params: CallbackMismatchParams) -> Iterable[Found]:
    """One thing found a callback that ever had a bad report: settled if a later one corrects it."""
    for callback, reports in by_about(view.facts).items():
        bad = next((report for report in reversed(reports) if report.role in SEVERITY), None)
        if bad is None:
            continue
        order, who = bad.of_order, bad.employee
        until = bad.at + params.corrected_within
        near = between(reports, bad.at - params.corrected_within, until)
        yield Found(
            by=bad,
            named=callback,
            facts=tuple(near),
            settled=None if near[-1] is bad else Settled(CORRECTED, near[-1]),
            severity=SEVERITY[bad.role],
            about=Subject(who, view.entity_id, order),
            asks=None if who else owner_of(view, bad.at, until, order, view.entity_id),
            values={**_told(bad), "callback": callback, "outcome": bad.role},
        )


def _told(report: Fact) -> dict[str, str]:
    """What differs, in both languages."""
    if "differences" not in report.fields:
        return {}
    told = worded(report.fields["differences"], int(report.fields["count"]))
    return {"differences": told.en, "differences.zh": told.zh}


DETECTOR = edge(
    "callback-mismatch",
    "warning",
    Bilingual("Customer contradicts the records", "回访结果与公司记录不符"),
    CallbackMismatchParams(),
    find=find,
    open_for="corrected_within",
    memory=thing_by_thing("corrected_within"),
    reads=(read("customer", ServiceCallback, _report),),
    says=says(
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
        given=("callback", "differences", "outcome"),
    ),
    notes={
        "mismatch": Bilingual("the customer contradicts the records", "客户所述与记录不符"),
        "denied": Bilingual("the customer denies the deal", "客户否认交易"),
        "confirmed": Bilingual("the customer confirms the records", "客户确认与记录一致"),
        "unreachable": Bilingual("the customer was not reached", "未联系上客户"),
        "complaint": COMPLAINS,
    },
    watches=WHOSE_CUSTOMER,
    severities=("warning", "critical"),
)
