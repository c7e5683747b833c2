"""order-splitting: 8 orders under 5 000 within 24 h, three times as many as usual."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, SECOND
from detectors.facts.view import Common
from detectors.rules.orders.order_splitting import DETECTOR
from tests.detectors.sales import NINE, created, daily, day_of, sells, worth
from tests.detectors.timeline import (
    after,
    company,
    employee,
    evidence,
    final,
    firing,
    ids,
    local,
    only,
    play,
)

DOCUMENTS = (employee("E-SPLIT", "郑凯"),)
FIRES = (
    [*daily(-3, -1, "900", "E-SPLIT"), *(sells(f"{n}h", "4900", "E-SPLIT") for n in range(8))],
    "1d",
)


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    small: dict[str, list[Event]] = defaultdict(list)
    for event, edit, image in created(events):
        amount = worth(image)
        if amount is not None and amount < 5000:
            small[edit.actor].append(event)
    for who, orders in small.items():
        daily = Counter(day_of(order) for order in orders)
        while orders:
            first = orders[0]
            run = [order for order in orders if order.time <= first.time + DAY]
            day = day_of(first)
            before = [daily[day - timedelta(back)] for back in range(1, 31)]
            active = [Fraction(count) for count in before if count]
            if len(run) >= 8 and (not active or len(run) >= 3 * median(active)):
                yield ("warning", who, None, None, None, frozenset(it.id for it in run))
                orders = orders[len(run) :]
            else:
                orders = orders[1:]


_amounts = st.sampled_from(("4999.99", "100", "100", "100", "5000", "0"))


@st.composite
def _bursts(draw: st.DrawFn) -> list[Event]:
    """Some orders in a row, from an hour at an edge of the windows on."""
    start = draw(st.sampled_from((0, 14, 15, 24, 38, 48, 96, 14 * 24, 29 * 24, 30 * 24, 31 * 24)))
    step = draw(st.sampled_from((0, 1, 3)))
    who = draw(st.sampled_from(("E-1", "E-1", "E-1", "E-2")))
    micro = draw(st.sampled_from((-1, 0, 0, 1)))
    currency = draw(st.sampled_from((None, None, "CNY", "USD")))
    return [
        sells(
            f"{start + step * number}h",
            draw(_amounts),
            who,
            micro=micro,
            number=number,
            owner="E-9",
            currency=currency,
        )
        for number in range(draw(st.sampled_from((1, 1, 2, 3, 5, 7, 8, 9))))
    ]


SCENES = st.lists(_bursts(), max_size=7).map(
    lambda bursts: [it for burst in bursts for it in burst]
)


def small(*hours: float, by: str = "E-1", amount: str = "4900", number: object = "") -> list[Event]:
    return [sells(f"{int(hour * 60)}m", amount, by, number=number) for hour in hours]


def found(*events: Event) -> list[Alert]:
    return play(events, DETECTOR, reference=company(employee("E-1", "郑凯")))


EIGHT = small(*range(8))


def test_eight_small_orders_of_one_who_never_had_any_fire() -> None:
    #   09:00 10 11 12 13 14 15 │ 16 ◄ fires
    assert found(*EIGHT[:-1]) == []
    alert = only(found(*EIGHT))
    assert (alert.severity, alert.score, alert.employee) == ("warning", 30, "E-1")
    assert (alert.customer, alert.order) == (None, None)
    assert evidence(alert) == ids(*EIGHT)
    assert alert.evidence[0].note == "created the order"
    assert alert.summary.en == (
        "郑凯 (E-1) created 8 orders under 5,000.00 CNY within 1 day from 2026-03-02 09:00. There "
        "were none in the 30 days before."
    )
    assert alert.summary.zh == (
        "郑凯（E-1）自 2026-03-02 09:00 起 1 天内新建了 8 笔低于 5,000.00 元的订单。此前 30 天内没"
        "有此类订单。"
    )
    assert alert.rule is not None
    assert alert.rule.measured == {"orders": "8"}


@pytest.mark.parametrize("orders, fires", [(8, False), (9, True)])
def test_it_must_be_three_times_as_many_as_usual(orders: int, fires: bool) -> None:
    #   02-26 3, 02-27 3, 02-28 4 ── 03-02 8 │ 9 ◄ fires
    before = small(-96, -95, -94, -72, -71, -70, -48, -47, -46, -45)
    alerts = found(*before, *small(*range(orders)))
    assert (alerts != []) is fires
    if fires:
        alert = only(alerts)
        assert evidence(alert) == ids(*small(*range(9)))
        assert alert.summary.en.endswith(
            "The median of their days with such orders in the 30 days before is 3."
        )
        assert alert.summary.zh.endswith("此前 30 天内有此类订单的日子，单日笔数中位数为 3 笔。")
        assert alert.rule is not None
        assert alert.rule.measured == {"orders": "9", "times": "3.0"}


def test_a_median_between_two_days_is_their_middle() -> None:
    #   2 and 3: 2.5, so that 8 are enough
    alert = only(found(*small(-96, -95, -72, -71, -70), *EIGHT))
    assert alert.summary.en.endswith("in the 30 days before is 2.5.")
    assert alert.rule is not None
    assert alert.rule.measured["times"] == "3.2"


@pytest.mark.parametrize("amount, fires", [("4999.99", True), ("5000", False)])
def test_an_order_of_5000_is_not_small(amount: str, fires: bool) -> None:
    assert (found(*EIGHT[:-1], sells("8h", amount)) != []) is fires


def test_large_orders_are_neither_counted_nor_usual() -> None:
    #   12 large orders on the day before
    large = small(*(-30 + n for n in range(12)), amount="20000")
    assert only(found(*large, *EIGHT)).rule.measured == {"orders": "8"}  # type: ignore[union-attr]


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_24th_hour_counts_and_the_microsecond_after_does_not(micro: int, fires: bool) -> None:
    #   09:00 ×7 ─────── 24 h ───────┤ the eighth
    orders = [sells("0s", number=number) for number in range(7)]
    assert (found(*orders, sells("24h", micro=micro)) != []) is fires


@pytest.mark.parametrize("hour, fires", [(-30 * 24, False), (-31 * 24, True)])
def test_the_30th_day_before_is_history_and_the_31st_is_not(hour: int, fires: bool) -> None:
    #   4 orders on one day: 8 are only twice as many
    before = small(hour, hour + 1, hour + 2, hour + 3)
    assert (found(*before, *EIGHT) != []) is fires


def test_the_day_of_the_first_order_is_not_history() -> None:
    #   03-02 09:00 10 … 16: they are the run, and not what it is compared with
    assert len(found(*small(0, 1, 2, 3, 4, 5, 6, 14.9))) == 1


def test_two_employees_are_not_one_and_the_owner_is_not_asked() -> None:
    assert found(*small(0, 1, 2, 3), *small(4, 5, 6, 7, by="E-2")) == []
    owned = [sells(f"{hour}h", "100", "E-1", owner="E-2") for hour in range(8)]
    assert only(found(*owned)).employee == "E-1"
    scattered = [sells(f"{hour}h", "100", f"E-{hour}", owner="E-9") for hour in range(8)]
    assert found(*scattered) == []


def test_another_currency_does_not_count() -> None:
    abroad = sells("8h", currency="USD")
    assert found(*EIGHT[:-1], abroad) == []
    assert found(*EIGHT[:-1], sells("8h", None)) == []


def test_more_orders_revise_the_run_and_a_later_day_is_a_new_one() -> None:
    #   09:00–16:00 8, 20:00 1 │ two days later 9: a day of 9 was usual, so that is no run
    alerts = found(*EIGHT, *small(11), *small(*(48 + n for n in range(9))))
    assert [alert.revision for alert in alerts] == [1, 2]
    #   27 on a third day are
    again = small(*(72 + n / 4 for n in range(27)))
    alerts = found(*EIGHT, *small(11), *again)
    assert [evidence(alert) for alert in firing(alerts)] == [ids(*EIGHT, *small(11)), ids(*again)]


# Late and again.


def test_a_late_order_completes_the_run() -> None:
    assert evidence(only(found(*EIGHT[:3], *EIGHT[4:], *small(160), EIGHT[3]))) == ids(*EIGHT)


def test_an_earlier_order_takes_the_run_over() -> None:
    late = small(-1)
    alerts = found(*EIGHT, *late)
    assert sorted(alert.state for alert in final(alerts).values()) == ["firing", "withdrawn"]
    assert evidence(firing(alerts)[0]) == ids(*late, *EIGHT)


def test_late_orders_of_days_before_make_it_usual_or_unusual() -> None:
    #   02-27: 3 in time, 1 late: 8 are only twice as many
    before = small(-72, -71, -70, -69)
    alerts = found(*before[:3], *small(*range(9)), before[3])
    assert [alert.state for alert in final(alerts).values()] == ["withdrawn"]
    #   02-26: 1, late: the median of 4 and 1 is 2.5
    alerts = found(*before, *EIGHT, *small(-96))
    assert evidence(only(alerts)) == ids(*EIGHT)


def test_a_repeat_counts_once() -> None:
    assert found(*EIGHT[:-1], *EIGHT[:-1]) == []
    assert [alert.revision for alert in found(*EIGHT, *EIGHT)] == [1]


@pytest.mark.parametrize("minutes", range(3 * 60, 8 * 60, 60))
def test_a_run_stands_when_it_is_folded_and_its_rest_is_no_new_one(minutes: int) -> None:
    #   03-01 11:40 1 ── 03-02 09:00–16:30 16 orders ◄ one alert ── a month of two a day, one late
    run = small(*(n / 2 for n in range(16)))
    hours = (24 * day + minutes / 60 for day in range(2, 32))
    quiet = [order for hour in hours for order in small(hour, hour - 23)]
    alerts = found(*small(-21 - 1 / 3), *run, *quiet)
    assert evidence(only(alerts)) == ids(*run)
    assert [alert.revision for alert in alerts] == list(range(1, 10))


def test_what_is_kept_is_a_fact_a_day_at_most() -> None:
    local_run = local(DETECTOR)
    for day in range(100):
        for event in [*small(24 * day, 24 * day + 1), *small(24 * day, amount="70000")]:
            local_run.feed(event)
    facts = local_run.states["employee:E-1"].notebooks["order-splitting"].facts
    assert Counter(fact.weight for fact in facts if fact.role == "sales") == {2: 31}
    assert len(facts) < 31 + 3 * 18


def test_a_robot_is_one_alert_a_run() -> None:
    # A step costs what is kept: with a quarter of it all is folded the sooner and the oftener.
    local_run = local(DETECTOR, common=Common(max_facts=250, max_evidence=50))
    alerts: list[Alert] = []
    for number in range(3000):
        alerts += local_run.feed(sells("0s", "10", micro=number * SECOND, number=number))
    assert "created 3000+ orders" in only(alerts).summary.en
    assert local_run.evicted["order-splitting"] > 0
    assert len(alerts) < 400


def test_the_id_is_the_employees_and_the_first_orders() -> None:
    assert only(found(*EIGHT)).alert_id == only(found(*EIGHT, *small(9))).alert_id
    assert only(found(*EIGHT)).alert_id == "order-splitting-742805c8c9b46807"


def test_all_is_forgotten_in_the_end() -> None:
    local_run = local(DETECTOR)
    local_run.run(EIGHT)
    assert "employee:E-1" in local_run.states
    local_run.advance(after(NINE, "58d"))
    assert not local_run.states["employee:E-1"].notebooks
