"""sales-spike: a day's orders 6 robust deviations above the median of the 60 days before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import SECOND
from detectors.engine.engine import configured
from detectors.facts.view import Common
from detectors.rules.figures.sales_spike import DETECTOR
from tests.detectors.sales import NINE, created, daily, day_of, sells, worth
from tests.detectors.timeline import (
    after,
    company,
    edit,
    employee,
    evidence,
    final,
    ids,
    local,
    only,
    play,
)

DOCUMENTS = (employee("E-SPIKE", "周敏"),)
FIRES = ([*daily(-20, -1, by="E-SPIKE"), sells("0s", "9000", "E-SPIKE")], "1d")


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    days: dict[tuple[str, date], list[Event]] = defaultdict(list)
    amounts: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for event, entry, image in created(events):
        if (amount := worth(image)) is not None:
            key = (image.owner or entry.actor, day_of(event))
            days[key].append(event)
            amounts[key] += amount
    for (who, day), orders in days.items():
        before = [amounts.get((who, day - timedelta(back)), Fraction(0)) for back in range(1, 61)]
        active = [amount for amount in before if amount > 0]
        if len(active) < 20:
            continue
        middle = median(active)
        spread = median([abs(amount - middle) for amount in active])
        deviation = max(Fraction("1.4826") * spread, middle / 20)
        if amounts[who, day] - middle >= 6 * deviation:
            yield ("warning", who, None, None, None, frozenset(it.id for it in orders))


_extra = st.builds(
    lambda day, hour, micro, amount, by, owner, currency: (
        day,
        sells(f"{day * 24 + hour}h", amount, by, micro=micro, owner=owner, currency=currency),
    ),
    st.sampled_from((0, 5, 18, 19, 20, 21, 22, 23, 59, 60, 61, 62, 75)),
    st.sampled_from((0, 3, 14, 15)),
    st.sampled_from((-1, 0, 0, 1)),
    st.sampled_from(("300", "1299.99", "1300", "2000", "500", "0", "0.01")),
    st.sampled_from(("E-1", "E-1", "E-2")),
    st.sampled_from((None, None, "E-1")),
    st.sampled_from((None, "CNY", "CNY", "USD")),
)


@st.composite
def _scenes(draw: st.DrawFn) -> list[Event]:
    """About twenty days of one order each, and more on them, at midnight, and weeks later."""
    amounts = st.sampled_from(("1000", "1000", "1000", "1050", "900", "0", "1300", "400"))
    first = draw(st.integers(0, 3))
    usual = [sells(f"{day}d", draw(amounts)) for day in range(first, draw(st.integers(18, 24)))]
    return usual + [event for _, event in draw(st.lists(_extra, max_size=12))]


SCENES = _scenes()


# What a day comes to.

USUAL = daily(-20, -1)


def found(*events: Event, common: Common | None = None) -> list[Alert]:
    return play(events, DETECTOR, reference=company(employee("E-1", "周敏")), common=common)


def test_a_day_far_above_the_usual_fires() -> None:
    #   20 days of 1 000 ── 09:00 600   10:00 8 400.50 ◄ fires: 160 deviations of 50
    sold = [sells("0s", "600"), sells("1h", "8400.50")]
    alert = only(found(*USUAL, *sold))
    assert (alert.severity, alert.score, alert.employee) == ("warning", 30, "E-1")
    assert (alert.customer, alert.order, alert.account) == (None, None, None)
    assert evidence(alert) == ids(*sold)
    assert {piece.note for piece in alert.evidence} == {"created the order"}
    assert alert.summary.en == (
        "周敏 (E-1) took orders of 9,000.50 CNY in all (2 orders) on 2026-03-02. On the 20 days "
        "with orders in the 60 days before, the median was 1,000.00 CNY; this is 160.0 robust "
        "deviations above it."
    )
    assert alert.summary.zh == (
        "周敏（E-1）在 2026-03-02 当日新建订单合计 9,000.50 元（2 笔）。此前 60 天内有订单的 20 "
        "天，单日订单额中位数为 1,000.00 元，当日高出 160.0 倍稳健标准差。"
    )
    assert alert.rule is not None
    assert alert.rule.measured == {"deviations": "160.0", "days": "20"}


def test_it_fires_while_the_day_goes_on_and_more_orders_revise_it() -> None:
    #   09:00 1 300 ◄ fires   11:00 100
    sold = [sells("0s", "1300"), sells("2h", "100")]
    alerts = found(*USUAL, *sold)
    assert [alert.revision for alert in alerts] == [1, 2]
    assert "took orders of 1,400.00 CNY" in only(alerts).summary.en


@pytest.mark.parametrize("amount, fires", [("1300", True), ("1299.99", False)])
def test_six_deviations_of_at_least_5_percent(amount: str, fires: bool) -> None:
    #   all days alike: the deviation is 50
    assert (found(*USUAL, sells("0s", amount)) != []) is fires


@pytest.mark.parametrize("amount, fires", [("1889.56", True), ("1889.55", False)])
def test_a_deviation_is_1_4826_of_the_median_distance(amount: str, fires: bool) -> None:
    #   10 days of 900, 10 of 1 100: median 1 000, half of the days are 100 from it: 148.26
    mixed = [*daily(-20, -11, "900"), *daily(-10, -1, "1100")]
    assert (found(*mixed, sells("0s", amount)) != []) is fires


def test_nineteen_days_are_too_few() -> None:
    assert found(*USUAL[1:], sells("0s", "90000")) == []


def test_several_orders_of_a_day_make_one_day() -> None:
    doubled = [*USUAL[1:], *daily(-19, -1, number=2)]
    assert found(*doubled, sells("0s", "90000")) == []


def test_days_on_which_all_orders_come_to_nothing_are_not_days_with_orders() -> None:
    free = [sells("-20d", "0"), *USUAL[1:]]
    assert found(*free, sells("0s", "90000")) == []


@pytest.mark.parametrize("first, fires", [(-60, True), (-61, False)])
def test_the_60th_day_before_counts_and_the_61st_does_not(first: int, fires: bool) -> None:
    #   1 day at the far end, 19 lately
    assert (found(sells(f"{first}d"), *USUAL[1:], sells("0s", "90000")) != []) is fires


@pytest.mark.parametrize("micro, fires", [(0, False), (-1, True)])
def test_a_day_ends_at_the_companys_midnight(micro: int, fires: bool) -> None:
    #   09:00 700 ─────────────── 24:00 │ 700
    assert (found(*USUAL, sells("0s", "700"), sells("15h", "700", micro=micro)) != []) is fires


def test_two_employees_are_not_one() -> None:
    assert found(*USUAL, sells("0s", "1200"), sells("0s", "1200", "E-2")) == []


def test_an_order_is_its_owners_where_its_creation_names_one() -> None:
    big = sells("0s", "90000", "E-CLERK", owner="E-1")
    assert only(found(*USUAL, big)).employee == "E-1"
    assert found(*USUAL, sells("0s", "90000", "E-1", owner="E-2")) == []


def test_another_currency_does_not_count() -> None:
    assert found(*USUAL, sells("0s", "90000", currency="USD")) == []
    dollars = [sells(f"{day}d", "1000", currency="USD") for day in range(-20, 0)]
    assert found(*dollars, sells("0s", "90000", currency="USD")) == []
    abroad = configured(DETECTOR, currency="USD")
    alert = only(play([*dollars, sells("0s", "90000", currency="USD")], abroad))
    assert "90,000.00 USD" in alert.summary.zh


def test_only_the_creation_of_an_order_counts() -> None:
    for op, object_ in (("update", "order"), ("create", "quote"), ("create", "opportunity")):
        big = edit(NINE, "E-1", op, (object_, "X-1"), amount=Decimal(90000))
        assert found(*USUAL, big) == []
    assert found(*USUAL, sells("0s", None)) == []


def test_a_cancelled_order_was_taken_all_the_same() -> None:
    big = sells("0s", "90000", number=7)
    gone = edit(after(NINE, "1h"), "E-1", "update", ("order", "O-7"), status="cancelled")
    assert only(found(*USUAL, big, gone)).state == "firing"


# Late and again.


def test_a_late_order_of_the_day_completes_it() -> None:
    #   09:00 700   ·  7 d later comes 10:00 700
    sold, late = sells("0s", "700"), sells("1h", "700")
    assert evidence(only(found(*USUAL, sold, sells("169h", "1"), late))) == ids(sold, late)


def test_a_late_day_makes_twenty_and_one_that_widens_them_takes_it_back() -> None:
    #   19 days ── big ── (a 20th comes late ◄ fires)
    big = sells("0s", "90000")
    assert evidence(only(found(*USUAL[:-1], big, USUAL[-1]))) == ids(big)
    #   12 days of 1 000, 8 of 1 299 ── 1 400 ◄ fires ── (6 more of 1 299 come late: the median now)
    mixed = [*daily(-26, -15), *daily(-14, -7, "1299")]
    alerts = found(*mixed, sells("0s", "1400"), *daily(-6, -1, "1299"))
    assert [alert.state for alert in final(alerts).values()] == ["withdrawn"]
    assert "changed the picture" in only(alerts).summary.en


def test_a_repeat_counts_once() -> None:
    assert found(*USUAL, *[sells("0s", "700")] * 3) == []
    alerts = found(*USUAL, *[sells("0s", "1300")] * 2)
    assert [alert.revision for alert in alerts] == [1]


def test_the_days_before_are_one_fact_each_and_what_is_repeated_later_counts_once() -> None:
    #   60 days of three orders, each 10 d old day repeated
    run = local(DETECTOR)
    for day in range(60):
        for event in daily(day, day) + daily(day, day, number=2) + daily(day, day, number=3):
            run.feed(event)
        if day >= 10:
            run.feed(daily(day - 10, day - 10, number=2)[0])
    facts = run.states["seller:E-1"].notebooks["sales-spike"].facts
    assert Counter(fact.weight for fact in facts if fact.role == "sales") == {3: 44}
    assert len(facts) < 44 + 3 * 17 + 17
    assert not run.failures


def test_an_old_alert_stands_when_its_day_is_folded() -> None:
    #   big ◄ fires ── a month of ordinary days: nothing is told again
    alerts = found(*USUAL, sells("0s", "90000"), *daily(1, 30))
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing")]


def test_a_robot_is_one_alert_a_day_and_the_more_it_enters_the_fewer_revisions() -> None:
    # A step costs what is kept: with a quarter of it all is folded the sooner and the oftener.
    run = local(DETECTOR, common=Common(max_facts=250, max_evidence=50))
    for event in USUAL:
        run.feed(event)
    revisions: list[int] = []
    alerts: list[Alert] = []
    for number in range(4000):
        alerts += run.feed(sells("0s", "10.50", micro=number * SECOND, number=number))
        if number + 1 in (2000, 4000):
            revisions.append(len(alerts))
    assert run.evicted["sales-spike"] > 0
    assert "took orders of 42,000.00+ CNY in all (4000+ orders)" in only(alerts).summary.en
    assert revisions[1] - revisions[0] < 100


def test_the_id_is_the_employees_and_the_days() -> None:
    alert = only(found(*USUAL, sells("0s", "9000")))
    assert alert.alert_id == only(found(*USUAL, sells("14h", "9000"))).alert_id
    assert alert.alert_id == "sales-spike-a61f0c7c96724974"


def test_all_is_forgotten_in_the_end() -> None:
    run = local(DETECTOR)
    run.run([*USUAL, sells("0s", "9000")])
    assert "seller:E-1" in run.states
    run.advance(after(NINE, "88d"))
    assert not run.states["seller:E-1"].notebooks
