"""Sliding runs by total weight, found fast among very many facts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from offbook.detectors.fact import Fact


def _time(fact: Fact) -> int:
    return fact.at


def heavy_runs(facts: Sequence[Fact], window: int, threshold: int) -> Iterator[Sequence[Fact]]:
    """The same as `runs(facts, window, total_of(threshold))`, by leaps.

    From an anchor the total is reached at some fact, found in the running totals; if that fact is
    out of the window, so it is for every anchor more than a window before it. A week of an
    employee's views (800 facts) takes 40 µs instead of 800.
    """
    totals = [0, *accumulate([fact.weight for fact in facts])]
    start = 0
    while (reached := bisect_left(totals, totals[start] + threshold)) < len(totals):
        earliest = facts[reached - 1].at - window
        if facts[start].at < earliest:
            start = bisect_left(facts, earliest, start, key=_time)
            continue
        end = bisect_right(facts, facts[start].at + window, start, key=_time)
        yield facts[start:end]
        start = end


def open_heavy_runs(
    facts: list[Fact],
    window: int,
    threshold: int,
    limit: int,
    until: Callable[[Sequence[Fact]], int],
) -> list[Fact]:
    """`facts` without those of runs whose `until` is before `limit`, and without those of none.

    As with `open_runs` a run goes whole or stays whole; but what belongs to no run goes as soon as
    no event after `limit` can reach it, however long the runs beside it stay. `until` is never
    before the end of the run's window.
    """
    horizon = limit - window
    if not facts or facts[0].at >= horizon:
        return facts
    kept: list[Fact] = []
    over = horizon - 1
    for run in heavy_runs(facts[: bisect_right(facts, limit, key=_time)], window, threshold):
        if run[0].at >= horizon:
            break
        if until(run) >= limit:
            kept.extend(run)
        over = max(over, run[-1].at)
    return kept + facts[bisect_right(facts, over, key=_time) :]
