"""A colleague works on a customer that its owner is working on.

Catches somebody, neither the customer's owner as of then nor the owner's manager, who creates an
activity, quote, opportunity or order on it at most `within` after its owner's last activity.

Misses customers whose owner nobody told, deals made under an accomplice's name, and a colleague who
makes themselves the owner first (`unauthorised-transfer` sees that).

Looks the same: a stand-in during leave, a team that shares a customer, an assistant or inside
sales who enters what the owner sold, a web shop or another system that acts under a name of its
own: an actor that is no person cannot be told from one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import structs

from detectors.language import *

#: What can be created on a customer, which is the role of the fact.
WORK = {
    "activity": Bilingual("activity", "跟进"),
    "quote": Bilingual("quote", "报价"),
    "opportunity": Bilingual("opportunity", "商机"),
    "order": Bilingual("order", "订单"),
}
#: An activity taken up again: it keeps the owner's claim alive, and is nobody's inroad.
UPDATED = "updated"
_SEVERAL = distinct_of(2)


class CustomerSnatchingParams(Params):
    """How long a customer is its owner's to work on after their last activity."""

    within: Duration = at_most(
        "7d",
        "after the owner's last activity; also the length of a run",
        "距归属人最近一次跟进的时长；也是连续行为的统计时长",
    )


def _works(edit: CrmEdit) -> bool:
    return edit.customer is not None and (edit.op == "create" or edit.object.type == "activity")


def _work(edit: CrmEdit) -> Kept:
    role = edit.object.type if edit.op == "create" else UPDATED
    return keep(role, about=edit.actor, weight=edit.count)


def _after_others(facts: Sequence[Fact], within: int) -> Iterator[tuple[Fact, dict[str, Fact]]]:
    """What was created at most `within` after an activity of anybody else's, whoever owns it, with
    the last activity of each up to then. What happens at the same instant comes after."""
    if len({fact.about for fact in facts}) < 2:
        return
    last: dict[str, Fact] = {}
    for at, instant in groupby(facts, key=by_time):
        together = list(instant)
        last.update({it.about: it for it in together if it.role in ("activity", UPDATED)})
        for act in together:
            if act.role != UPDATED and any(
                who != act.about and at - seen.at <= within for who, seen in last.items()
            ):
                yield act, last


def _inroads(view: View, params: CustomerSnatchingParams) -> Iterator[tuple[Fact, Sequence[Fact]]]:
    """The runs of things that one colleague created, each with the owner's claim before it."""
    acts: dict[str, list[Fact]] = {}
    claims: dict[Order, Fact] = {}
    for act, last in _after_others(view.facts, params.within):
        claim = last.get(owner_as_of(view, act.at, act.at + params.within) or "")
        if claim is None or act.at - claim.at > params.within:
            continue
        if act.about not in (claim.about, view.reference.manager_of(claim.about)):
            acts.setdefault(act.about, []).append(act)
            claims[act.order] = claim
    for work in acts.values():
        for run in runs(work, params.within, total_of(1)):
            yield structs.replace(claims[run[0].order], role="claim"), run


def _concerns(view: View, fact: Fact, params: CustomerSnatchingParams) -> bool:
    """Not where only one works, up to a claim before; nor the owner's newest: no run needs it."""
    near = near_a_run(view.facts, fact, 2 * params.within, _SEVERAL)
    owner = owner_as_of(view, fact.at, fact.at + params.within) if near else None
    return near and (owner != fact.about or not is_newest(view.facts, fact))


def judge(view: View, params: CustomerSnatchingParams) -> Iterable[Finding]:
    """One finding for each run of things that one colleague created."""
    for claim, run in _inroads(view, params):
        first = run[0]
        yield Finding(
            anchor=f"{view.entity_id}\n{first.about}\n{first.anchor}",
            facts=(claim, *run),
            # The last of the run, and what may still be said of its owner.
            until=first.at + 2 * params.within,
            subject=Subject(employee=first.about, customer=view.entity_id),
            values={
                "owner": claim.about,
                "since": str(first.at),
                "total": total(run, view.common),
                **{kind: "created" for kind in WORK if any(act.role == kind for act in run)},
            },
            measured={"within": elapsed(claim.at, first.at)},
        )


def forget(view: View, params: CustomerSnatchingParams, limit: int) -> list[Fact]:
    """Without what is more than `within` before whatever may still be part of a run.

    A run goes whole or stays whole, for half of one would look like a new run. What was part of one
    that is over and may still be a claim stays as nothing else.
    """
    facts, oldest = view.facts, limit - params.within
    if not facts or facts[0].at >= oldest:
        return list(facts)
    if facts[0].at >= oldest - 2 * params.within and len({fact.about for fact in facts}) > 1:
        return list(facts)  # to look for runs at each event would cost as much as to judge
    over: set[Order] = set()
    for _, run in _inroads(view, params):
        if run[0].at + params.within < limit - params.within:
            over.update(act.order for act in run)
        else:
            oldest = min(oldest, run[0].at - params.within)
    return [
        structs.replace(fact, role=UPDATED) if over and fact.order in over else fact
        for fact in facts[bisect_left(facts, oldest, key=by_time) :]
        if not over or fact.order not in over or fact.role == "activity"
    ]


DETECTOR = Detector(
    id="customer-snatching",
    severity="warning",
    title=Bilingual("Colleague's customer worked on", "抢单"),
    params=CustomerSnatchingParams(),
    reads=(
        read(
            "customer",
            CrmEdit,
            _work,
            where=edits(
                "create", "update", of=("activity", "quote", "opportunity", "order"), also=_works
            ),
        ),
    ),
    judge=judge,
    says=says(
        Sentence(
            "{employee} created {total:record} ({kinds}) on customer {customer} of "
            "{owner:employee} within {within} from {since:time}; the owner's last activity before "
            "that was at {first:time}.",
            "{employee}自 {since:time} 起 {within}内，在{owner:employee}名下的客户 {customer} 上"
            "新建了 {total} 条记录（{kinds}）；此前归属人最近一次跟进是在 {first:time}。",
        ),
        kinds=Listing(
            tuple(Sentence(it.en, it.zh, f"{kind}=created") for kind, it in WORK.items())
        ),
    ),
    notes={
        "claim": Bilingual("the owner's last activity before", "归属人此前最近一次跟进"),
        **{
            kind: Bilingual(f"{kind} created by a colleague", f"同事新建{it.zh}")
            for kind, it in WORK.items()
        },
    },
    # Beyond the two that a claim and its run span, the one in which `forget` looks at nothing yet.
    keeps=lambda params: 3 * params.within,
    forget=forget,
    needs=("employees",),
    watches=WHOSE_CUSTOMER,
    concerns=_concerns,
    # As long as only one works there is room for whatever they do.
    spare=Spare(
        frozenset({*WORK, UPDATED}),
        lambda view, params: spare_before_a_run(view.facts, 2 * params.within, _SEVERAL),
    ),
)
