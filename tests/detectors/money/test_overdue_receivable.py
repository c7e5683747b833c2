"""overdue-receivable: goods left, and 30 d later less than 99 % of the order's amount has come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

import pytest

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import configured
from detectors.rules.money.overdue_receivable import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.order_world import NINE, NOON, SOLD, Waiting, back, goods, paid, told_of
from tests.detectors.timeline import (
    after,
    evidence,
    hit,
    ids,
    only,
    order,
    play,
)

WAITS = Waiting(
    DETECTOR,
    begins=goods,
    wait="30d",
    comes=partial(paid, amount="900", number="P-2"),
    in_time=("the money had come in time", "货款已在期限内收到"),
    undone=("cancelled", "deleted", "refunded", "returned"),
    id="32e091c9923faa77",
)
SENT = WAITS.begins(NOON)
in_the_end = WAITS.in_the_end


def test_a_third_of_the_money_30_days_after_the_goods_left() -> None:
    #   09:00 order 1000 ── 12:00 goods ── 5 d: 300 ──── 30 d ────┼─ 1 h grace ─┤ 1 µs ◄ fires
    third = paid(after(NOON, "5d"), "300")
    alert = WAITS.fires(SOLD, SENT, third)
    params, measured = {"paid_pct": "99", "wait": "30d"}, {"paid_pct": "30.00"}
    assert told_of(alert) == ("warning", 30, ids(SOLD, SENT, third), params, measured)
    assert alert.summary.en == (
        "Goods of order O-1 left at 2026-03-02 12:00; 30 days later 300.00 CNY net of refunds of "
        "its 1,000.00 CNY had come in. Customer: C-1. Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "订单 O-1 的货物于 2026-03-02 12:00 发出，30 天后实收 300.00 元（已扣除退款），"
        "而订单金额为 1,000.00 元。客户：C-1。责任人：唐静（E-1）。"
    )


@pytest.mark.parametrize(
    "amount, measured", [("990", None), ("989.9999", "98.99"), ("1000", None), ("2000", None)]
)
def test_ninety_nine_percent_is_enough_and_a_hair_less_is_not(
    amount: str, measured: str | None
) -> None:
    alerts = in_the_end(SOLD, paid(NINE, amount), SENT)
    assert [alert.rule and alert.rule.measured for alert in alerts] == (
        [] if measured is None else [{"paid_pct": measured}]
    )


def test_the_first_lot_counts() -> None:
    #   goods ── 5 d: more goods ── 30 d ┤ ◄ fires, from the first
    more = goods(after(NOON, "5d"), number="S-2")
    assert evidence(only(in_the_end(SOLD, SENT, more))) == ids(SOLD, SENT)


def test_what_was_refunded_has_not_come_in() -> None:
    part = back(after(NOON, "6d"), "600")
    alert = only(in_the_end(SOLD, SENT, paid(after(NOON, "5d"), "1000"), part))
    assert "400.00 CNY net of refunds" in alert.summary.en


def test_one_box_of_two_that_comes_back_stops_nothing() -> None:
    #   two shipments, one returned       both returned, whatever number the return bears
    two = [SOLD, SENT, goods(NOON, number="S-2")]
    one = goods(after(NOON, "3d"), "returned")
    assert only(in_the_end(*two, one)).state == "firing"
    assert in_the_end(*two, one, goods(after(NOON, "4d"), "returned", number="RMA-7")) == []


def test_an_order_without_an_amount_or_without_goods_is_left_alone() -> None:
    assert in_the_end(order(NINE, "O-1"), SENT) == []
    assert in_the_end(SOLD, goods(NOON, "delivered")) == []
    assert in_the_end(SOLD, goods(NOON, of="O-2", number="S-1")) == []


def test_other_money_is_named_and_not_counted() -> None:
    alert = only(in_the_end(SOLD, SENT, paid(NOON, "1000", currency="USD")))
    assert "had come in. Money in USD is not counted. Customer: C-1." in alert.summary.en
    assert "另有 USD 款项未计入。" in alert.summary.zh


def test_goods_that_came_back_in_time_and_arrive_late_withdraw_it() -> None:
    #   goods ──── 30 d, 1 h ◄ fires ── 33 d: the return of the 29th day arrives
    late = goods(after(NOON, "29d"), "returned")
    alerts = play([SOLD, SENT, hit(after(NOON, "33d"), "E-9"), late], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1]) == ids(SOLD, SENT, late)
    assert alerts[-1].summary.en.startswith(
        "Withdrawn: all the goods came back in time. Goods of order O-1 left"
    )
    assert alerts[-1].summary.zh.startswith("已撤回：货物已在期限内全部退回。订单 O-1 的货物")


def test_goods_that_left_earlier_and_arrive_late_move_the_deadline() -> None:
    #   (10:00 goods, arrive last)    12:00 goods
    early = goods(after(NINE, "1h"), number="S-0")
    clock = hit(after(NOON, "3d"), "E-9")
    moved = play([SOLD, SENT, clock, early], DETECTOR, until=after(NINE, "30d") + 2 * HOUR + 1)
    assert evidence(only(moved)) == ids(SOLD, early)


def test_the_share_is_a_parameter() -> None:
    modest = configured(DETECTOR, paid_pct=30)
    assert play([SOLD, paid(NINE, "300"), SENT], modest, until=WAITS.due + 1) == []


# The world it is held to the laws in.


FIRES = WAITS.alone("O-OR")
DOCUMENTS = order_world.DOCUMENTS
SCENES = WAITS.scenes(order_world.MONEY, order_world.GOODS)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    events = retold.corrected(events)

    def left(id_: str) -> Event | None:
        return next(iter(order_oracle.shipments(events, id_, "dispatched")), None)

    def ended(id_: str, at: int, by: str) -> bool:
        known = retold.told_by(events, at, by)
        return order_oracle.sent_back(known, id_, at) or order_oracle.undone(known, id_, at)

    for id_, began, end in order_oracle.waits(events, left, 30 * DAY, ended):
        cost = order_oracle.price(events, id_, end)
        if cost is None:
            continue
        amount, currency, told = cost
        if order_oracle.net(events, id_, end, currency) < amount * Decimal("0.99"):
            came = [it for it, _ in order_oracle.money(events, id_, end)]
            yield order_oracle.answer(events, "warning", id_, began.time, end, began, told, *came)
