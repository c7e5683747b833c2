"""How a detector forgets, where it is not just whatever is older than it looks back.

What belongs to one alert goes whole or stays whole: half of it would look like another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contract.times import DAY
from detectors.facts.fact import Fact, by_time
from detectors.facts.sequences import around, covered
from detectors.language.detector import Folds, Forget, Prune
from detectors.language.found import Span, length


@dataclass(frozen=True, slots=True)
class Memory:
    """What of `Detector` says how facts are dropped and folded."""

    prune: Prune | None = None
    forget: Forget | None = None
    holds_evidence: bool = False
    folds: Folds | None = None


#: What is older than the detector looks back goes.
BY_AGE = Memory()
#: So it does, but for what a raised alert rests on.
WITH_WHAT_IS_TOLD = Memory(holds_evidence=True)


def folded_within(span: Span) -> Memory:
    """What is older goes, but for what a raised alert rests on; of too many, those that say the
    same within this time are joined."""
    return Memory(holds_evidence=True, folds=Folds(lambda params: length(span, params)))


def no_older_than(span: Span) -> Memory:
    """What is older than this goes, though the detector looks back for longer."""

    def prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
        oldest = limit - length(span, params)
        return [fact for fact in facts if fact.at >= oldest]

    return Memory(prune)


def thing_by_thing(span: Span) -> Memory:
    """All that is about one thing stays until the newest of it is older than this."""

    def prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
        newest = {fact.about: fact.at for fact in facts}
        oldest = limit - length(span, params)
        return [fact for fact in facts if newest[fact.about] >= oldest]

    return Memory(prune)


def since_the_first(span: Span) -> Memory:
    """As long as any fact about a thing is younger than this, its first stays, and all since.

    Without the first the second would be news.
    """

    def prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
        start = bisect_left(facts, limit - length(span, params), key=by_time)
        if not start:
            return facts
        firsts: dict[str, int] = {}
        for place, fact in enumerate(facts):
            firsts.setdefault(fact.about, place)
        place = len(facts)
        while place > start:
            place -= 1
            start = min(start, firsts[facts[place].about])
        return facts[start:]

    return Memory(prune)


#: Whether a fact is still of use.
Stays = Callable[[Fact], bool]


def covering(role: str, span: Span, others: Callable[[Sequence[Fact], Any, int], Stays]) -> Memory:
    """Of what is asked for within a `span`, facts of this role, those that another covers for go.

    `others` says, of all facts and at a time (µs), which of those of other roles stay.
    """

    def prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
        within = length(span, params)
        oldest = limit - within
        needless = covered([fact for fact in facts if fact.role == role], within)
        stays = others(facts, params, limit)
        return [
            fact
            for fact in facts
            if (
                fact.at >= oldest and fact.order not in needless
                if fact.role == role
                else stays(fact)
            )
        ]

    return Memory(prune)


def opportunities_that_stay(within: Span) -> Callable[[Sequence[Fact], Any, int], Stays]:
    """The stages of an opportunity go together, once it is no longer open and the newest is older
    than this: a closing without its opening would take back what was found while it was open."""

    def others(facts: Sequence[Fact], params: Any, limit: int) -> Stays:
        newest = {fact.about: fact for fact in facts if fact.role == "opportunity"}
        oldest = limit - length(within, params)
        alive = {it.about for it in newest.values() if it.at >= oldest or it.stage == "open"}
        return lambda fact: fact.about in alive

    return others


def with_their_answers(
    is_one: Callable[[Fact, Any], bool],
    may_answer: Callable[[Fact], bool],
    within: Span,
    stay: int,
) -> Memory:
    """What may be found stays until the newest of it is older than `stay` (µs), together with what
    lies `within` of any of it, and with what is young enough to answer for one to come."""

    def prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
        near = length(within, params)
        ones = [fact for fact in facts if is_one(fact, params)]
        if ones and ones[-1].at < limit - stay:
            ones = []
        return [
            fact
            for fact in facts
            if (fact.at >= limit - near and may_answer(fact)) or around(ones, fact.at, near)
        ]

    return Memory(prune)


def day_by_day() -> Memory:
    """Company days (`day` of each fact) go whole. A day is longer by an hour where clocks change.

    Of a day with too many, what says the same is joined.
    """

    def prune(facts: list[Fact], _: Any, limit: int) -> list[Fact]:
        start = bisect_left(facts, limit - 25 * DAY // 24, key=by_time)
        if start == len(facts):
            return []
        day = facts[start].day
        while start and facts[start - 1].day == day:
            start -= 1
        return facts[start:] if start else facts

    return Memory(prune, folds=Folds(lambda _: DAY))
