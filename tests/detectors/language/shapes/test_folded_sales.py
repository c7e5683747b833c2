"""outlier: the past, of which only the figures are kept: `folded_days` and `folded_runs`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contract.times import DAY, HOUR
from detectors.facts.fact import Fact
from detectors.language import (
    by_about,
    by_day,
    day_before,
    folded_days,
    folded_runs,
    in_currency,
    open_sales,
    sale,
)
from detectors.words.sales.by_day import SALES, orders_by_day
from tests.detectors.language.tiny import more
from tests.detectors.sales import NINE, daily, sells
from tests.detectors.timeline import after, at, company

YUAN = in_currency("CNY")


def test_a_year_costs_no_more_than_the_days_that_are_looked_back_on() -> None:
    #   ten orders a day for sixty days: those of days that are over are one fact each
    orders = [it for number in range(10) for it in daily(0, 60, number=number)]
    facts = [sale(it, company()) for it in sorted(orders, key=lambda it: it.time)]
    prune = folded_days(lambda _: 8, lambda _: YUAN).prune
    assert prune is not None
    kept = prune(facts, None, after(NINE, "40d"))
    days = by_about(it for it in kept if it.role == SALES)
    assert len(days) == 8
    assert {it.weight for of_day in days.values() for it in of_day} == {10}
    assert orders_by_day(facts, YUAN) | orders_by_day(kept, YUAN) == orders_by_day(facts, YUAN)


def two_within_an_hour(facts: Sequence[Fact], _: Any) -> Iterator[Sequence[Fact]]:
    left = open_sales(facts, YUAN)
    while left:
        run = [it for it in left if it.at <= left[0].at + HOUR]
        if len(run) >= 2:
            yield run
        left = left[len(run) if len(run) >= 2 else 1 :]


@more
@given(
    st.lists(st.integers(0, 96), min_size=1, max_size=30, unique=True).map(sorted),
    st.integers(40, 110),
)
def test_a_run_is_folded_whole_and_the_days_stay_what_they_were(
    halves: list[int], upto: int
) -> None:
    #   ── a run within an hour goes into its day whole ──┤ limit ── or not at all
    facts = [sale(sells(f"{it // 2}h", micro=it % 2 * HOUR // 2), company()) for it in halves]
    prune = folded_runs(two_within_an_hour, lambda _: YUAN, HOUR, 7 * DAY).prune
    limit = at(NINE) + upto * HOUR // 2
    assert prune is not None
    kept = prune(facts, None, limit)
    open_ = {it.order for it in open_sales(kept, YUAN)}
    for run in two_within_an_hour(facts, None):
        assert len({it.order in open_ for it in run}) == 1
        if run[0].at + HOUR >= limit and kept:
            assert run[0].order in open_
    before, now = by_day(facts, YUAN), by_day(kept, YUAN)
    assert {it: fact.weight for it, fact in now.items()} == {it: before[it].weight for it in now}
    newest = max((it.about for it in kept), default="")
    assert {it for it in before if kept and it > day_before(newest, 8)} <= set(now)
