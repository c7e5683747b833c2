"""The shapes that detectors are made of, each written once.

All are functions of facts in order of time, and of nothing else: whatever order the facts
arrived in, the shape is the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Protocol

from detectors.facts.fact import Fact, by_time
from detectors.facts.sequences import around
from detectors.facts.thinning import Part, is_flood, two_digits
from detectors.facts.view import View
from detectors.language.detector import ENDLESS
from detectors.language.so_far import so_far

Reached = Callable[[Sequence[Fact]], bool]


class Enough(Protocol):
    """A condition that tells how far facts are from it. Monotone: more facts never reach less."""

    def __call__(self, facts: Sequence[Fact]) -> bool:
        """Whether they reach it."""

    def spare(self, facts: Sequence[Fact]) -> int:
        """How much more weight they have room for, of the newest's `about`: less than this."""


_weight = attrgetter("weight")
_about = attrgetter("about")
_NOTHING = {""}


@dataclass(frozen=True, slots=True)
class _Total:
    threshold: int

    def __call__(self, facts: Sequence[Fact]) -> bool:
        return self.spare(facts) <= 0

    def spare(self, facts: Sequence[Fact]) -> int:
        total: int = sum(map(_weight, facts))
        return self.threshold - total


@dataclass(frozen=True, slots=True)
class _Distinct:
    threshold: int

    def __call__(self, facts: Sequence[Fact]) -> bool:
        return len({*map(_about, facts)} - _NOTHING) >= self.threshold

    def spare(self, facts: Sequence[Fact]) -> int:
        return 0 if self(facts) else ENDLESS


@dataclass(frozen=True, slots=True)
class _Either:
    conditions: tuple[Enough, ...]

    def __call__(self, facts: Sequence[Fact]) -> bool:
        return any(reached(facts) for reached in self.conditions)

    def spare(self, facts: Sequence[Fact]) -> int:
        return min(reached.spare(facts) for reached in self.conditions)


@cache
def total_of(threshold: int) -> Enough:
    """Weights that sum to at least `threshold`."""
    return _Total(threshold)


@cache
def distinct_of(threshold: int) -> Enough:
    """At least `threshold` different `about`s; the empty one says nothing and counts nothing."""
    return _Distinct(threshold)


def either(*conditions: Enough) -> Enough:
    """Any of the conditions."""
    return _Either(conditions)


def runs(facts: Sequence[Fact], window: int, reached: Reached) -> Iterator[Sequence[Fact]]:
    """Sliding runs: the facts within `window` of an anchor, where together they reach enough.

    The anchor is the earliest fact from which enough is reached; the run covers everything within
    the closed interval [anchor, anchor + window]; the next anchor comes after it. A fact into which
    others were folded lies within if all of them do.

    Enough must be monotone (more facts never reach less): so one pass with two ends suffices, and
    none begins in the first of two windows that together do not reach it.
    """
    if not reached(facts):
        return
    start = 0
    end = 0
    total = len(facts)
    looked_to = None
    while start < total:
        last = facts[start].at + window
        if looked_to is None or facts[start].at > looked_to:
            beyond = bisect_right(facts, last + window, start, key=by_time)
            if not reached(facts[start:beyond]):
                start = bisect_right(facts, last, start, beyond, key=by_time)
                continue
            looked_to = last
        end = max(end, start)
        while end < total and facts[end].at + facts[end].lasts <= last:
            end += 1
        run = facts[start:end]
        if reached(run):
            yield run
            start = end
        else:
            start += 1


def open_runs(
    facts: list[Fact], window: int, reached: Reached, limit: int, stays: int = 0
) -> list[Fact]:
    """`facts` without those of runs that ended `stays` before `limit`, and of none that no event
    after `limit` can still reach.

    A run goes whole or stays whole: half of one could join its successor and look like a new run.
    """
    if not facts or facts[0].at + window >= limit:
        return facts
    over = bisect_right(facts, limit, key=by_time)
    kept: list[Fact] = []
    start = 0
    for run in runs(facts[:over], window, reached):
        if run[0].at + window >= limit:
            break
        if run[0].at + window + stays >= limit:
            kept.extend(run)
        start = facts.index(run[-1], start) + 1
    while start < over and facts[start].at + window < limit:
        start += 1
    return kept + facts[start:]


@dataclass(frozen=True, slots=True)
class Sliding:
    """The runs of a detector within its parameter `window`; `enough` makes the condition of its
    parameters.

    What is found and what is kept go by one condition, or runs would be forgotten in halves.
    """

    enough: Callable[[Any], Enough]

    def found(self, facts: Sequence[Fact], params: Any) -> Iterator[Sequence[Fact]]:
        """`runs` of the facts."""
        return runs(facts, params.window, self.enough(params))

    def prune(self, facts: list[Fact], params: Any, limit: int, stays: int = 0) -> list[Fact]:
        """`open_runs`, as a detector prunes."""
        return open_runs(facts, params.window, self.enough(params), limit, stays)

    def near(self, facts: Sequence[Fact], fact: Fact, params: Any) -> bool:
        """`near_a_run`: whether a new fact can change anything."""
        return near_a_run(facts, fact, params.window, self.enough(params))

    def spare(self, view: View, params: Any) -> int:
        """`spare_before_a_run`, as a detector says it."""
        return spare_before_a_run(view.facts, params.window, self.enough(params))

    def so_far(self, view: View, run: Sequence[Fact], params: Any) -> Sequence[Fact]:
        """What is told of a run while its window lasts."""
        return so_far(view, run, run[0].at + params.window, self.enough(params))

    def still_open(self, facts: Sequence[Fact], since: int, params: Any) -> Sequence[Fact]:
        """The facts behind the last run whose window was over before `since`: by them alone the
        runs behind it are found as they would be by all."""
        beyond = 0
        for run in self.found(facts, params):
            if run[0].at + params.window >= since:
                break
            beyond = facts.index(run[-1], beyond) + 1
        return facts[beyond:]

    def moves(self, view: View, fact: Fact, params: Any) -> bool:
        """Whether a new fact changes what is told of a run, or when more is told.

        Of a flood few do: what is held back waits for a time that is set, and what is over has a
        total of two digits, and shows facts that come before the new one. The facts have one role.
        """
        facts = view.facts
        if not self.near(facts, fact, params):
            return False
        run = next((run for run in self.found(facts, params) if fact in run), None)
        if run is None:
            return False
        told = self.so_far(view, run, params)
        if isinstance(told, Part):
            return view.due is None or view.due > told.more or fact.at <= told[-1].at
        total, before = sum(map(_weight, run)), sum(map(_weight, run[: run.index(fact)]))
        unmoved = two_digits(total) == two_digits(total - fact.weight) <= before
        return not (unmoved and is_flood(run, view.common.max_evidence + 1))


def near_a_run(facts: Sequence[Fact], fact: Fact, window: int, reached: Reached) -> bool:
    """Whether `fact` can belong to any run: enough lies within `window` on its two sides.

    A run is near every fact it covers, so where there is none, the runs are what they were.
    """
    return reached(around(facts, fact.at, window))


def spare_before_a_run(facts: Sequence[Fact], window: int, enough: Enough) -> int:
    """How much weight may come, in facts later than all and of the newest's `about`, before one of
    them is `near_a_run`: less than this.

    What lies within `window` before such a one came with it, or lies within it of the newest now.
    """
    return enough.spare(around(facts, facts[-1].at, window))
