"""sales-slump: 7 days below 30 % of the median of the 8 weeks before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from detectors.engine.engine import configured
from detectors.facts.view import View
from detectors.language.finding import Finding
from detectors.rules.figures.sales_slump import DETECTOR
from tests.detectors.sales import NINE, created, daily, day_of, sells, worth
from tests.detectors.timeline import (
    after,
    company,
    earliest,
    employee,
    evidence,
    firing,
    ids,
    local,
    only,
    play,
    time_is,
)

DOCUMENTS = (employee("E-SLUMP", "吴刚"),)
#: Mondays, the last of them 02-23: the week up to Sunday 03-01 has one, that up to 03-02 none.
FIRES = ([sells(f"-{week * 7}d", "10000", "E-SLUMP") for week in range(9, 0, -1)], "20h")


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    sales: dict[str, dict[date, list[tuple[Event, Fraction]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for event, edit, image in created(events):
        if (amount := worth(image)) is not None:
            sales[image.owner or edit.actor][day_of(event)].append((event, amount))
    for who, days in sales.items():
        decided: set[tuple[int, int]] = set()
        day = min(days)
        while day < max(days) + timedelta(100):
            sums = [_week(days, day - timedelta(7 * back)) for back in range(9)]
            low = sums[0] * 10 < median(sums[1:]) * 3
            week = day.isocalendar()[:2]
            if low and sum(it > 0 for it in sums[1:]) >= 4 and week not in decided:
                decided.add(week)
                yield ("info", who, None, None, None, frozenset(_newest(days, day)))
            day += timedelta(1)


def _week(days: dict[date, list[tuple[Event, Fraction]]], last: date) -> Fraction:
    week = [last - timedelta(back) for back in range(7)]
    return sum((amount for day in week for _, amount in days.get(day, [])), Fraction(0))


def _newest(days: dict[date, list[tuple[Event, Fraction]]], last: date) -> list[str]:
    """The last order of each of the 7 days, or of all days before."""
    known = [day for day in days if day <= last]
    week = [day for day in known if day > last - timedelta(7)]
    return [days[day][-1][0].id for day in week or [max(known)]]


_extra = st.builds(
    lambda week, hour, micro, amount, by, owner, currency: sells(
        f"{week * 168 + hour}h", amount, by, micro=micro, owner=owner, currency=currency
    ),
    st.integers(0, 14),
    st.sampled_from((0, 14, 15, 24, 72, 158, 159, 167)),
    st.sampled_from((-1, 0, 0, 1)),
    st.sampled_from(("1000", "1000", "300", "299.99", "100", "0", "5000")),
    st.sampled_from(("E-1", "E-1", "E-1", "E-2")),
    st.sampled_from((None, None, "E-1")),
    st.sampled_from((None, "CNY", "CNY", "USD")),
)


@st.composite
def _scenes(draw: st.DrawFn) -> list[Event]:
    """Up to a dozen weeks with an order at their turn, or none, and more at their edges."""
    amounts = st.sampled_from(("1000", "1000", "1000", "3000", "300", "299.99", None))
    hour = draw(st.sampled_from((0, 14, 15, 72)))
    events = [
        sells(f"{week * 168 + hour}h", amount)
        for week in range(draw(st.integers(0, 12)))
        if (amount := draw(amounts))
    ]
    return events + draw(st.lists(_extra, max_size=8))


SCENES = _scenes()


# Mondays to Mondays: an order on each of so many, counted from 2026-03-02, which is 0.


def mondays(first: int, last: int, amount: str = "1000", by: str = "E-1") -> list[Event]:
    return [sells(f"{week * 7}d", amount, by) for week in range(first, last + 1)]


EIGHT = mondays(-8, -1)


def found(*events: Event, until: str = "20h", micro: int = 0) -> list[Alert]:
    reference = company(employee("E-1", "吴刚"))
    return play(events, DETECTOR, until=after(NINE, until, micro), reference=reference)


def test_a_week_far_below_the_usual_is_told_an_hour_after_its_end() -> None:
    #   8 Mondays of 1 000, the last on 02-23: Sunday's week has it ── Monday 03-02: only 200
    low = sells("0s", "200")
    assert found(*EIGHT, low, until="16h", micro=-1) == []
    alert = only(found(*EIGHT, low, until="16h"))
    assert (alert.severity, alert.score, alert.employee) == ("info", 10, "E-1")
    assert evidence(alert) == ids(low)
    assert [piece.note for piece in alert.evidence] == ["the last order of the day"]
    assert alert.detected_at == "2026-03-02T16:59:59.999999Z"
    assert alert.summary.en == (
        "吴刚 (E-1) took orders of 200.00 CNY in the 7 days up to 2026-03-02: 20.0 % of the median "
        "of the 8 weeks before (1,000.00 CNY; 8 of them had orders)."
    )
    assert alert.summary.zh == (
        "吴刚（E-1）截至 2026-03-02 的 7 天内新建订单合计 200.00 元，为此前 8 周中位数的 20.0%"
        "（中位数 1,000.00 元，其中 8 周有订单）。"
    )
    assert alert.rule is not None
    assert alert.rule.measured == {"percent": "20.0", "weeks_with_sales": "8"}


@pytest.mark.parametrize("amount, fires", [("299.99", True), ("300", False)])
def test_30_percent_is_enough_to_live_on(amount: str, fires: bool) -> None:
    assert (found(*EIGHT, sells("0s", amount)) != []) is fires


def test_without_any_order_the_newest_before_is_the_evidence() -> None:
    alert = only(found(*EIGHT))
    assert evidence(alert) == ids(EIGHT[-1])
    assert "took orders of 0.00 CNY in the 7 days up to 2026-03-02: 0.0 %" in alert.summary.en


def test_each_day_of_the_week_is_told_by_its_newest_order() -> None:
    #   Wed 2 × 50, Sun 60: the week to Monday 03-09, and so its Tuesday, is low
    wednesday = [sells("48h", "50"), sells("50h", "50")]
    sunday = sells("6d", "60")
    alert = firing(found(*EIGHT, sells("0s"), *wednesday, sunday, until="8d"))[-1]
    assert evidence(alert) == ids(wednesday[1], sunday)
    assert alert.evidence[0].note == "the last order of the day (2 records)"
    assert "160.00 CNY in the 7 days up to 2026-03-09" in alert.summary.en


@pytest.mark.parametrize("weeks, fires", [((-8, -6, -3, -1), True), ((-8, -6, -1), False)])
def test_four_of_the_weeks_before_must_have_orders(weeks: tuple[int, ...], fires: bool) -> None:
    #   of eight weeks the median is half of the lowest of four: 500
    sold = [sells(f"{week * 7}d") for week in weeks]
    assert (found(*sold, sells("0s", "149")) != []) is fires


@pytest.mark.parametrize("amount, fires", [("149.99", True), ("150", False)])
def test_weeks_without_orders_count_in_the_median(amount: str, fires: bool) -> None:
    sold = [sells(f"{week * 7}d") for week in (-8, -6, -3, -1)]
    assert (found(*sold, sells("0s", amount)) != []) is fires


def test_the_ninth_week_before_does_not_count() -> None:
    assert found(*mondays(-9, -9), *mondays(-3, -1), sells("0s", "149")) == []


@pytest.mark.parametrize("micro, fires", [(-1, False), (0, True)])
def test_the_day_ends_at_the_companys_midnight(micro: int, fires: bool) -> None:
    #   Monday 23:59:59.999999 │ 24:00  an order of 1 000
    last = sells("15h", "1000", micro=micro)
    assert (found(*EIGHT, last) != []) is fires


def test_a_calendar_week_is_one_alert_and_the_next_another() -> None:
    #   nothing from 03-02 on: every day is low until four weeks with orders are left to compare
    alerts = found(*EIGHT, until="60d")
    assert [alert.revision for alert in alerts] == [1] * len(alerts)
    days = [alert.summary.en.split("up to ")[1][:10] for alert in firing(alerts)]
    assert sorted(days) == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"]


def test_who_never_sold_or_sells_as_ever_is_left_alone() -> None:
    assert found(*mondays(-2, -1), until="90d") == []
    assert found(*mondays(-8, 8), until="57d") == []


def test_two_employees_are_not_one() -> None:
    #   E-2 sells on, which does not help E-1, and is found in turn on stopping
    alerts = firing(found(*EIGHT, *mondays(-8, 0, by="E-2")))
    assert [alert.employee for alert in alerts] == ["E-1"]


def test_an_order_is_its_owners_where_its_creation_names_one() -> None:
    sold = [sells(f"{week * 7}d", "1000", "E-CLERK", owner="E-1") for week in range(-8, 0)]
    assert {alert.employee for alert in found(*sold)} == {"E-1"}


def test_another_currency_does_not_count() -> None:
    assert found(*EIGHT, sells("0s", "90000", currency="USD")) != []
    dollars = [sells(f"{week * 7}d", currency="USD") for week in range(-8, 0)]
    assert found(*dollars) == []
    assert play(dollars, configured(DETECTOR, currency="USD"), until=after(NINE, "20h")) != []


# Late and again.


def test_orders_that_come_late_lift_the_week_and_withdraw_it() -> None:
    #   Mon 03-02 200 ◄ fires ── on Friday comes another order of Monday: 600, on every day
    low, late = sells("0s", "200"), sells("1h", "400")
    alerts = found(*EIGHT, low, sells("4d", "1"), late, until="5d")
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert alerts[-1].summary.en.startswith("Withdrawn: orders of that week came in late. ")
    assert alerts[-1].summary.zh.startswith("已撤回：该周有订单晚到，销售额并未骤降。")
    assert evidence(alerts[-1]) == ids(low, late)


def test_a_late_order_of_the_last_day_lifts_it() -> None:
    #   Mon 03-02 09:00 200 ◄ fires ── 10:00 400 comes the day after
    alerts = found(*EIGHT, sells("0s", "200"), sells("20h", by="E-2"), sells("1h", "400"))
    assert [alert.state for alert in alerts] == ["firing", "withdrawn"]


def test_an_order_that_comes_before_stream_time_is_there_sets_the_next_look() -> None:
    #   stream time stays at 02-23, a slow source's: 03-05 comes, then 03-01, by which 03-09 is low
    run = local(DETECTOR)
    run.run([sells(f"{day}d") for day in (-21, -14, -7)])
    for ahead in (sells("3d", "1"), sells("-1d")):
        run.engine.step("seller:E-1", run.states["seller:E-1"], [ahead], time_is(run.now))
    assert earliest(run.states["seller:E-1"]) == after("2026-03-10 01:00", "0s", -1)


def test_where_only_the_first_day_is_lifted_the_next_decides() -> None:
    #   Mon 03-02 nothing ◄ fires ── 300 of Wed 02-25 come late: Monday and Tuesday have them
    #   ── Wed 03-04 has not ◄ fires, which is the same calendar week
    alerts = found(*EIGHT, sells("24h", "1"), sells("-5d", "300"), until="3d")
    assert [alert.state for alert in alerts] == ["firing", "withdrawn", "firing"]
    assert "in the 7 days up to 2026-03-04" in only(alerts).summary.en


def test_a_late_week_before_makes_four() -> None:
    #   three weeks with orders ── a fourth comes 6 d late
    sold = [sells(f"{week * 7}d") for week in (-6, -4, -2)]
    late = sells("-7d")
    assert found(*sold, sells("-2d", "1"), until="3d") == []
    assert found(*sold, sells("-2d", "1"), late, until="3d") != []


def test_an_order_that_was_no_reason_to_look_makes_the_fourth_week() -> None:
    #   Mon 02-09, 02-16, 02-23: three weeks ── Sun 03-01, which is a fourth from Mon 03-09 on
    sold = [sells(f"{day}d") for day in (-21, -14, -7, -1)]
    alert = only(found(*sold, until="8d"))
    assert "in the 7 days up to 2026-03-09" in alert.summary.en
    assert found(*sold, until="7d") == []


def test_a_repeat_counts_once() -> None:
    #   200 twice would be 400
    assert len(found(*EIGHT, *[sells("0s", "200")] * 3)) == 1


def test_a_slump_that_was_told_stands_when_its_days_are_folded() -> None:
    #   a low week ── four months of ordinary ones
    alerts = found(*EIGHT, sells("0s", "200"), *mondays(1, 16), until="112d")
    assert [alert.revision for alert in alerts] == [1] * len(alerts)
    assert {alert.state for alert in alerts} == {"firing"}


def test_it_is_not_told_again_because_the_cents_of_a_forgotten_week_are_gone() -> None:
    #   299.99, then 1000 a week ── four low weeks ◄ fires each ── months later: 1000, 1000
    known = [sells("0s", "299.99"), *mondays(0, 5), *mondays(10, 11)]
    alerts = found(*known, until="90d")
    assert {alert.revision for alert in alerts} == {1}


def test_it_is_looked_at_once_a_week_while_all_is_well() -> None:
    #   an order a day for half a year: no judgement but at a look
    looks = 0

    def judge(view: View, params: Any) -> Iterable[Finding]:
        nonlocal looks
        looks += 1
        return DETECTOR.judge(view, params)

    assert play(daily(0, 180), replace(DETECTOR, judge=judge)) == []
    assert looks < 40


def test_what_is_kept_is_a_fact_a_day_at_most() -> None:
    run = local(DETECTOR)
    for day in range(200):
        for number in range(3):
            run.feed(sells(f"{day}d", number=number))
    facts = run.states["seller:E-1"].notebooks["sales-slump"].facts
    # Old facts are looked for once a day.
    assert 70 <= Counter(fact.role for fact in facts)["sales"] <= 76
    assert len(facts) < 76 + 3 * 11 + 16


def test_all_is_forgotten_in_the_end() -> None:
    run = local(DETECTOR)
    run.run(EIGHT)
    run.advance(after(NINE, "70d"))
    assert "seller:E-1" in run.states
    for day in range(71, 160):
        run.advance(after(NINE, f"{day}d"))
    assert not run.states["seller:E-1"].notebooks


def test_the_id_is_the_employees_and_the_weeks() -> None:
    assert only(found(*EIGHT)).alert_id == "sales-slump-c8d4ac280f6b62f1"
