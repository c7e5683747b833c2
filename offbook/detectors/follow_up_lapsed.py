"""A customer with an open opportunity is left alone by its owner.

Catches an owned customer with an open opportunity and no activity of its owner for `within`,
counted from the latest of his last activity, his becoming owner and the opportunity's opening.

Misses activities entered for show, and customers whose opportunities are never entered.

Looks the same: holidays, sick leave without a stand-in, a customer who asked for time.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.fact import Fact, fact_of, in_time_order
from offbook.detectors.params import Duration, Params
from offbook.detectors.reference import Reference, Stated
from offbook.detectors.shapes import covered
from offbook.detectors.wording import span
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import CrmEdit

#: Up to so many facts, looking for ones to drop costs more than keeping them.
_FEW = 12

IN_TIME = Bilingual(
    "the owner was active, or the wait ended, in time", "期限内已有跟进或无需再跟进"
)

ALWAYS = -(2**62)
NEVER = 2**62


class FollowUpLapsedParams(Params, frozen=True):
    """How long a customer may go without a sign of its owner."""

    within: Annotated[
        Duration, Meta(description="an activity this long after the last is in time")
    ] = Duration("7d")


class Spell(Struct, frozen=True):
    """A time [start, end) for which something held, what began and ended it, and whose it was."""

    start: int
    end: int
    began: Fact | None
    owner: str = ""
    ended: Fact | None = None


def _activity(event: Event, _: Reference) -> Fact:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return fact_of(event, "activity", about=edit.actor)


def _opportunity(event: Event, _: Reference) -> Fact | None:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    stage = edit.after.stage if edit.after else None
    if edit.op == "delete":
        stage_now = "gone"
    elif stage is not None:
        stage_now = stage
    elif edit.op in ("create", "restore"):
        stage_now = "open"
    else:
        return None
    return fact_of(event, "opportunity", about=edit.object.id, stage=stage_now)


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
            everything = _every_change(view, opportunity, changes)
            found = list(_lapses(view, params, everything, activities))
        for lapse in found:
            known = lapses.get(lapse.anchor)
            lapses[lapse.anchor] = lapse if known is None else _joined(known, lapse)
    return lapses.values()


def _every_change(view: View, opportunity: str, named: Sequence[Fact]) -> list[Fact]:
    """With the edits that did not name the customer. Asked only when it matters."""
    changes = {fact.order[:3]: fact for fact in named}
    for fact in view.profile("opportunity", opportunity).facts:
        if fact.role in ("stage", "gone"):
            stage = fact.about if fact.role == "stage" else "gone"
            change = structs.replace(
                fact, role="opportunity", about=opportunity, fields={"stage": stage}
            )
            changes.setdefault(fact.order[:3], change)
    return [changes[order] for order in sorted(changes)]


def _lapses(
    view: View,
    params: FollowUpLapsedParams,
    changes: Sequence[Fact],
    activities: Sequence[Fact],
) -> Iterator[Finding]:
    tenures = list(_tenures(view))
    for spell in _open_spells(changes):
        for tenure in tenures:
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
        notes={
            "activity": "the owner's last activity",
            "opportunity": "opportunity open since",
            "owner": "became owner",
            "stop": "came in time",
        },
    )


def _joined(one: Finding, other: Finding) -> Finding:
    """Two opportunities left alone from the same instant are one lapse; one is enough for it."""
    if one.settled is not None or other.settled is not None:
        return other if one.settled is not None else one
    return structs.replace(one, facts=in_time_order(*one.facts, *other.facts))


def _open_spells(changes: Sequence[Fact]) -> Iterator[Spell]:
    """When an opportunity was open, by its stage changes."""
    began: Fact | None = None
    for change in changes:
        if change.fields["stage"] == "open":
            began = began or change
        elif began is not None:
            yield Spell(began.at, change.at, began, ended=change)
            began = None
    if began is not None:
        yield Spell(began.at, NEVER, began)


def _tenures(view: View) -> Iterator[Spell]:
    """Who owned the customer when, as long as it was not deleted.

    Before the first word of an owner it is whom that edit followed, or the document's.
    """
    profile = view.profile("customer", view.entity_id)
    stated: Stated | None = view.reference.owner(view.entity_id)
    turns: list[tuple[int, Fact | None]] = [
        (fact.at, fact) for fact in profile.facts if fact.role in ("owner", "gone", "back")
    ]
    first = next((turn for _, turn in turns if turn is not None), None)
    owner = first.fields.get("before") if first is not None else None
    if stated is not None:
        if owner is None and (first is None or stated.at <= first.at):
            owner = stated.owner
        insort(turns, (stated.at, None), key=lambda turn: turn[0])
    start, began = ALWAYS, None
    for at, turn in turns:
        if turn is None or turn.role == "back":
            now_owner = profile.owner_at(at, stated)
        else:
            now_owner = turn.about if turn.role == "owner" else None
        if now_owner == owner:
            continue
        if owner is not None:
            yield Spell(start, at, began, owner, turn)
        start, began, owner = at, turn, now_owner
    if owner is not None:
        yield Spell(start, NEVER, began, owner)


def summarise(finding: Finding, params: FollowUpLapsedParams, words: Words) -> Bilingual:
    """Whose customer was left alone since when."""
    who, customer = words.employee(finding.subject.employee), finding.subject.customer
    since, within = words.time(int(finding.values["since"])), span(params.within)
    return Bilingual(
        f"{who.en} has had no activity with customer {customer}, which has an open opportunity, "
        f"for {within.en} since {since}.",
        f"{who.zh}自 {since} 起连续 {within.zh}未跟进有未结商机的客户 {customer}。",
    )


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
            where=lambda edit: edit.object.type == "activity" and edit.op in ("create", "update"),
        ),
        Reads(
            "customer",
            CrmEdit,
            _opportunity,
            where=lambda edit: edit.object.type == "opportunity",
        ),
    ),
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.within,
    prune=_prune,
    watches_profile=True,
)
