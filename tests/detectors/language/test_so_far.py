"""What is told of a long run while it goes on: the first twenty, then what is news, then all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.alert import Alert
from contract.times import DAY, HOUR, MINUTE, SECOND
from detectors.facts.fact import Fact
from detectors.facts.thinning import Part
from detectors.facts.view import View
from detectors.language.so_far import AT_ONCE, so_far
from detectors.rules.catalogue import BY_ID
from tests.detectors.timeline import at, deletes, final, local, only

NINE = at("2026-03-02 09:00")
OVER = NINE + 90 * DAY


class Clock:
    """Stream time, as a view tells it."""

    def __init__(self, now: int | None) -> None:
        self._now = now

    def passed(self, due: int) -> bool:
        return self._now is not None and self._now > due


def facts(weights: Sequence[int], every: int = SECOND, **fields: str) -> list[Fact]:
    return [
        Fact(NINE + n * every, "delete", "//crm", f"d{n}", 0, 0, n, "", weight, dict(fields))
        for n, weight in enumerate(weights)
    ]


def told(run: Sequence[Fact], now: int | None = NINE) -> int:
    """How many facts of a run are told."""
    return len(so_far(cast(View, Clock(now)), run, OVER))


@pytest.mark.parametrize(
    ("count", "expected"), [(1, 1), (20, 20), (21, 20), (39, 20), (40, 40), (79, 40), (80, 80)]
)
def test_twenty_are_told_at_once_then_each_doubling(count: int, expected: int) -> None:
    assert told(facts([1] * count)) == expected


def test_what_weighs_as_much_as_all_before_it_is_told_at_once() -> None:
    #   20 deletes of one record ── one of 10 000 records ── 5 of one
    run = facts([1] * 20 + [10_000] + [1] * 5)
    assert told(run) == 21


def test_so_is_a_payment_as_large_as_all_before_it() -> None:
    small, large = facts([1] * 25, amount="100.00"), facts([1] * 26, amount="2000.00")
    assert told(small) == AT_ONCE
    assert told([*small, large[25]]) == 26


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NINE + HOUR, 20),
        (NINE + HOUR + 1, 25),
        (NINE + 2 * HOUR, 25),
        (NINE + 2 * HOUR + 1, 31),
        (None, 20),
        (OVER, 31),
        (OVER + 1, 31),
    ],
)
def test_all_is_told_that_is_no_older_than_an_age_that_has_passed(
    now: int | None, expected: int
) -> None:
    #   9:00 ── 25 in the first hour ──┊10:00── 6 more ──┊11:00
    run = [*facts([1] * 25, MINUTE), *facts([1] * 120, MINUTE)[90:96]]
    assert told(run, now) == expected


def test_at_least_so_much_is_told_as_is_enough() -> None:
    run = facts([1] * 45)
    found = so_far(cast("View", Clock(NINE)), run, OVER, lambda some: len(some) >= 33)
    assert isinstance(found, Part)
    assert (len(found), found.more) == (33, NINE + HOUR)


weights = st.lists(st.integers(1, 50), min_size=1, max_size=300)


@given(weights)
def test_revisions_grow_with_the_logarithm(these: list[int]) -> None:
    run = facts(these)
    seen = {told(run[:count]) for count in range(1, len(run) + 1)}
    total = [*accumulate(these)][-1]
    assert len(seen) <= AT_ONCE + total.bit_length()


@given(weights, st.integers(0, 100 * DAY))
def test_what_is_told_is_a_beginning_and_of_what_is_over_all(these: list[int], after: int) -> None:
    run = facts(these)
    found = so_far(cast(View, Clock(NINE + after)), run, OVER)
    assert list(found) == run[: len(found)]
    assert len(found) >= min(len(run), AT_ONCE)
    is_over = NINE + after > OVER
    assert isinstance(found, Part) is (len(run) > AT_ONCE and not is_over)
    assert len(found) == len(run) or not is_over


# In the engine.


def raised(order: Sequence[Any]) -> list[Alert]:
    run = local(BY_ID["bulk-delete"])
    alerts: list[Alert] = []
    for deed in order:
        alerts += run.feed(deed)
    return [*alerts, *run.advance(NINE + 2 * HOUR)]


def test_a_flood_has_few_revisions_and_in_the_end_all_of_it_is_told() -> None:
    #   45 deletes in 45 minutes of an hour ──┊── it is over
    alerts = raised([deletes(NINE + n * MINUTE, "E-1") for n in range(45)])
    measured = [it.rule.measured["threshold"] for it in alerts if it.rule is not None]
    assert measured == ["20", "20+", "40+", "45"]


def test_in_whatever_order_they_come() -> None:
    deeds = [deletes(NINE + n * MINUTE, "E-1", id=f"d{n}") for n in range(45)]
    expected = only(raised(deeds))
    for seed in range(5):
        shuffled = list(deeds)
        Random(seed).shuffle(shuffled)
        (found,) = (it for it in final(raised(shuffled)).values() if it.state == "firing")
        assert found.evidence == expected.evidence
        assert found.summary == expected.summary
