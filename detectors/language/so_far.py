"""How much of a run is told while it goes on: all of a few, and of many what is news.

Whoever looks at 250 customers an hour, or pays a hundred times into one account, would else have an
alert that is written anew each time, and says nothing new. What is held back for now is told when
what was told has doubled, when the run is twice as old, or when it is over: the revisions grow with
the logarithm of the events. What is told follows from the facts and the time alone, so it is the
same in whatever order they came.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate

from contract.times import HOUR
from detectors.facts.fact import EXACT as EXACTLY
from detectors.facts.fact import Fact, by_time
from detectors.facts.thinning import Part, two_digits
from detectors.facts.view import View

#: Of so many facts each is told at once.
AT_ONCE = 20
#: The first time since the first fact at which all is told that is no older (µs); then each
#: doubling of it.
_AGE = HOUR


def so_far(
    view: View,
    run: Sequence[Fact],
    over: int,
    reached: Callable[[Sequence[Fact]], bool] | None = None,
) -> Sequence[Fact]:
    """What is told of a run that is `over` at a time (µs), at least as much as has `reached` what
    is enough. Of more than a few it is a `Part` until it is over: there may be more.

    A large weight, or a large amount, is told at once: by it what was told doubles.
    """
    folded = any(fact.lasts for fact in run)
    if view.passed(over) or (len(run) <= AT_ONCE and not folded):
        return run
    told = _enough(run, reached) if reached is not None else 0
    told = _as_doubled(run, told) if folded else max(told, AT_ONCE)
    told = max(_doubled(run, told), _aged(view, run))
    return Part(run[:told], min(_next_age(view, run), over) if told < len(run) else over)


def _enough(run: Sequence[Fact], reached: Callable[[Sequence[Fact]], bool]) -> int:
    return bisect_left(range(len(run)), True, key=lambda count: reached(run[:count]))


def _as_doubled(run: Sequence[Fact], enough: int) -> int:
    """How many facts there were when the weight of what was told at first had doubled last. Where
    some were folded, nothing is counted by the fact: by the first twenty of those that are left,
    each further one would be told once more."""
    totals = list(accumulate(fact.weight for fact in run))
    news = max(AT_ONCE, two_digits(totals[enough - 1]) if enough else 0)
    while 2 * news <= totals[-1]:
        news *= 2
    return min(bisect_left(totals, news) + 1, len(run))


def _doubled(run: Sequence[Fact], told: int) -> int:
    """How many facts there were when what was told of them had doubled last."""
    weight, amount = sum(it.weight for it in run[:told]), sum(map(_amount, run[:told]))
    more_weight, more_amount = weight, amount
    for place in range(told, len(run)):
        more_weight += run[place].weight
        more_amount = EXACTLY.add(more_amount, _amount(run[place]))
        if more_weight >= 2 * weight or more_amount >= 2 * amount > 0:
            told, weight, amount = place + 1, more_weight, more_amount
    return told


def _amount(fact: Fact) -> Decimal:
    return Decimal(fact.fields.get("amount", 0))


def _aged(view: View, run: Sequence[Fact]) -> int:
    upto = _next_age(view, run) - run[0].at
    return bisect_right(run, run[0].at + upto // 2, key=by_time) if upto > _AGE else 0


def _next_age(view: View, run: Sequence[Fact]) -> int:
    age = _AGE
    while view.passed(run[0].at + age):
        age *= 2
    return run[0].at + age
