"""An employee talks a lot, or with many customers, of what he should not.

Catches at least `hits` keyword hits, or hits about at least `customers` different customers,
within `window` by one employee. Hits of category `other` do not count.

Misses talk on channels the archive does not see, and words the keyword list does not have.

Looks the same: a service case or a price round in which the words fall innocently, a trainer's
examples.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.params import Duration, Params
from offbook.detectors.reference import Reference
from offbook.detectors.shapes import Reached, distinct_of, either, open_runs, runs, total_of
from offbook.detectors.wording import counted, distinct, span, total
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import ChatHit


class ChatBurstParams(Params, frozen=True):
    """How much talk, with how many, within what time."""

    hits: Annotated[int, Meta(ge=1, description="keyword hits in all")] = 5
    customers: Annotated[int, Meta(ge=1, description="different customers they are about")] = 3
    window: Annotated[Duration, Meta(description="from the first hit of the run")] = Duration("24h")


def _hit(event: Event, _: Reference) -> Fact:
    hit = event.data
    assert isinstance(hit, ChatHit)
    return fact_of(event, "hit", about=hit.customer or "")


def _enough(params: ChatBurstParams) -> Reached:
    return either(total_of(params.hits), distinct_of(params.customers))


def judge(view: View, params: ChatBurstParams) -> Iterable[Finding]:
    """One finding for each run of hits that is enough by number or by customers."""
    for run in runs(view.facts, params.window, _enough(params)):
        customers = {hit.about for hit in run if hit.about}
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(
                employee=view.entity_id,
                customer=next(iter(customers)) if len(customers) == 1 else None,
            ),
            values={"total": total(run, view.common), "customers": distinct(run, view.common)},
            notes={"hit": "chat keyword hit"},
        )


def summarise(finding: Finding, params: ChatBurstParams, words: Words) -> Bilingual:
    """Who, how many hits, about how many customers, when."""
    who, values = words.employee(finding.subject.employee), finding.values
    within, since = span(params.window), words.time(finding.facts[0].at)
    about = Bilingual("naming no customer", "未关联到客户")
    if values["customers"] != "0":
        customers = counted(values["customers"], "customer")
        about = Bilingual(f"about {customers}", f"涉及 {values['customers']} 个客户")
    return Bilingual(
        f"{who.en} had {counted(values['total'], 'sensitive chat hit')} {about.en} "
        f"within {within.en} from {since}.",
        f"{who.zh}自 {since} 起 {within.zh}内有 {values['total']} 次敏感聊天命中，{about.zh}。",
    )


DETECTOR = Detector(
    id="chat-burst",
    severity="warning",
    title=Bilingual("Burst of sensitive chat", "短时间大量敏感聊天"),
    params=ChatBurstParams(),
    reads=(Reads("employee", ChatHit, _hit, where=lambda hit: hit.category != "other"),),
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.window,
    prune=lambda facts, params, limit: open_runs(facts, params.window, _enough(params), limit),
    folds=True,
)
