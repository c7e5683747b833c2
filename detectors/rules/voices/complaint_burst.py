"""Customers complain about one employee again and again.

Catches complaints about one employee in at least `threshold` different callbacks within `window`.
A callback that is reported twice is one.

Misses complaints that name no employee, and those made anywhere else than in a callback.

Looks the same: a fault of product or delivery that everybody's customers complain of, one customer
who complains about everything, an employee who took over somebody's neglected customers.
"""

from __future__ import annotations

from collections.abc import Iterable

from contract.alert import Bilingual
from contract.duration import Duration
from contract.event import Event
from contract.types import ServiceCallback
from detectors.facts.entity import sole
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference
from detectors.facts.view import View
from detectors.language.detector import Detector, Folds
from detectors.language.finding import Finding, Subject
from detectors.language.params import Params, at_least, number
from detectors.language.sentences import Sentence, says
from detectors.language.sliding import Sliding, distinct_of
from detectors.language.wording import distinct
from detectors.words.callback_differences import COMPLAINS


class ComplaintBurstParams(Params):
    """How many, within what time."""

    threshold: int = at_least(3, "callbacks with a complaint", "有投诉的回访")
    window: Duration = number("30d", "from the first complaint of the run", "自首次投诉起的时长")


def _complaint(event: Event, _: Reference) -> Fact:
    complaint = event.data
    assert isinstance(complaint, ServiceCallback)
    return fact_of(event, "complaint", about=complaint.callback, customer=complaint.customer)


RUN = Sliding(lambda params: distinct_of(params.threshold))


def judge(view: View, params: ComplaintBurstParams) -> Iterable[Finding]:
    """One finding for each run of complaints from enough callbacks."""
    for run in RUN.found(view.facts, params):
        callbacks = distinct(run, view.common)
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(
                employee=view.entity_id,
                customer=sole(complaint.fields["customer"] for complaint in run),
            ),
            values={"callbacks": callbacks},
            measured={"threshold": callbacks},
        )


DETECTOR = Detector(
    id="complaint-burst",
    severity="warning",
    title=Bilingual("Burst of complaints about one employee", "员工短期内多次被投诉"),
    params=ComplaintBurstParams(),
    reads=(
        Reads(
            "employee",
            ServiceCallback,
            _complaint,
            where=lambda callback: callback.outcome == "complaint",
        ),
    ),
    judge=judge,
    summarise=says(
        Sentence(
            "{employee} was the subject of {callbacks:complaint} in service callbacks within "
            "{window} from {first:time}{by}.",
            "{employee}自 {first:time} 起 {window}内在客服回访中被投诉 {callbacks} 次{by}。",
        ),
        by=Sentence(", all by customer {customer}", "，均来自客户 {customer}", when="customer"),
    ),
    notes={"complaint": COMPLAINS},
    keeps=lambda params: params.window,
    prune=RUN.prune,
    folds=Folds(lambda params: params.window),
)
