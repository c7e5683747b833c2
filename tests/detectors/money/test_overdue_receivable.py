"""overdue-receivable: goods left, and 30 d later less than 99 % of the order's amount has come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import configured
from detectors.rules.money.overdue_receivable import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.order_world import paid
from tests.detectors.timeline import (
    after,
    at,
    company,
    edit,
    employee,
    evidence,
    hit,
    ids,
    only,
    order,
    play,
    refund,
    shipment,
)
from tests.parts.may_happen import around

NINE = "2026-03-02 09:00"
NOON = "2026-03-02 12:00"
DEADLINE = after(NOON, "30d")
DUE = after(NOON, "30d") + HOUR  # and 1 h of grace

SOLD = order(NINE, "O-1", "E-1", customer="C-1", amount=Decimal(1000))
SENT = shipment(NOON, "S-1", order="O-1")


def returned(moment: str | int, number: str = "S-1") -> Event:
    return shipment(moment, number, order="O-1", status="returned")


def in_the_end(*events: Event) -> list[Alert]:
    return play(sorted(events, key=lambda event: event.time), DETECTOR, until=after(NOON, "40d"))


def test_a_third_of_the_money_30_days_after_the_goods_left() -> None:
    #   09:00 order 1000 ── 12:00 goods ── 5 d: 300 ──── 30 d ────┼─ 1 h grace ─┤ 1 µs ◄ fires
    third = paid(after(NOON, "5d"), "300")
    reference = company(employee("E-1", "唐静"))
    alert = only(play([SOLD, SENT, third], DETECTOR, until=DUE + 1, reference=reference))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O-1")
    assert evidence(alert) == ids(SOLD, SENT, third)
    assert alert.summary.en == (
        "Goods of order O-1 left at 2026-03-02 12:00; 30 days later 300.00 CNY net of refunds of "
        "its 1,000.00 CNY had come in. Customer: C-1. Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "订单 O-1 的货物于 2026-03-02 12:00 发出，30 天后实收 300.00 元（已扣除退款），"
        "而订单金额为 1,000.00 元。客户：C-1。责任人：唐静（E-1）。"
    )
    assert alert.rule is not None
    assert alert.rule.params == {"paid_pct": "99", "wait": "30d"}
    assert alert.rule.measured == {"paid_pct": "30.00"}


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
    more = shipment(after(NOON, "5d"), "S-2", order="O-1")
    assert evidence(only(in_the_end(SOLD, SENT, more))) == ids(SOLD, SENT)


def test_what_was_refunded_has_not_come_in() -> None:
    part = refund(after(NOON, "6d"), "R-1", "600", order="O-1")
    alert = only(in_the_end(SOLD, SENT, paid(after(NOON, "5d"), "1000"), part))
    assert "400.00 CNY net of refunds" in alert.summary.en


def test_a_restored_order_is_waited_for() -> None:
    gone = edit(after(NOON, "1d"), "E-9", "delete", ("order", "O-1"))
    back = edit(after(NOON, "2d"), "E-9", "restore", ("order", "O-1"))
    assert only(in_the_end(SOLD, SENT, gone, back)).state == "firing"


def test_one_box_of_two_that_comes_back_stops_nothing() -> None:
    #   two shipments, one returned       both returned, whatever number the return bears
    two = [SOLD, SENT, shipment(NOON, "S-2", order="O-1")]
    one = returned(after(NOON, "3d"))
    assert only(in_the_end(*two, one)).state == "firing"
    assert in_the_end(*two, one, returned(after(NOON, "4d"), "RMA-7")) == []


def test_an_order_without_an_amount_or_without_goods_is_left_alone() -> None:
    assert in_the_end(order(NINE, "O-1"), SENT) == []
    assert in_the_end(SOLD, shipment(NOON, "S-1", order="O-1", status="delivered")) == []
    assert in_the_end(SOLD, shipment(NOON, "S-1", order="O-2")) == []


def test_other_money_is_named_and_not_counted() -> None:
    alert = only(in_the_end(SOLD, SENT, paid(NOON, "1000", currency="USD")))
    assert "had come in. Money in USD is not counted. Customer: C-1." in alert.summary.en
    assert "另有 USD 款项未计入。" in alert.summary.zh


def test_goods_that_came_back_in_time_and_arrive_late_withdraw_it() -> None:
    #   goods ──── 30 d, 1 h ◄ fires ── 33 d: the return of the 29th day arrives
    late = returned(after(NOON, "29d"))
    alerts = play([SOLD, SENT, hit(after(NOON, "33d"), "E-9"), late], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1]) == ids(SOLD, SENT, late)
    assert alerts[-1].summary.en.startswith(
        "Withdrawn: all the goods came back in time. Goods of order O-1 left"
    )
    assert alerts[-1].summary.zh.startswith("已撤回：货物已在期限内全部退回。订单 O-1 的货物")


def test_goods_that_left_earlier_and_arrive_late_move_the_deadline() -> None:
    #   (10:00 goods, arrive last)    12:00 goods
    early = shipment(after(NINE, "1h"), "S-0", order="O-1")
    clock = hit(after(NOON, "3d"), "E-9")
    moved = play([SOLD, SENT, clock, early], DETECTOR, until=after(NINE, "30d") + 2 * HOUR + 1)
    assert evidence(only(moved)) == ids(SOLD, early)


def test_the_share_is_a_parameter() -> None:
    modest = configured(DETECTOR, paid_pct=30)
    assert play([SOLD, paid(NINE, "300"), SENT], modest, until=after(NOON, "40d")) == []


# The world it is held to the laws in.


FIRES = (
    [
        order(NINE, "O-OR", "E-5", customer="C-OR", amount=Decimal(1000)),
        shipment(after(NINE, "1h"), "S-OR", order="O-OR"),
    ],
    "32d",
)

DOCUMENTS = order_world.DOCUMENTS
T = at(NOON)
SCENES = order_world.scenes(
    [T - HOUR, T, T + HOUR, T + 10 * DAY, *around(T + 30 * DAY), T + 30 * DAY + HOUR, T + 33 * DAY],
    order_world.MONEY,
    order_world.GOODS,
    first=[
        order(T - HOUR, "O-A", "E-CLERK", customer="K-1", amount=Decimal(1000)),
        shipment(T, "S-1", order="O-A"),
    ],
)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    events = retold.corrected(events)
    for id_ in order_world.ORDERS:
        left = order_oracle.shipments(events, id_, "dispatched")
        if not left:
            continue

        def ended(at: int, by: str, id_: str = id_) -> bool:
            known = retold.told_by(events, at, by)
            back = order_oracle.sent_back(known, id_, at)
            return back or order_oracle.undone(known, id_, at)

        if (wait := order_oracle.waited(events, left[0], 30 * DAY, ended)) is None:
            continue
        began, end = wait
        cost = order_oracle.price(events, id_, end)
        if cost is None:
            continue
        amount, currency, told = cost
        if order_oracle.net(events, id_, end, currency) < amount * Decimal("0.99"):
            came = [it for it, _ in order_oracle.money(events, id_, end)]
            yield order_oracle.answer(events, "warning", id_, began.time, end, began, told, *came)
