"""payment-mismatch: 24 h after completion the money is not the order's, or a payment exceeds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

import pytest

from contract.event import Event
from contract.times import HOUR
from detectors.engine.engine import configured
from detectors.rules.money.payment_mismatch import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.order_world import NINE, NOON, SOLD, Waiting, back, paid, status, told_of
from tests.detectors.timeline import (
    after,
    company,
    customer,
    edit,
    evidence,
    hit,
    ids,
    only,
    order,
    payment,
    play,
)

WAITS = Waiting(
    DETECTOR,
    begins=partial(status, to="completed"),
    wait="24h",
    comes=partial(paid, amount="900", number="P-2"),
    in_time=("the money that was there by then matches the order", "届时实收与订单金额相符"),
    undone=("cancelled", "deleted", "refunded"),
    id="c2647a9519d82be1",
)
DONE = WAITS.begins(NOON)
DEADLINE, in_the_end = WAITS.deadline, WAITS.in_the_end


# Completed.


def test_half_of_the_money_24_hours_after_completion() -> None:
    #   09:00 order 1000 ── 11:00 500 ── 12:00 completed ── 24 h ──┼─ 1 h grace ─┤ 1 µs ◄ fires
    half = paid(after(NINE, "2h"), "500")
    alert = WAITS.fires(SOLD, half, DONE)
    params, measured = {"tolerance_pct": "1", "wait": "1d"}, {"tolerance_pct": "50.00"}
    assert told_of(alert) == ("warning", 30, ids(SOLD, half, DONE), params, measured)
    assert alert.summary.en == (
        "Order O-1 was completed at 2026-03-02 12:00; 1 day later 500.00 CNY net of refunds had "
        "come in, and it comes to 1,000.00 CNY. Customer: C-1. Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "订单 O-1 于 2026-03-02 12:00 完成，1 天后实收 500.00 元（已扣除退款），"
        "而订单金额为 1,000.00 元。客户：C-1。责任人：唐静（E-1）。"
    )


def test_a_completed_order_nobody_paid() -> None:
    alert = only(in_the_end(SOLD, DONE))
    assert evidence(alert) == ids(SOLD, DONE)
    assert "1 day later 0.00 CNY net of refunds" in alert.summary.en


@pytest.mark.parametrize(
    "amount, measured",
    [("990", None), ("989.99", "1.01"), ("1010", None), ("989.9999", "1.01"), ("1000", None)],
)
def test_one_percent_is_no_difference_and_a_hair_more_is(amount: str, measured: str | None) -> None:
    #   1000 ± 1 %                       told to two digits, and never as what is still allowed
    alerts = in_the_end(SOLD, paid(after(NINE, "1h"), amount), DONE)
    assert [alert.rule and alert.rule.measured for alert in alerts] == (
        [] if measured is None else [{"tolerance_pct": measured}]
    )


def test_refunds_are_taken_off() -> None:
    #   1000 in ── 300 back ── completed            700 ◄ fires
    parts = [paid(after(NINE, "1h"), "1000"), back(after(NINE, "2h"), "300")]
    alert = only(in_the_end(SOLD, *parts, DONE))
    assert evidence(alert) == ids(SOLD, *parts, DONE)
    assert "700.00 CNY" in alert.summary.en


def test_the_amount_is_the_newest_that_was_told_in_time() -> None:
    #   1000 ── 800 in ── completed ── the amount corrected to 800 ┤24 h     1 µs later is too late
    events = [SOLD, paid(after(NINE, "1h"), "800"), DONE]

    def corrected(moment: int) -> Event:
        return edit(moment, "E-9", "update", ("order", "O-1"), amount=Decimal(800))

    assert in_the_end(*events, corrected(DEADLINE)) == []
    assert only(in_the_end(*events, corrected(DEADLINE + 1))).state == "firing"


def test_an_order_without_an_amount_is_left_alone() -> None:
    assert in_the_end(order(NINE, "O-1"), DONE, paid(NOON, "500")) == []


def test_an_amount_told_late_counts_as_of_its_time() -> None:
    #   completed ── 3 d: that it comes to 1000 (told in the morning) arrives
    bare, clock = order(NINE, "O-1", "E-1"), hit(after(NOON, "3d"), "E-9")
    late = edit(after(NINE, "1h"), "E-1", "update", ("order", "O-1"), amount=Decimal(1000))
    assert evidence(only(play([bare, DONE, clock, late], DETECTOR))) == ids(late, DONE)


def test_other_money_is_named_and_not_counted() -> None:
    #   order 1000 CNY ── 1000 USD in
    alert = only(in_the_end(SOLD, paid(NOON, "1000", currency="USD"), DONE))
    assert "0.00 CNY net of refunds" in alert.summary.en
    assert "comes to 1,000.00 CNY. Money in USD is not counted. Customer" in alert.summary.en
    assert "1,000.00 元。另有 USD 款项未计入。客户" in alert.summary.zh


def test_an_order_in_dollars_is_paid_in_dollars() -> None:
    sold = order(NINE, "O-1", amount=Decimal(1000), currency="USD")
    assert in_the_end(sold, paid(NOON, "1000", currency="USD"), DONE) == []


def test_a_payment_that_is_reported_twice_is_one() -> None:
    #   500 in P-1 ── the ledger tells of P-1 too
    parts = [paid(after(NINE, "1h"), "500"), paid(after(NINE, "2h"), "500")]
    assert evidence(only(in_the_end(SOLD, *parts, DONE))) == ids(SOLD, parts[0], DONE)


def test_money_for_another_order_is_no_help() -> None:
    other = payment(NOON, "P-9", amount="1000", order="O-2", customer="C-1")
    assert only(in_the_end(SOLD, DONE, other)).order == "O-1"


# More than its amount, at any time.


def test_a_payment_that_exceeds_the_order_fires_at_once() -> None:
    #   09:00 order 1000 ── 12:00 900 ── 13:00 200 ◄ fires: 1100
    parts = [paid(NOON, "900"), paid(after(NOON, "1h"), "200", "P-2")]
    alert = only(play([SOLD, *parts], DETECTOR))
    assert (alert.severity, alert.employee, alert.order) == ("warning", "E-1", "O-1")
    assert alert.detected_at == "2026-03-02T05:00:00Z"
    assert evidence(alert) == ids(SOLD, *parts)
    assert alert.summary.en == (
        "By 2026-03-02 13:00 order O-1 had brought in 1,100.00 CNY net of refunds, more than the "
        "1,000.00 CNY it comes to. Customer: C-1. Responsible: E-1."
    )
    assert alert.summary.zh == (
        "截至 2026-03-02 13:00，订单 O-1 实收 1,100.00 元（已扣除退款），"
        "已超出订单金额（1,000.00 元）。客户：C-1。责任人：员工E-1。"
    )
    assert alert.rule is not None
    assert alert.rule.measured == {"tolerance_pct": "10.00"}


@pytest.mark.parametrize("amount, fires", [("1010", False), ("1010.01", True)])
def test_one_percent_too_much_is_bank_work(amount: str, fires: bool) -> None:
    assert (play([SOLD, paid(NOON, amount)], DETECTOR) != []) is fires


def test_what_was_refunded_before_makes_room() -> None:
    #   1000 in ── 400 back ── 400 in: never more than 1000
    parts = [paid(NOON, "1000"), back(NOON, "400"), paid(after(NOON, "1h"), "400", "P-2")]
    assert play([SOLD, *parts], DETECTOR) == []


def test_that_it_was_refunded_afterwards_settles_nothing() -> None:
    parts = [paid(NOON, "2000"), back(after(NOON, "2d"), "1000")]
    assert only(in_the_end(SOLD, *parts)).state == "firing"


def test_money_that_came_before_the_price_is_held_against_it() -> None:
    #   11:00 deposit 500 ── 12:00 the order is entered: 300 ◄ fires
    deposit = paid(after(NOON, "-1h"), "500")
    entered = order(NOON, "O-1", "E-1", amount=Decimal(300))
    assert evidence(only(play([deposit, entered], DETECTOR))) == ids(deposit, entered)


def test_a_price_that_is_cut_after_it_was_paid_is_not_a_payment_too_much() -> None:
    #   1000 in ── goods come back in part: 700 ── 300 back
    events = [
        SOLD,
        paid(NOON, "1000"),
        edit(after(NOON, "1h"), "E-9", "update", ("order", "O-1"), amount=Decimal(700)),
        back(after(NOON, "2d"), "300"),
    ]
    assert play(events, DETECTOR) == []


def test_anything_for_an_order_over_nothing_is_too_much() -> None:
    sample = order(NINE, "O-1", "E-1", amount=Decimal(0))
    alert = only(in_the_end(sample, paid(NOON, "5"), DONE))
    assert alert.rule is not None
    assert alert.rule.measured == {"tolerance_pct": "100.00"}
    assert in_the_end(sample, DONE) == []


def test_a_price_that_was_raised_before_and_arrives_late_withdraws_it() -> None:
    #   order 1000 ── (11:00 raised to 2000, arrives last) ── 12:00 2000 in ◄ fires, then withdrawn
    late = edit(after(NOON, "-1h"), "E-1", "update", ("order", "O-1"), amount=Decimal(2000))
    alerts = play([SOLD, paid(NOON, "2000"), late], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "withdrawn"]


def test_an_alert_of_months_ago_is_revised_when_a_payment_exceeds_the_order() -> None:
    #   completed, unpaid ◄ 1 ── 200 d ── 2000 in ◄ 2
    much = paid(after(NOON, "200d"), "2000")
    alerts = play([SOLD, DONE, much], DETECTOR, until=after(NOON, "201d"))
    assert [alert.revision for alert in alerts] == [1, 2]
    assert evidence(only(alerts)) == ids(SOLD, much)


# Who, how often, and how long.


def test_the_owner_as_of_completion_else_the_customers_is_named() -> None:
    handed = edit(NOON, "E-BOSS", "update", ("order", "O-1"), owner="E-2")
    later = edit(DEADLINE, "E-BOSS", "update", ("order", "O-1"), owner="E-3")
    assert only(in_the_end(SOLD, handed, DONE, later)).employee == "E-2"
    known = edit(NINE, "E-9", "update", ("order", "O-1"), customer="C-1", amount=Decimal(10))
    reference = company(customer("C-1", "E-7"))
    alerts = play([known, DONE], DETECTOR, until=WAITS.due + 1, reference=reference)
    assert only(alerts).employee == "E-7"


def test_a_repeat_counts_once() -> None:
    much = paid(NOON, "2000")
    assert [alert.revision for alert in play([SOLD, much, much], DETECTOR)] == [1]


def test_the_tolerance_is_a_parameter() -> None:
    lenient = configured(DETECTOR, tolerance_pct=50)
    assert play([SOLD, paid(NINE, "500"), DONE], lenient, until=WAITS.due + 1) == []


# The world it is held to the laws in.


FIRES = WAITS.alone("O-PM")
DOCUMENTS = order_world.DOCUMENTS
SCENES = WAITS.scenes(order_world.MONEY, order_world.MONEY)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    events = retold.corrected(events)
    exceeded = list(_exceeded(events))
    yield from exceeded
    known = {id_ for _, _, _, id_, _, _ in exceeded}
    for id_, done, end in order_oracle.completions(events, 24 * HOUR):
        cost = order_oracle.price(events, id_, end)
        if id_ in known or cost is None:
            continue
        off = abs(order_oracle.net(events, id_, end, cost[1]) - cost[0])
        if off > cost[0] / 100:
            came = [it for it, _ in order_oracle.money(events, id_, end)]
            yield order_oracle.answer(events, "warning", id_, done.time, end, done, cost[2], *came)


def _exceeded(events: Sequence[Event]) -> Iterator[Answer]:
    for id_ in order_world.ORDERS:
        for now in retold.sooner(events):
            # As of this very event: of what happens in one instant, the later knows the earlier.
            seen = [it for it in events if (it.time, it.id) <= (now.time, now.id)]
            cost = order_oracle.price(seen, id_, now.time)
            before = order_oracle.price([it for it in seen if it is not now], id_, now.time)
            came = [it for it, data in order_oracle.money(seen, id_, now.time)]
            if cost is None or not (now in came or before is None):
                continue
            if order_oracle.net(seen, id_, now.time, cost[1]) > cost[0] * Decimal("1.01"):
                yield order_oracle.answer(
                    events, "warning", id_, now.time, now.time, now, cost[2], *came
                )
                break
