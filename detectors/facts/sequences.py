"""Questions to facts in order of time: what is near, what came in time, what needs no keeping."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from detectors.facts.fact import Fact, Order, by_time

#: Most of what is asked for is among so many of the newest.
_NEAR = 16


def around(facts: Sequence[Fact], at: int, within: int) -> Sequence[Fact]:
    """The facts at most `within` before or after `at`."""
    first, last, end = at - within, at + within, len(facts)
    if end and facts[-1].at > last:
        end = bisect_right(facts, last, key=by_time)
    start = end - _NEAR if end > _NEAR and facts[end - _NEAR].at < first else 0
    return facts[bisect_left(facts, first, start, end, key=by_time) : end]


def is_newest(facts: Sequence[Fact], fact: Fact) -> bool:
    """Whether `fact`, one of `facts`, is later than all others."""
    newest = facts[-1]
    if newest is not fact and newest.order != fact.order:
        return False
    return len(facts) == 1 or facts[-2].at < fact.at


def sequence(firsts: Sequence[Fact], second: Fact, within: int) -> list[Fact]:
    """The `firsts` that `second` follows, at the same instant or `within` after."""
    return [first for first in firsts if second.at - within <= first.at <= second.at]


def absence(pieces: Sequence[Fact], since: int | None, deadline: int) -> Fact | None:
    """The earliest piece in the closed interval [since, deadline] that proves nothing is missing.

    `since` None looks back without end. None means absent: true only once stream time has
    passed the deadline and the grace, which a finding says by its `due`.
    """
    for piece in pieces:
        if piece.at > deadline:
            return None
        if since is None or piece.at >= since:
            return piece
    return None


def covered(facts: Sequence[Fact], span: int) -> set[Order]:
    """Which of the facts, by their `order`, lie between two of the same `about` `span` apart at
    most: whoever asks for one within `span` or more finds one of the two anyway.
    """
    needless: set[Order] = set()
    kept: dict[str, list[Fact]] = {}
    for fact in facts:
        last = kept.setdefault(fact.about, [])
        if len(last) >= 2 and fact.at - last[-2].at <= span:
            needless.add(last.pop().order)
        last.append(fact)
    return needless
