"""What is usual: days that are folded, medians and deviations, weeks, runs beyond the usual."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.times import DAY, HOUR
from detectors.facts.fact import Fact, insert, joined
from detectors.facts.reference import Reference
from detectors.language.sliding import runs, total_of
from detectors.words.sales.by_day import (
    SALES,
    amounts_by_day,
    by_day,
    exceeded,
    fold,
    fold_days,
    in_currency,
    open_sales,
    orders_by_day,
    sale,
    surges,
)
from detectors.words.sales.by_week import WEEK, Weeks, day_number, monday
from tests.detectors.sales import NINE, daily, sells
from tests.detectors.timeline import after

YUAN = in_currency("CNY")
NEVER = -1


def facts(*events: object) -> list[Fact]:
    known: list[Fact] = []
    for event in events:
        insert(known, sale(event, Reference()))  # type: ignore[arg-type]
    return known


_orders = st.lists(
    st.builds(
        lambda day, hour, amount, currency, number_: sale(
            sells(f"{day * 24 + hour}h", amount, currency=currency, number=number_), Reference()
        ),
        st.integers(0, 12),
        st.sampled_from((0, 14, 15)),
        st.sampled_from(("1", "0", "0.30", "10.5", "99999999999999999", "0.00000000000000001")),
        st.sampled_from(("CNY", "CNY", "USD")),
        st.integers(0, 2),
    ),
    max_size=20,
)


@given(_orders, st.lists(st.integers(-1, 14), max_size=3))
def test_folding_changes_no_day(orders: list[Fact], folds: list[int]) -> None:
    known: list[Fact] = []
    for order in orders:
        insert(known, order)
    folded = known
    for day in folds:
        folded = fold(folded, after(NINE, f"{day * 24 + 14}h"), 100, YUAN)
    assert folded == sorted(folded, key=lambda fact: fact.order)
    assert by_day(folded, YUAN) == by_day(known, YUAN)
    assert amounts_by_day(folded, YUAN) == amounts_by_day(known, YUAN)
    assert orders_by_day(folded, YUAN) == orders_by_day(known, YUAN)
    assert len(folded) <= len(known)


def test_a_day_is_told_by_its_newest_order() -> None:
    first, last, other = sells("0s", "0.10"), sells("2h", "0.20"), sells("1h", "9", currency="USD")
    (day,) = by_day(facts(first, last, other), YUAN).values()
    assert (day.id, day.at, day.role, day.about) == (last.id, last.time, SALES, "2026-03-02")
    assert (day.weight, day.fields) == (2, {"amount": "0.30"})


def test_what_comes_after_its_time_was_folded_does_not_count_nor_does_a_repeat() -> None:
    #   09:00 10:00 │ folded ── 09:30 comes, and 09:00 and 10:00 again, and 11:00
    folded = fold(facts(sells("0s"), sells("1h")), after(NINE, "1h"), 100, YUAN)
    assert [fact.role for fact in folded] == [SALES]
    for late in (sells("30m"), sells("0s"), sells("1h"), sells("2h")):
        insert(folded, sale(late, Reference()))
    assert open_sales(folded, YUAN) == facts(sells("2h"))
    assert orders_by_day(folded, YUAN) == {"2026-03-02": 3}
    assert fold(folded, after(NINE, "1d"), 100, YUAN) == fold(
        facts(sells("0s"), sells("1h"), sells("2h")), after(NINE, "1d"), 100, YUAN
    )


def test_only_days_that_are_over_are_folded_and_old_ones_go() -> None:
    #   03-02 … 03-11 with two orders each
    known = facts(*daily(0, 9), *daily(0, 9, number=2))
    midnight = after(NINE, "63h")  # the end of 03-04 in Shanghai; 12 h west of UTC it is 20 h later
    assert fold_days(known, after(midnight, "-1h"), 30, YUAN)[0].about == "2026-03-02"
    folded = fold_days(known, after(midnight, "20h"), 30, YUAN)
    assert [fact.about for fact in folded if fact.role == SALES] == [
        "2026-03-02",
        "2026-03-03",
        "2026-03-04",
    ]
    assert len(folded) == 3 + 2 * 7
    recent = fold_days(folded, after(midnight, "92h"), 2, YUAN)
    assert [fact.about for fact in recent if fact.role == SALES] == ["2026-03-06", "2026-03-07"]
    assert fold_days(recent, known[-1].at + 3 * DAY, 2, YUAN) != []
    assert fold_days(recent, known[-1].at + 3 * DAY + 1, 2, YUAN) == []


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Asia/Shanghai", "America/Los_Angeles"])
def test_no_day_is_folded_before_its_end_wherever_the_company_is(zone: str) -> None:
    reference = Reference(zone)
    for hour in range(48):
        order = sale(sells(f"{hour}h"), reference)
        end = reference.end_of_day(date.fromisoformat(order.about))
        assert fold_days([order], end, 30, YUAN) == [order]
        assert fold_days([order], end + 26 * HOUR, 30, YUAN) != [order]


def test_totals_are_joined_exactly() -> None:
    one, other = facts(sells("0s", "99999999999999999.9"), sells("1h", "0.00000000000000001"))
    both = joined(one, (one, other))
    assert both.fields["amount"] == "99999999999999999.90000000000000001"
    assert (both.weight, both.at, both.fields["currency"]) == (2, one.at, "CNY")
    bare = Fact(0, "seen", "s", "1", 0, 0, 0, weight=2)
    assert joined(bare, (bare, bare)) == Fact(0, "seen", "s", "1", 0, 0, 0, weight=4)


# How far from the usual.


def figures(*numbers: str) -> list[Decimal]:
    return [Decimal(it) for it in numbers]


@pytest.mark.parametrize("figure, above", [("129.65", None), ("129.652", "2")])
def test_a_deviation_is_1_4826_of_the_median_distance(figure: str, above: str | None) -> None:
    #   median 100, distances 20 10 0 10 20: 14.826
    normal = exceeded(figures("80", "90", "100", "110", "120"), Decimal(figure), Decimal(2), 5)
    assert (None if normal is None else str(normal.above(Decimal(figure)))) == above


def test_a_deviation_is_at_least_some_percent_of_the_median() -> None:
    same = figures("100", "100", "100")
    assert exceeded(same, Decimal("129.99"), Decimal(6), 5) is None
    normal = exceeded(same, Decimal(130), Decimal(6), 5)
    assert normal is not None
    assert (normal.days, normal.median, normal.deviation) == (3, 100, 5)


# Weeks.


@given(st.dictionaries(st.integers(0, 40), st.integers(0, 9), min_size=1), st.integers(-20, 80))
def test_a_week_is_the_seven_days_up_to_its_last(amounts: dict[int, int], last: int) -> None:
    start = date(2026, 3, 2)
    days = {
        (start + timedelta(day)).isoformat(): Fact(
            day * DAY, SALES, "s", str(day), 0, 0, 0, fields={"amount": str(amounts[day])}
        )
        for day in sorted(amounts)
    }
    weeks, day = Weeks(days), start.toordinal() + last
    within = [it for it in sorted(amounts) if last - WEEK < it <= last]
    assert weeks.amount(day) == sum(amounts[it] for it in within)
    assert str(weeks.amount(day)) == str(sum(amounts[it] for it in within)), "0 has no sign"
    assert weeks.before(day, 2) == [weeks.amount(day - 7), weeks.amount(day - 14)]
    before = [it for it in sorted(amounts) if it <= last][-1:]
    assert [fact.id for fact in weeks.facts(day)] == [str(it) for it in within or before]


def test_a_calendar_week_begins_on_monday() -> None:
    assert monday(day_number("2026-03-02")) == day_number("2026-03-02")
    assert monday(day_number("2026-03-08")) == day_number("2026-03-02")
    assert monday(day_number("2026-03-09")) == day_number("2026-03-09")


# Runs beyond the usual.


@given(st.lists(st.integers(0, 30), max_size=20), st.integers(1, 4))
def test_with_one_threshold_for_all_surges_are_runs(times: list[int], threshold: int) -> None:
    known = [Fact(at, "sale", "s", str(n), 0, 0, 0) for n, at in enumerate(sorted(times))]
    found = list(surges(known, 5, lambda _, orders: orders >= threshold))
    assert found == list(runs(known, 5, total_of(threshold)))


def test_each_anchor_has_a_threshold_of_its_own() -> None:
    #   0 1 2 (needs 4) │ 3 (needs 2) 4 5
    known = [Fact(at, "sale", "s", str(at), 0, 0, 0) for at in range(6)]
    found = surges(known, 2, lambda anchor, orders: orders >= (4 if anchor.at < 3 else 2))
    assert [[fact.at for fact in run] for run in found] == [[3, 4, 5]]
