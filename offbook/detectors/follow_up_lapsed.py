"""A customer with an open opportunity is left alone by its owner.

Catches an owned customer with an open opportunity and no activity of its owner for `within`,
counted from the latest of his last activity, his becoming owner and the opportunity's opening.

Misses activities entered for show, and customers whose opportunities are never entered.

Looks the same: holidays, sick leave without a stand-in, a customer who asked for time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from msgspec import structs

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View
from offbook.detectors.fact import Fact, fact_of, in_time_order
from offbook.detectors.params import Duration, Params, described
from offbook.detectors.profile import WHOSE_CUSTOMER
from offbook.detectors.reference import Reference
from offbook.detectors.sentences import Sentence, says
from offbook.detectors.shapes import covered
from offbook.detectors.spell import NEVER, Spell, open_spells, tenures
from offbook.detectors.stage import every_change, stage_change
from offbook.detectors.where import edits
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import CrmEdit

#: Up to so many facts, looking for ones to drop costs more than keeping them.
_FEW = 12

IN_TIME = Bilingual(
    "the owner was active, or the wait ended, in time", "期限内已有跟进或无需再跟进"
)


class FollowUpLapsedParams(Params, frozen=True):
    """How long a customer may go without a sign of its owner."""

    within: Annotated[
        Duration,
        described("an activity this long after the last is in time", "距上次跟进多久之内算及时"),
    ] = Duration("7d")


def _activity(event: Event, _: Reference) -> Fact:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return fact_of(event, "activity", about=edit.actor)


def judge(view: View, params: FollowUpLapsedParams) -> Iterable[Finding]:
    """One finding for each instant from which a customer with an open deal was left alone."""
    stages: dict[str, list[Fact]] = {}
    for fact in view.of("opportunity"):
        stages.setdefault(fact.about, []).append(fact)
    activities = view.of("activity")
    lapses: dict[str, Finding] = {}
    for opportunity, changes in stages.items():
        found = list(_lapses(view, params, changes, activities))
        if any(lapse.settled is None and view.passed(lapse.due or NEVER) for lapse in found):
            everything = every_change(view, opportunity, changes)
            found = list(_lapses(view, params, everything, activities))
        for lapse in found:
            known = lapses.get(lapse.anchor)
            lapses[lapse.anchor] = lapse if known is None else _joined(known, lapse)
    return lapses.values()


def _concerns(view: View, fact: Fact, params: FollowUpLapsedParams) -> bool:
    """The newest activity only puts deadlines off, which the look at the one that is set sees.

    Where none is set, as after a lapse, it sets one. One so late that a deadline may have passed
    without it can take an alert back. Without any opportunity it does nothing.
    """
    if fact.role == "activity" and not any(it.role == "opportunity" for it in view.facts):
        return False
    newest = fact.role == "activity" and fact.order == view.facts[-1].order
    deadline = fact.at + params.within + view.common.grace
    looked_at = view.due is not None and view.due <= deadline
    return not (newest and looked_at) or view.passed(fact.at + view.common.grace)


def _lapses(
    view: View,
    params: FollowUpLapsedParams,
    changes: Sequence[Fact],
    activities: Sequence[Fact],
) -> Iterator[Finding]:
    owners = list(tenures(view))
    for spell in open_spells(changes):
        for tenure in owners:
            start, end = max(spell.start, tenure.start), min(spell.end, tenure.end)
            if start >= end:
                continue
            began = tenure.began if tenure.start > spell.start else spell.began
            seen = [
                act for act in activities if act.about == tenure.owner and start <= act.at < end
            ]
            resets = [(start, began), *((act.at, act) for act in seen)]
            ended = spell.ended if spell.end <= tenure.end else tenure.ended
            stops = [*((act.at, act) for act in seen), (end, ended)]
            for (since, reset), (stopped, stop) in zip(resets, stops, strict=True):
                if stopped > since + params.within:
                    yield _finding(view, tenure.owner, since, reset, spell, params)
                elif stop is not None and view.passed(since + params.within + view.common.grace):
                    lapse = _finding(view, tenure.owner, since, reset, spell, params)
                    facts = in_time_order(*lapse.facts, structs.replace(stop, role="stop"))
                    yield structs.replace(lapse, facts=facts, settled=IN_TIME)


def _finding(
    view: View,
    owner: str,
    since: int,
    reset: Fact | None,
    spell: Spell,
    params: FollowUpLapsedParams,
) -> Finding:
    evidence = [fact for fact in (reset, spell.began) if fact is not None]
    anchor = reset.anchor if reset is not None else f"reference\n{since}"
    return Finding(
        anchor=f"{view.entity_id}\n{anchor}",
        facts=in_time_order(*evidence),
        until=since + params.within,
        due=since + params.within + view.common.grace,
        subject=Subject(employee=owner, customer=view.entity_id),
        values={"since": str(since)},
    )


def _joined(one: Finding, other: Finding) -> Finding:
    """Two opportunities left alone from the same instant are one lapse; one is enough for it."""
    if one.settled is not None or other.settled is not None:
        return other if one.settled is not None else one
    return structs.replace(one, facts=in_time_order(*one.facts, *other.facts))


def _prune(facts: list[Fact], params: FollowUpLapsedParams, limit: int) -> list[Fact]:
    """Without old activities, and those between two that are near enough to cover for them.

    The stages of an opportunity go together: a closing without its opening would take back a lapse.
    """
    oldest = limit - params.within
    if not facts or (len(facts) < _FEW and facts[0].at >= oldest):
        return facts
    newest = {fact.about: fact for fact in facts if fact.role == "opportunity"}
    alive = {
        about
        for about, fact in newest.items()
        if fact.at >= oldest or fact.fields["stage"] == "open"
    }
    needless = covered([fact for fact in facts if fact.role == "activity"], params.within)
    return [
        fact
        for fact in facts
        if (fact.at >= oldest and fact.order not in needless)
        or (fact.role == "opportunity" and fact.about in alive)
    ]


DETECTOR = Detector(
    id="follow-up-lapsed",
    severity="info",
    title=Bilingual("Customer left alone", "客户跟进中断"),
    params=FollowUpLapsedParams(),
    reads=(
        Reads(
            "customer",
            CrmEdit,
            _activity,
            where=edits("create", "update", of="activity"),
        ),
        Reads(
            "customer",
            CrmEdit,
            stage_change,
            where=edits(of="opportunity"),
        ),
    ),
    judge=judge,
    summarise=says(
        Sentence(
            "{employee} has had no activity with customer {customer}, which has an open "
            "opportunity, for {within} since {since:time}.",
            "{employee}自 {since:time} 起连续 {within}未跟进有未结商机的客户 {customer}。",
        )
    ),
    notes={
        "activity": Bilingual("the owner's last activity", "归属人最近一次跟进"),
        "opportunity": Bilingual("opportunity open since", "商机自此未结"),
        "owner": Bilingual("became owner", "成为归属人"),
        "back": Bilingual("the customer was restored", "客户被恢复"),
        "stop": Bilingual("came in time", "期限内发生"),
    },
    keeps=lambda params: params.within,
    prune=_prune,
    watches=WHOSE_CUSTOMER | {"gone", "back"},
    concerns=_concerns,
)
