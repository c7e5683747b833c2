"""unmatched-payment: money came in for which there is no order."""

from __future__ import annotations

import pytest

from offbook.detectors.reference import Reference
from offbook.detectors.unmatched_payment import DETECTOR
from tests.detectors.timeline import (
    COMPANY_ACCOUNT,
    after,
    company,
    customer,
    edit,
    evidence,
    final,
    hit,
    ids,
    only,
    order,
    owner,
    payment,
    play,
    refund,
)

NOON = "2026-03-02 12:00"
DUE = after(NOON, "73h")  # 72 h, and 1 h of grace
LATER = after(NOON, "5d")


# It names an order.


def test_an_order_nobody_mentions_fires_after_72_hours_and_the_grace() -> None:
    #   payment ───── 72 h ─────┼─ 1 h grace ─┤ 1 µs ◄ fires
    paid = payment(NOON, "P-1", order="O-1", customer="C-1", amount="58000")
    assert play([paid], DETECTOR, until=DUE) == []
    reference = company(customer("C-1", "E-1"))
    alert = only(play([paid], DETECTOR, until=DUE + 1, reference=reference))
    assert (alert.severity, alert.score) == ("warning", 30)
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O-1")
    assert alert.account == COMPANY_ACCOUNT
    assert evidence(alert) == ids(paid)
    assert "58,000.00 CNY received at 2026-03-02 12:00" in alert.summary.en
    assert "up to 3 days later" in alert.summary.en
    assert "58,000.00 元" in alert.summary.zh
    assert "3 天内没有任何订单记录" in alert.summary.zh


@pytest.mark.parametrize("micro, known", [(0, True), (1, False)])
def test_an_edit_at_the_72nd_hour_is_in_time(micro: int, known: bool) -> None:
    #   payment ───── 72 h ─────┤ order edit      one microsecond beyond is not
    events = [payment(NOON, "P-1", order="O-1"), order(after(NOON, "72h", micro), "O-1")]
    assert (play(events, DETECTOR, until=LATER) == []) is known


def test_any_earlier_edit_of_the_order_will_do() -> None:
    for op in ("create", "update", "delete"):
        events = [
            edit(after(NOON, "-200d"), "E-2", op, ("order", "O-1")),
            payment(NOON, "P-1", order="O-1"),
        ]
        assert play(events, DETECTOR, until=LATER) == []


def test_another_order_of_the_customer_will_not() -> None:
    events = [
        order(after(NOON, "-1d"), "O-2", customer="C-1"),
        payment(NOON, "P-1", order="O-1", customer="C-1"),
    ]
    assert only(play(events, DETECTOR, until=LATER)).order == "O-1"


# It names a customer only.


@pytest.mark.parametrize(
    "distance, micro, known",
    [
        #   order ──── 90 d ────► payment ── 72 h ──► order      both edges count
        ("-90d", 0, True),
        ("-90d", -1, False),
        ("0s", 0, True),
        ("72h", 0, True),
        ("72h", 1, False),
    ],
)
def test_an_order_created_from_90_days_before_to_72_hours_after_explains_it(
    distance: str, micro: int, known: bool
) -> None:
    created = order(after(NOON, distance, micro), "O-1", customer="C-1")
    paid = payment(NOON, "P-1", customer="C-1")
    events = sorted([created, paid], key=lambda event: event.time)
    assert (play(events, DETECTOR, until=LATER) == []) is known


def test_only_the_creation_of_an_order_counts_there() -> None:
    events = [
        edit(after(NOON, "-1d"), "E-2", "update", ("order", "O-1"), customer="C-1"),
        payment(NOON, "P-1", customer="C-1"),
    ]
    alert = only(play(events, DETECTOR, until=LATER))
    assert "created none from 90 days before to 3 days after" in alert.summary.en
    assert "收款前 90 天至收款后 3 天内没有新建订单" in alert.summary.zh


def test_another_customers_order_explains_nothing() -> None:
    events = [
        order(after(NOON, "-1d"), "O-1", customer="C-2"),
        payment(NOON, "P-1", customer="C-1"),
    ]
    assert only(play(events, DETECTOR, until=LATER)).customer == "C-1"


def test_a_busy_customers_order_at_the_edge_is_not_lost_among_many() -> None:
    #   order at -90 d exactly, and hundreds before it: one that is thinned out must not matter
    many = [
        order(after(NOON, "-90d", -n * 3_600_000_000), f"O-{n}", customer="C-1")
        for n in range(300, -1, -1)
    ]
    assert play([*many, payment(NOON, "P-1", customer="C-1")], DETECTOR, until=LATER) == []


