"""Customers complain about one employee again and again.

Catches complaints about one employee in at least `threshold` different callbacks within `window`.
A callback that is reported twice is one.

Misses complaints that name no employee, and those made anywhere else than in a callback.

Looks the same: a fault of product or delivery that everybody's customers complain of, one customer
who complains about everything, an employee who took over somebody's neglected customers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.params import Duration, Params
from offbook.detectors.reference import Reference
from offbook.detectors.shapes import distinct_of, open_runs, runs
from offbook.detectors.wording import counted, distinct, span
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import ServiceCallback


class ComplaintBurstParams(Params, frozen=True):
    """How many, within what time."""

    threshold: Annotated[int, Meta(ge=1, description="callbacks with a complaint")] = 3
    window: Annotated[Duration, Meta(description="from the first complaint of the run")] = Duration(
        "30d"
    )


def _complaint(event: Event, _: Reference) -> Fact:
    complaint = event.data
    assert isinstance(complaint, ServiceCallback)
    return fact_of(event, "complaint", about=complaint.callback, customer=complaint.customer)


def judge(view: View, params: ComplaintBurstParams) -> Iterable[Finding]:
    """One finding for each run of complaints from enough callbacks."""
    for run in runs(view.facts, params.window, distinct_of(params.threshold)):
        customers = {complaint.fields["customer"] for complaint in run}
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(
                employee=view.entity_id,
                customer=next(iter(customers)) if len(customers) == 1 else None,
            ),
            values={"callbacks": distinct(run, view.common)},
            notes={"complaint": "the customer complains"},
        )


def summarise(finding: Finding, params: ComplaintBurstParams, words: Words) -> Bilingual:
    """About whom, how many, when; by whom if it is always the same customer."""
    who, customer = words.employee(finding.subject.employee), finding.subject.customer
    count, since = finding.values["callbacks"], words.time(finding.facts[0].at)
    within = span(params.window)
    by = Bilingual("", "")
    if customer is not None:
        by = Bilingual(f", all by customer {customer}", f"，均来自客户 {customer}")
    return Bilingual(
        f"{who.en} was the subject of {counted(count, 'complaint')} in service callbacks within "
        f"{within.en} from {since}{by.en}.",
        f"{who.zh}自 {since} 起 {within.zh}内在客服回访中被投诉 {count} 次{by.zh}。",
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
    summarise=summarise,
    keeps=lambda params: params.window,
    prune=lambda facts, params, limit: open_runs(
        facts, params.window, distinct_of(params.threshold), limit
    ),
    folds=True,
)
