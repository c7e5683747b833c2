"""Talk of private deals or competitors, and then the opportunity is lost.

Catches an opportunity whose customer had chat hits `private_deal`, `off_channel_payment`,
`kickback` or `competitor` at most `within` before it was lost: the deal was handed to somebody.

Misses deals that are left open and forgotten (`follow-up-lapsed` sees those) and talk that no
hit ties to the customer.

Looks the same: an honest report that the customer compares offers, followed by an honest loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View
from offbook.detectors.fact import Fact, fact_of, in_time_order
from offbook.detectors.params import Duration, Params, described
from offbook.detectors.reference import Reference
from offbook.detectors.sentences import Sentence, says
from offbook.detectors.shapes import sequence
from offbook.detectors.stage import newly
from offbook.detectors.where import edits
from offbook.detectors.wording import elapsed
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import CrmEdit


class LeakThenLostParams(Params, frozen=True):
    """How soon after the talk the loss must come."""

    within: Annotated[
        Duration, described("from a chat hit to the loss", "从聊天命中到丢单的时长", "at most")
    ] = Duration("14d")


def _loses(edit: CrmEdit) -> bool:
    return edit.says.stage == "lost"


def _lost(event: Event, _: Reference) -> Fact:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return fact_of(event, "lost", about=edit.customer or "")


def judge(view: View, params: LeakThenLostParams) -> Iterable[Finding]:
    """One finding an opportunity: its first loss that such talk came before."""
    own = view.profile("opportunity", view.entity_id)
    for lost in view.facts:
        if not newly(own, lost, "lost"):
            continue
        customers = [lost.about] if lost.about else own.upto(lost.at).customers()
        talk = {
            hit.order: hit
            for customer in customers
            for hit in sequence(view.profile("customer", customer).of("hit"), lost, params.within)
        }
        if not talk:
            continue
        hits = in_time_order(*talk.values())
        yield Finding(
            anchor=view.entity_id,
            facts=(*hits, lost),
            until=lost.at,
            subject=Subject(employee=hits[0].about, customer=customers[0]),
            values={"hits": str(len(hits)), "opportunity": view.entity_id},
            measured={"within": elapsed(hits[-1].at, lost.at)},
        )
        return


DETECTOR = Detector(
    id="leak-then-lost",
    severity="critical",
    title=Bilingual("Deal lost after sensitive talk", "敏感聊天后丢单"),
    params=LeakThenLostParams(),
    reads=(Reads("opportunity", CrmEdit, _lost, where=edits(of="opportunity", also=_loses)),),
    judge=judge,
    summarise=says(
        Sentence(
            "Opportunity {opportunity} of customer {customer} was lost at {last:time}, after "
            "{hits:sensitive chat hit} about that customer from {first:time} on (within {within}), "
            "the first by {employee}.",
            "客户 {customer} 的商机 {opportunity} 于 {last:time} 丢单；此前（{within}内，自 "
            "{first:time} 起）有 {hits} 次与该客户相关的敏感聊天命中，最早的一次来自{employee}。",
        )
    ),
    notes={
        "hit": Bilingual("sensitive talk about this customer", "与该客户相关的敏感聊天"),
        "lost": Bilingual("opportunity lost", "商机丢单"),
    },
    keeps=lambda params: params.within,
    watches=frozenset({"stage", "customer"}),
)
