"""A customer with an open opportunity is left alone by its owner.

Catches an owned customer with an open opportunity and no activity of its owner for `within`,
counted from the latest of the owner's last activity, their becoming owner and the opportunity's
opening, or the first edit that names its customer.

Misses activities entered for show, customers whose opportunities are never entered, and those
whose opportunity was closed by an edit that names them and reopened by one that does not, until
one names them again.

Looks the same: holidays, sick leave without a stand-in, a customer who asked for time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from detectors.language import *

#: Up to so many facts, looking for ones to drop costs more than keeping them.
_FEW = 12

#: Who owned the customer when, and all that they did.
Owners = Sequence[tuple[Spell, Sequence[Fact]]]

IN_TIME = Bilingual(
    "the owner was active, or the wait ended, in time", "期限内已有跟进或无需再跟进"
)


class FollowUpLapsedParams(Params):
    """How long a customer may go without a sign of its owner."""

    within: Duration = number(
        "7d", "an activity this long after the last is in time", "距上次跟进多久之内算及时"
    )


def judge(view: View, params: FollowUpLapsedParams) -> Iterable[Finding]:
    """One finding for each instant from which a customer with an open deal was left alone."""
    lapses: dict[str, Finding] = {}
    opportunities = by_about(view.of("opportunity"))
    if not opportunities:
        return ()
    activities = by_about(view.of("activity"))
    owners = [(tenure, activities.get(tenure.owner, [])) for tenure in tenures(view)]
    for opportunity, changes in opportunities.items():
        found = list(_lapses(view, owners, changes, params))
        if any(lapse.settled is None and view.passed(lapse.due or NEVER) for lapse in found):
            everything = every_change(view, opportunity, changes)
            found = list(_lapses(view, owners, everything, params))
        for lapse in found:
            known = lapses.get(lapse.anchor)
            lapses[lapse.anchor] = lapse if known is None else _joined(known, lapse)
    return lapses.values()


def _concerns(view: View, fact: Fact, params: FollowUpLapsedParams) -> bool:
    """The newest activity only puts deadlines off, which the look at the one that is set sees.

    Where none is set, as after a lapse, it sets one. One so late that a deadline may have passed
    without it can take an alert back. Without any opportunity it does nothing, nor does the newest
    where none is open.
    """
    if fact.role != "activity":
        return True
    newest = is_newest(view.facts, fact)
    deadline = fact.at + params.within + view.common.grace
    looked_at = view.due is not None and view.due <= deadline
    if newest and looked_at and not view.passed(fact.at + view.common.grace):
        return False
    stages = {it.about: it.fields["stage"] for it in view.facts if it.role == "opportunity"}
    return bool(stages) and (not newest or "open" in stages.values())


def _lapses(
    view: View, owners: Owners, changes: Sequence[Fact], params: FollowUpLapsedParams
) -> Iterator[Finding]:
    """Of one opportunity the waits that grew too long, and that an act of the owner's ended."""
    for opened in open_spells(changes):
        for tenure, activities in owners:
            owned = opened.during(tenure)
            for wait in owned.cut(activities) if owned is not None else ():
                deadline = wait.start + params.within
                if wait.end > deadline:
                    yield _finding(view, wait, opened, deadline)
                elif wait.ended is not None and view.passed(deadline + view.common.grace):
                    lapse = _finding(view, wait, opened, deadline)
                    facts = in_time_order(*lapse.facts, structs.replace(wait.ended, role="stop"))
                    yield structs.replace(lapse, facts=facts, settled=IN_TIME)


def _finding(view: View, wait: Spell, opened: Spell, deadline: int) -> Finding:
    anchor = wait.began.anchor if wait.began is not None else f"reference\n{wait.start}"
    return Finding(
        anchor=f"{view.entity_id}\n{anchor}",
        facts=in_time_order(*filter(None, (wait.began, opened.began))),
        until=deadline,
        due=deadline + view.common.grace,
        subject=Subject(employee=wait.owner, customer=view.entity_id),
        values={"since": str(wait.start)},
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
    alive = {it.about for it in newest.values() if it.at >= oldest or it.fields["stage"] == "open"}
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
        Reads("customer", CrmEdit, activity, where=IS_ACTIVITY),
        Reads("customer", CrmEdit, stage_change, where=edits(of="opportunity")),
    ),
    judge=judge,
    says=says(
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
    waits=True,
)
