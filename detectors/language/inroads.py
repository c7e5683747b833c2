"""Inroads: what somebody creates on a customer soon after its owner worked on it.

──A────────────x──x─────x──────────►  by event time
  owner's      └ a run of what one
  claim          colleague created ┘
  └─ within ───┘
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from msgspec import structs

from detectors.facts.fact import Fact, Order, by_time
from detectors.facts.sequences import is_newest
from detectors.facts.view import View
from detectors.language.memory import Memory
from detectors.language.sliding import distinct_of, near_a_run, runs, spare_before_a_run, total_of
from detectors.words.ownership import owner_as_of

#: An activity entered, which is a claim of whoever owns the customer and an inroad of anybody else.
ACTIVITY = "activity"
#: An activity taken up again: it keeps the owner's claim alive, and is nobody's inroad.
UPDATED = "updated"
_SEVERAL = distinct_of(2)


def inroads(view: View, within: int) -> Iterator[tuple[Fact, Sequence[Fact]]]:
    """The runs of things that one colleague created, each with the owner's claim before it.

    A colleague is neither the owner as of then nor the owner's manager. A claim lasts `within`
    (µs), and so does a run from its first.
    """
    acts: dict[str, list[Fact]] = {}
    claims: dict[Order, Fact] = {}
    for act, last in _after_others(view.facts, within):
        claim = last.get(owner_as_of(view, act.at, act.at + within) or "")
        if claim is None or act.at - claim.at > within:
            continue
        if act.about not in (claim.about, view.reference.manager_of(claim.about)):
            acts.setdefault(act.about, []).append(act)
            claims[act.order] = claim
    for work in acts.values():
        for run in runs(work, within, total_of(1)):
            yield structs.replace(claims[run[0].order], role="claim"), run


def _after_others(facts: Sequence[Fact], within: int) -> Iterator[tuple[Fact, dict[str, Fact]]]:
    """What was created at most `within` after an activity of anybody else's, whoever owns it, with
    the last activity of each up to then. What happens at the same instant comes after."""
    if len({fact.about for fact in facts}) < 2:
        return
    last: dict[str, Fact] = {}
    for at, instant in groupby(facts, key=by_time):
        together = list(instant)
        last.update({it.about: it for it in together if it.role in (ACTIVITY, UPDATED)})
        for act in together:
            if act.role != UPDATED and any(
                who != act.about and at - seen.at <= within for who, seen in last.items()
            ):
                yield act, last


def is_no_inroad(view: View, fact: Fact, params: Any) -> bool:
    """Where only one works, up to a claim before; and the owner's newest: no run needs it."""
    if not near_a_run(view.facts, fact, 2 * params.within, _SEVERAL):
        return True
    owner = owner_as_of(view, fact.at, fact.at + params.within)
    return owner == fact.about and is_newest(view.facts, fact)


def room_for_one(view: View, params: Any) -> int:
    """As long as only one works there is room for whatever they do."""
    return spare_before_a_run(view.facts, 2 * params.within, _SEVERAL)


def _forget(view: View, params: Any, limit: int) -> list[Fact]:
    """Without what is more than `within` before whatever may still be part of a run.

    What was part of one that is over and may still be a claim stays as nothing else.
    """
    facts, oldest = view.facts, limit - params.within
    if not facts or facts[0].at >= oldest:
        return list(facts)
    if facts[0].at >= oldest - 2 * params.within and len({fact.about for fact in facts}) > 1:
        return list(facts)  # to look for runs at each event would cost as much as to judge
    over: set[Order] = set()
    for _, run in inroads(view, params.within):
        if run[0].at + params.within < limit - params.within:
            over.update(act.order for act in run)
        else:
            oldest = min(oldest, run[0].at - params.within)
    return [
        structs.replace(fact, role=UPDATED) if over and fact.order in over else fact
        for fact in facts[bisect_left(facts, oldest, key=by_time) :]
        if not over or fact.order not in over or fact.role == ACTIVITY
    ]


#: A run goes whole or stays whole, with its claim.
RUNS_WITH_THEIR_CLAIMS = Memory(forget=_forget)
