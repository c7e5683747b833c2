"""An employee talks a lot, or with many customers, of what they should not.

Catches at least `hits` keyword hits, or hits about at least `customers` different customers,
within `window` by one employee. Hits of category `other` do not count.

Misses talk on channels the archive does not see, and words the keyword list does not have.

Looks the same: a service case or a price round in which the words fall innocently, a trainer's
examples.
"""

from __future__ import annotations

from collections.abc import Iterable

from contract.alert import Bilingual
from contract.duration import Duration
from contract.event import Event
from contract.types import ChatHit
from detectors.facts.entity import sole
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference
from detectors.facts.view import View
from detectors.language.detector import Detector, Folds
from detectors.language.finding import Finding, Subject
from detectors.language.params import Params, at_least, number
from detectors.language.runs import Sliding, distinct_of, either, total_of
from detectors.language.sentences import Sentence, says
from detectors.language.wording import distinct, total


class ChatBurstParams(Params):
    """How much talk, with how many, within what time."""

    hits: int = at_least(5, "keyword hits in all", "关键词命中合计")
    customers: int = at_least(3, "different customers they are about", "涉及的不同客户")
    window: Duration = number("24h", "from the first hit of the run", "自首次命中起的时长")


def _hit(event: Event, _: Reference) -> Fact:
    hit = event.data
    assert isinstance(hit, ChatHit)
    return fact_of(event, "hit", about=hit.customer or "")


RUN = Sliding(lambda params: either(total_of(params.hits), distinct_of(params.customers)))


def judge(view: View, params: ChatBurstParams) -> Iterable[Finding]:
    """One finding for each run of hits that is enough by number or by customers."""
    for run in RUN.found(view.facts, params):
        hits, customers = total(run, view.common), distinct(run, view.common)
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            subject=Subject(
                employee=view.entity_id, customer=sole(hit.about for hit in run if hit.about)
            ),
            values={"hits": hits, "customers": customers},
            measured={"hits": hits, "customers": customers},
        )


DETECTOR = Detector(
    id="chat-burst",
    severity="warning",
    title=Bilingual("Burst of sensitive chat", "短时间大量敏感聊天"),
    params=ChatBurstParams(),
    reads=(Reads("employee", ChatHit, _hit, where=lambda hit: hit.category != "other"),),
    judge=judge,
    summarise=says(
        Sentence(
            "{employee} had {hits:sensitive chat hit} {about} within {window} from {first:time}.",
            "{employee}自 {first:time} 起 {window}内有 {hits} 次敏感聊天命中，{about}。",
        ),
        about=(
            Sentence("naming no customer", "未关联到客户", when="customers=0"),
            Sentence("about {customers:customer}", "涉及 {customers} 个客户", when="!customers=0"),
        ),
    ),
    notes={"hit": Bilingual("chat keyword hit", "聊天关键词命中")},
    keeps=lambda params: params.window,
    prune=RUN.prune,
    folds=Folds(lambda params: params.window),
)