# It names neither.


def test_neither_order_nor_customer_fires_at_once() -> None:
    paid = payment(NOON, "P-1", amount="12600")
    alert = only(play([paid], DETECTOR))
    assert (alert.employee, alert.customer, alert.order) == (None, None, None)
    assert alert.detected_at == "2026-03-02T04:00:00Z"
    assert "names neither an order nor a customer" in alert.summary.en
    assert "既未注明订单也未注明客户" in alert.summary.zh


# What stops the wait, and what takes the alert back.


@pytest.mark.parametrize(
    "distance, micro, stops",
    [("0s", 0, True), ("72h", 0, True), ("72h", 1, False), ("-1h", 0, False)],
)
def test_a_refund_within_the_wait_stops_it(distance: str, micro: int, stops: bool) -> None:
    #   payment ── refund ≤ 72 h: nothing to wait for
    back = refund(after(NOON, distance, micro), "R-1", order="O-1")
    paid = payment(NOON, "P-1", order="O-1")
    events = sorted([paid, back], key=lambda event: (event.time, event.data.kind))
    assert (play(events, DETECTOR, until=LATER) == []) is stops


def test_a_refund_of_a_part_does_not() -> None:
    events = [
        payment(NOON, "P-1", order="O-1", amount="800"),
        refund(after(NOON, "1h"), "R-1", order="O-1", amount="799.99"),
    ]
    assert only(play(events, DETECTOR, until=LATER)).state == "firing"


def test_refunds_that_add_up_do() -> None:
    events = [
        payment(NOON, "P-1", customer="C-1", amount="800"),
        refund(after(NOON, "1h"), "R-1", customer="C-1", amount="300"),
        refund(after(NOON, "2h"), "R-2", customer="C-1", amount="500"),
    ]
    assert play(events, DETECTOR, until=LATER) == []


def test_another_orders_refund_does_not() -> None:
    events = [
        payment(NOON, "P-1", order="O-1"),
        refund(after(NOON, "1h"), "R-1", order="O-2"),
    ]
    assert only(play(events, DETECTOR, until=LATER)).state == "firing"


def test_a_late_order_that_was_in_time_withdraws_it() -> None:
    #   payment ── order (happened +2 h) ── 73 h: fires ── 5 d: the order arrives
    paid, created = payment(NOON, "P-1", order="O-1"), order(after(NOON, "2h"), "O-1")
    alerts = play([paid, hit(LATER, "E-9"), created], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert set(evidence(alerts[-1])) == set(ids(paid, created))
    assert "an order that explains it was found in time" in alerts[-1].summary.en


def test_a_late_refund_that_was_in_time_withdraws_it() -> None:
    back = refund(after(NOON, "2h"), "R-1", customer="C-1")
    alerts = play([payment(NOON, "P-1", customer="C-1"), hit(LATER, "E-9"), back], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "withdrawn"]
    assert "the money was refunded in time" in alerts[-1].summary.en
    assert "期限内已退款" in alerts[-1].summary.zh


def test_a_late_payment_whose_order_is_known_is_silent() -> None:
    events = [order(NOON, "O-1"), hit(LATER, "E-9"), payment(after(NOON, "1h"), "P-1", order="O-1")]
    assert play(events, DETECTOR, until=after(NOON, "30d")) == []


def test_refunds_themselves_need_no_order() -> None:
    assert play([refund(NOON, "R-1", customer="C-1")], DETECTOR, until=LATER) == []


def test_each_payment_is_its_own_alert() -> None:
    events = [payment(NOON, f"P-{n}", order="O-1") for n in (1, 2)]
    assert len(final(play(events, DETECTOR, until=LATER))) == 2


def test_it_needs_no_reference_data() -> None:
    paid = payment(NOON, "P-1", order="O-1")
    assert only(play([paid], DETECTOR, until=LATER, reference=Reference())).state == "firing"


def test_the_customers_owner_at_the_time_is_named() -> None:
    #   E-1 ──► payment ──► E-2 (an hour later)
    events = [
        payment(NOON, "P-1", customer="C-1"),
        owner(after(NOON, "1h"), "C-1", "E-2", was="E-1"),
    ]
    reference = company(customer("C-1", "E-1"))
    assert only(play(events, DETECTOR, until=LATER, reference=reference)).employee == "E-1"


def test_the_id_is_the_payments() -> None:
    assert (
        only(play([payment(NOON, "P-1")], DETECTOR)).alert_id
        == "unmatched-payment-8f826948c9756ac1"
    )
