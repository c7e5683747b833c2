"""outlier: a figure far from what the same entity's figures were before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY
from detectors.facts.fact import Fact
from detectors.language import (
    IS_SALE,
    SALES_NOTES,
    CrmEdit,
    Duration,
    Found,
    Params,
    Reads,
    Subject,
    at_least,
    by_about,
    day_before,
    end_of_day,
    folded_days,
    in_currency,
    number,
    open_sales,
    outlier,
    sale,
    unless_usual,
)
from detectors.language.detector import Detector
from detectors.language.memory import BY_AGE
from detectors.words.sales.by_day import orders_by_day
from offbook.cli.check.standing import told
from tests.detectors.language.tiny import PLAIN, TITLE, Judged, few
from tests.detectors.sales import day_of, sells
from tests.detectors.timeline import evidence, final, firing, ids, only, play

YUAN = in_currency("CNY")


class BusyParams(Params):
    """How many times as much as on any day before."""

    times: int = at_least(3, "times the number of any day before", "为此前任一天的倍数")
    history: Duration = number("7d", "days looked at", "回看的天数")


def is_busy(orders: dict[str, int], day: str, params: Any) -> bool:
    oldest = day_before(day, params.history // DAY)
    before = [count for it, count in orders.items() if oldest <= it < day]
    return bool(before) and orders.get(day, 0) >= params.times * max(before)


def busy(view: Any, params: Any) -> Any:
    orders = orders_by_day(view.facts, YUAN)
    for day, of_day in by_about(open_sales(view.facts, YUAN)).items():
        if is_busy(orders, day, params):
            yield Found(
                by=of_day[0],
                named=f"{view.entity_id}\n{day}",
                facts=tuple(of_day),
                until=end_of_day(view, of_day[0]),
                about=Subject(employee=view.entity_id),
                measured={"times": str(orders[day])},
            )


def detector(find: Any = busy, memory: Any = None, **more: Any) -> Detector:
    rule = PLAIN | {"reads": (Reads("seller", CrmEdit, sale, where=IS_SALE),)}
    rule |= {"notes": SALES_NOTES, "looks_back": lambda params: params.history + 2 * DAY} | more
    kept = memory or folded_days(lambda params: params.history // DAY + 1, lambda _: YUAN)
    return outlier("busy", "info", TITLE, BusyParams(), find=find, memory=kept, **rule)


def is_unusual(view: Any, sale: Fact, params: Any) -> bool:
    return is_busy(orders_by_day(view.facts, YUAN), sale.about, params)


BUSY = detector()
REMEMBERS = detector(memory=BY_AGE)
LOOKS = detector(moves=unless_usual(is_unusual, lambda _: YUAN))


def sold(day: int, count: int, by: str = "E-1") -> list[Event]:
    """So many orders on a day, an hour apart."""
    return [sells(f"{24 * day + n}h", by=by) for n in range(count)]


def test_a_day_far_from_the_days_before_fires_and_one_just_short_of_it_does_not() -> None:
    #   ▂ ▁ ▂ 2 1 2 │ 5 nothing, 6 ◄ fires
    past = [*sold(0, 2), *sold(1, 1), *sold(2, 2)]
    assert play([*past, *sold(3, 5)], BUSY) == []
    alert = only(play([*past, *sold(3, 6)], BUSY))
    assert (alert.employee, evidence(alert)) == ("E-1", ids(*sold(3, 6)))


def test_who_has_no_past_and_who_is_always_so_is_left_alone() -> None:
    assert play(sold(0, 9), BUSY) == []
    assert play([*sold(0, 9), *sold(1, 9), *sold(2, 9)], BUSY) == []
    assert play([*sold(0, 1, "E-2"), *sold(1, 9)], BUSY) == []


def test_the_oldest_day_that_is_looked_back_on_counts_and_the_one_before_it_does_not() -> None:
    #   day 0: 1 ── 7 days ── day 7: 3 ◄ fires │ day 8: 3 has no past
    assert only(play([*sold(0, 1), *sold(7, 3)], BUSY)).first_event_at == "2026-03-09T01:00:00Z"
    assert play([*sold(0, 1), *sold(8, 3)], BUSY) == []


def test_a_late_order_changes_the_days_after_it() -> None:
    #   day 0: 1   day 3: 3 ◄ fires    day 6: 9 ◄ fires │ then one more of day 0 is told
    came = [*sold(0, 1), *sold(3, 3), *sold(6, 9)]
    assert len(firing(play(came, BUSY))) == 2
    late = sells("1h", number="late")
    for tiny in (BUSY, LOOKS):
        third, sixth = final(play([*came, late], tiny)).values()
        assert (third.state, evidence(third)) == ("withdrawn", ids(late, *sold(3, 3)))
        assert (sixth.state, evidence(sixth)) == ("firing", ids(*sold(6, 9)))


_DELAYS = st.sampled_from([0, 0, 0, DAY, 7 * DAY, 13 * DAY])


@st.composite
def _selling(draw: st.DrawFn) -> list[Event]:
    """A month and more of orders, some told late, but none too late to count."""
    came: list[tuple[int, Event]] = []
    for day in draw(st.lists(st.integers(0, 40), min_size=1, max_size=9)):
        orders = sold(day, draw(st.sampled_from([1, 1, 2, 3, 4, 7])))
        came += [(order.time + draw(_DELAYS), order) for order in orders]
    return [order for _, order in sorted(came, key=lambda it: (it[0], it[1].id))]


def brute(events: Sequence[Event]) -> Iterator[list[str]]:
    orders = Counter(day_of(it) for it in {it.id: it for it in events}.values())
    for day, count in orders.items():
        before = [orders[day - timedelta(n)] for n in range(1, 8)]
        if any(before) and count >= 3 * max(before):
            yield sorted({it.id for it in events if day_of(it) == day})


@few
@given(_selling())
def test_folded_or_not_looked_at_or_not_in_any_order_it_is_the_same(came: list[Event]) -> None:
    alerts = play(came, BUSY)
    assert sorted(sorted(evidence(it)) for it in firing(alerts)) == sorted(brute(came))
    in_order = sorted(came, key=lambda it: it.time)
    assert told(alerts) == told(play(came, REMEMBERS)) == told(play(in_order, BUSY))
    revisions = play(came, LOOKS)
    assert told(revisions) == told(alerts)
    assert revisions == play(came, replace(LOOKS, concerns=None))


def test_of_the_newest_day_what_is_usual_is_not_judged() -> None:
    #   2 a day, ten days long: nothing │ 6 on the eleventh: the sixth ◄ is
    find = Judged(busy)
    looks = detector(find, moves=unless_usual(is_unusual, lambda _: YUAN))
    days = [it for day in range(10) for it in sold(day, 2)]
    assert play(days, looks) == []
    usual = len(find.entities)
    assert len(firing(play([*days, *sold(10, 6)], looks))) == 1
    assert (usual, len(find.entities) - usual) == (0, 1)
