"""A customer with an open opportunity is left alone by its owner.

Catches an owned customer with an open opportunity and no activity of its owner for `within`,
counted from the latest of the owner's last activity, their becoming owner and the opportunity's
opening, or the first edit that names its customer.

Misses activities entered for show, customers whose opportunities are never entered, and those
whose opportunity was closed by an edit that names them and reopened by one that does not, until
one names them again.

Looks the same: holidays, sick leave without a stand-in, a customer who asked for time.
"""

from detectors.language import *

IN_TIME = Bilingual(
    "the owner was active, or the wait ended, in time", "期限内已有跟进或无需再跟进"
)


class FollowUpLapsedParams(Params):
    """How long a customer may go without a sign of its owner."""

    within: Duration = number(
        "7d", "an activity this long after the last is in time", "距上次跟进多久之内算及时"
    )


def find(view: View, params: FollowUpLapsedParams) -> Iterable[Found]:
    """One thing found for each instant from which a customer with an open deal was left alone."""
    lapses: dict[str, Found] = {}
    opportunities = by_about(view.of("opportunity"))
    if not opportunities:
        return ()
    activities = by_about(view.of("activity"))
    owners = [(tenure, activities.get(tenure.owner, [])) for tenure in tenures(view)]
    for opportunity, changes in opportunities.items():
        found = [_found(view, *wait, params) for wait in waits(owners, changes)]
        if any(lapse and lapse.settled is None and _is_over(view, lapse) for lapse in found):
            everything = every_change(view, opportunity, changes)
            found = [_found(view, *wait, params) for wait in waits(owners, everything)]
        for lapse in filter(None, found):
            known = lapses.get(lapse.named)
            lapses[lapse.named] = lapse if known is None else _joined(known, lapse)
    return lapses.values()


def _found(view: View, wait: Spell, opened: Spell, params: FollowUpLapsedParams) -> Found | None:
    """A wait that grew too long, or that something ended in time and that is over."""
    deadline = wait.start + params.within
    in_time = wait.end <= deadline
    if in_time and (wait.ended is None or not is_over(view, deadline)):
        return None
    anchor = wait.began.anchor if wait.began is not None else f"reference\n{wait.start}"
    began = in_time_order(*filter(None, (wait.began, opened.began)))
    stop = structs.replace(wait.ended, role="stop") if in_time and wait.ended else None
    return Found(
        by=began[-1],
        named=f"{view.entity_id}\n{anchor}",
        facts=began,
        deadline=deadline,
        settled=settled_by(IN_TIME, stop),
        about=Subject(employee=wait.owner, customer=view.entity_id),
        values={"at": str(wait.start)},
    )


def _is_over(view: View, lapse: Found) -> bool:
    return lapse.deadline is not None and is_over(view, lapse.deadline)


def _joined(one: Found, other: Found) -> Found:
    """Two opportunities left alone from the same instant are one lapse; one is enough for it."""
    if one.settled is not None or other.settled is not None:
        return other if one.settled is not None else one
    return structs.replace(one, facts=in_time_order(*one.facts, *other.facts))


DETECTOR = awaited(
    "follow-up-lapsed",
    "info",
    Bilingual("Customer left alone", "客户跟进中断"),
    FollowUpLapsedParams(),
    find=find,
    looks_back="within",
    memory=covering("activity", "within", opportunities_that_stay("within")),
    moves=unless_put_off("activity", "within", is_any_opportunity_open),
    reads=(
        Reads("customer", CrmEdit, activity, where=IS_ACTIVITY),
        Reads("customer", CrmEdit, stage_change, where=edits(of="opportunity")),
    ),
    says=says(
        Sentence(
            "{employee} has had no activity with customer {customer}, which has an open "
            "opportunity, for {within} since {at:time}.",
            "{employee}自 {at:time} 起连续 {within}未跟进有未结商机的客户 {customer}。",
        )
    ),
    notes={
        "activity": Bilingual("the owner's last activity", "归属人最近一次跟进"),
        "opportunity": Bilingual("opportunity open since", "商机自此未结"),
        "owner": Bilingual("became owner", "成为归属人"),
        "back": Bilingual("the customer was restored", "客户被恢复"),
        "stop": Bilingual("came in time", "期限内发生"),
    },
    watches=WHOSE_CUSTOMER | roles.names(roles.GONE, roles.BACK),
)
