"""shipment-without-order: goods leave with no order, or with one unmentioned up to 24 h after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.rules.goods.shipment_without_order import DETECTOR
from tests.detectors import order_world
from tests.detectors.asked import asked
from tests.detectors.order_oracle import Answer
from tests.detectors.timeline import (
    activity,
    after,
    at,
    company,
    customer,
    edit,
    evidence,
    final,
    hit,
    ids,
    only,
    order,
    payment,
    play,
    shipment,
)
from tests.examples.nine_questions import shipment_without_order
from tests.parts.may_happen import either

NOON = "2026-03-02 12:00"
DUE = after(NOON, "25h")  # 24 h, and 1 h of grace


def test_a_shipment_that_names_no_order_fires_at_once() -> None:
    #   12:00 dispatched, no order ◄ fires
    sent = shipment(NOON, "S-1", customer="C-1")
    alert = only(play([sent], DETECTOR, reference=company(customer("C-1", "E-1"))))
    assert (alert.severity, alert.score) == ("critical", 60)
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", None)
    assert evidence(alert) == ids(sent)
    assert alert.summary.en == (
        "Shipment S-1 to customer C-1 left at 2026-03-02 12:00 and names no order. "
        "Responsible: E-1."
    )
    assert alert.summary.zh == (
        "发往客户 C-1 的发货单 S-1 于 2026-03-02 12:00 出库，未关联任何订单。责任人：员工E-1。"
    )


def test_an_order_nobody_mentions_fires_after_24_hours_and_the_grace() -> None:
    #   dispatched ───── 24 h ─────┼─ 1 h grace ─┤ 1 µs ◄ fires
    sent = shipment(NOON, "S-1", order="O-1")
    assert play([sent], DETECTOR, until=DUE) == []
    alert = only(play([sent], DETECTOR, until=DUE + 1))
    assert alert.order == "O-1"
    assert alert.detected_at == "2026-03-03T05:00:00Z"
    assert "up to 1 day later" in alert.summary.en
    assert "1 天内没有任何订单记录" in alert.summary.zh


@pytest.mark.parametrize("jump", ["26h", "9d", "100d"])
def test_it_fires_however_far_time_jumps(jump: str) -> None:
    sent = shipment(NOON, "S-1", order="O-1")
    assert only(play([sent], DETECTOR, until=after(NOON, jump))).state == "firing"


@pytest.mark.parametrize("distance, micro, known", [("24h", 0, True), ("24h", 1, False)])
def test_an_edit_at_the_24th_hour_is_in_time(distance: str, micro: int, known: bool) -> None:
    #   dispatched ───── 24 h ─────┤ edit      one microsecond beyond is not
    events = [
        shipment(NOON, "S-1", order="O-1"),
        edit(after(NOON, distance, micro), "E-2", "update", ("order", "O-1"), status="submitted"),
    ]
    alerts = play(events, DETECTOR, until=after(NOON, "3d"))
    assert (alerts == []) is known


def test_any_earlier_edit_of_the_order_is_a_mention() -> None:
    for op in ("create", "update", "view"):
        events = [
            edit(after(NOON, "-80d"), "E-2", op, ("order", "O-1")),
            shipment(NOON, "S-1", order="O-1"),
        ]
        assert play(events, DETECTOR, until=after(NOON, "3d")) == []


def test_edits_of_other_things_that_name_the_order_are_none() -> None:
    events = [
        shipment(NOON, "S-1", order="O-1"),
        edit(after(NOON, "1h"), "E-2", "create", ("activity", "A-1"), order="O-1"),
        order(after(NOON, "1h"), "O-2"),
    ]
    assert only(play(events, DETECTOR, until=after(NOON, "3d"))).order == "O-1"


def test_the_order_that_arrives_late_but_was_in_time_withdraws_it() -> None:
    #   dispatched ── edit (happened 2 h after) ── 25 h: fires ── 30 h: the edit arrives
    sent = shipment(NOON, "S-1", order="O-1")
    clock = hit(after(NOON, "30h"), "E-9")
    late = order(after(NOON, "2h"), "O-1")
    alerts = play([sent, clock, late], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "withdrawn"]
    assert [alert.revision for alert in alerts] == [1, 2]
    assert evidence(alerts[-1]) == ids(sent, late)
    assert alerts[-1].summary.en.startswith("Withdrawn: an order edit in time mentions the order.")
    assert alerts[-1].summary.zh.startswith("已撤回：期限内已有该订单的编辑记录。")


def test_an_order_entered_too_late_withdraws_nothing() -> None:
    #   dispatched ── 24 h ──┼─ 25 h: fires ── 2 d: an order is made up: now we know by whom
    events = [shipment(NOON, "S-1", order="O-1"), order(after(NOON, "2d"), "O-1", customer="C-1")]
    alert = only(play(events, DETECTOR))
    assert (alert.state, alert.employee, alert.customer) == ("firing", "E-CLERK", "C-1")
    assert alert.summary.en == (
        "Shipment S-1 to customer C-1 left at 2026-03-02 12:00 and names order O-1, which no "
        "order edit mentions up to 1 day later. Responsible: E-CLERK."
    )
    assert alert.summary.zh == (
        "发往客户 C-1 的发货单 S-1 于 2026-03-02 12:00 出库，所关联的订单 O-1 在发货后 1 天内没有"
        "任何订单记录。责任人：员工E-CLERK。"
    )


def test_the_customer_the_shipment_names_comes_before_the_orders() -> None:
    events = [
        shipment(NOON, "S-1", order="O-1", customer="C-2"),
        order(after(NOON, "2d"), "O-1", customer="C-1"),
    ]
    assert only(play(events, DETECTOR)).customer == "C-2"


def test_a_shipment_that_arrives_late_fires_the_same_alert() -> None:
    sent, clock = shipment(NOON, "S-1", order="O-1"), hit(after(NOON, "6d"), "E-9")
    late, on_time = play([clock, sent], DETECTOR), play([sent, clock], DETECTOR)
    assert only(late) == only(on_time)


def test_the_same_event_again_changes_nothing() -> None:
    events = [shipment(NOON, "S-1"), shipment(NOON, "S-1")]
    assert [alert.revision for alert in play(events, DETECTOR)] == [1]


@pytest.mark.parametrize("status", ["delivered", "returned"])
def test_only_dispatches_count(status: str) -> None:
    events = [
        shipment(NOON, "S-1", status=status),
        shipment(NOON, "S-2", order="O-1", status=status),
    ]
    assert play(events, DETECTOR, until=after(NOON, "3d")) == []


def test_each_shipment_of_an_order_is_its_own_alert() -> None:
    events = [shipment(NOON, f"S-{n}", order="O-1") for n in (1, 2)]
    assert len(final(play(events, DETECTOR, until=after(NOON, "2d")))) == 2


def test_time_that_stands_still_never_makes_an_absence() -> None:
    events = [shipment(NOON, "S-1", order="O-1"), activity(NOON, "E-1", "C-1")]
    assert play(events, DETECTOR) == []


def test_who_released_it_is_named_where_nobody_owns_it() -> None:
    sent = shipment(NOON, "S-1", released_by="E-5")
    assert only(play([sent], DETECTOR)).employee == "E-5"


def test_the_customers_owner_comes_before_who_released_it() -> None:
    sent = shipment(NOON, "S-1", customer="C-1", released_by="E-5")
    reference = company(customer("C-1", "E-1"))
    assert only(play([sent], DETECTOR, reference=reference)).employee == "E-1"


def test_payments_mean_nothing_to_it() -> None:
    events = [
        shipment(NOON, "S-1", order="O-1"),
        payment(after(NOON, "1h"), "P-1", order="O-1"),
    ]
    assert only(play(events, DETECTOR, until=after(NOON, "2d"))).state == "firing"


def test_the_id_is_the_shipments() -> None:
    alert = only(play([shipment(NOON, "S-1")], DETECTOR))
    assert alert.alert_id == "shipment-without-order-a06626895c4b3c03"


# The world it is held to the laws in.


DOCUMENTS = order_world.DOCUMENTS
_AWAY = (0, HOUR, *[day * DAY + micro for day in (1, 2) for micro in (-1, 0, 0, 1)])
_beside = either((order_world.RELEASED, order_world.HANDS, *order_world.EDITS))


@st.composite
def _dispatching(draw: st.DrawFn) -> list[Event]:
    """Goods of two orders or of none leave; mostly later than that, edits and other goods."""
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 3))):
        sent = at(NOON) + draw(st.sampled_from((0, 0, 1, DAY, DAY + 1)))
        events.append(draw(order_world.RELEASED)(sent))
        for _ in range(draw(st.integers(0, 3))):
            sign = draw(st.sampled_from((-1, 1, 1, 1)))
            events.append(draw(_beside)(sent + sign * draw(st.sampled_from(_AWAY))))
    return order_world.truthful(events)


SCENES = _dispatching()


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    return asked(shipment_without_order, events, DOCUMENTS)
