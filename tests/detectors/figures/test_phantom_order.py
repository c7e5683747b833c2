"""phantom-order: approved or completed, and 20 d later neither goods nor money have moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from contract.event import Event
from contract.times import DAY
from detectors.rules.figures.phantom_order import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.order_world import NINE, NOON, SOLD, Waiting, goods, status, told_of
from tests.detectors.timeline import (
    after,
    evidence,
    hit,
    ids,
    only,
    order,
    payment,
    play,
    refund,
    shipment,
)

WAITS = Waiting(
    DETECTOR,
    begins=partial(status, to="approved"),
    wait="20d",
    comes=goods,
    in_time=("goods had moved, or money had come in, in time", "期限内已有发货或收款"),
    undone=("cancelled", "rejected", "deleted"),
    id="ca719a3710e3e6e6",
)
APPROVED = WAITS.begins(NOON)
DEADLINE, in_the_end = WAITS.deadline, WAITS.in_the_end


def test_an_approved_order_for_which_nothing_moves() -> None:
    #   09:00 order ── 12:00 approved ──── 20 d ────┼─ 1 h grace ─┤ 1 µs ◄ fires
    alert = WAITS.fires(SOLD, APPROVED)
    assert told_of(alert) == ("warning", 30, ids(APPROVED), {"wait": "20d"}, {})
    assert alert.summary.en == (
        "Order O-1 was approved at 2026-03-02 12:00; 20 days later no goods had moved for it and "
        "no money had come in. It comes to 1,000.00 CNY. Customer: C-1. Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "订单 O-1 于 2026-03-02 12:00 审批通过，此后 20 天内既无发货也无收款。"
        "订单金额 1,000.00 元。客户：C-1。责任人：唐静（E-1）。"
    )


def test_one_completed_without_an_approval_too() -> None:
    bare = order(NINE, "O-1", "E-1")
    alert = only(in_the_end(bare, status(NOON, "completed")))
    assert alert.summary.en == (
        "Order O-1 was completed at 2026-03-02 12:00; 20 days later no goods had moved for it and "
        "no money had come in. Responsible: E-1."
    )
    assert alert.summary.zh == (
        "订单 O-1 于 2026-03-02 12:00 完成，此后 20 天内既无发货也无收款。责任人：员工E-1。"
    )


def test_it_counts_from_the_first_of_approval_and_completion() -> None:
    #   12:00 approved ── 15 d: completed ── 20 d ┤ ◄ fires, from the approval
    done = status(after(NOON, "15d"), "completed")
    assert evidence(only(in_the_end(SOLD, APPROVED, done))) == ids(APPROVED)


@pytest.mark.parametrize("word", ["draft", "submitted", "rejected", "cancelled"])
def test_an_order_in_another_state_promises_nothing(word: str) -> None:
    assert in_the_end(SOLD, status(NOON, word)) == []


@pytest.mark.parametrize("what", ["received", "dispatched", "delivered", "returned"])
@pytest.mark.parametrize(
    "moment, in_time",
    [
        #  ◄ from whenever        approved ──── 20 d ────┤      one microsecond beyond is not
        (after(NOON, "-300d"), True),
        (DEADLINE, True),
        (DEADLINE + 1, False),
    ],
)
def test_goods_or_money_by_the_20th_day_show_that_it_is_real(
    what: str, moment: int, in_time: bool
) -> None:
    piece = (
        payment(moment, "P-1", amount="1", order="O-1")
        if what == "received"
        else goods(moment, what)
    )
    assert (in_the_end(SOLD, APPROVED, piece) == []) is in_time


def test_those_of_other_orders_or_of_none_show_nothing() -> None:
    others = [
        payment(NOON, "P-1", order="O-2", customer="C-1"),
        shipment(NOON, "S-1", customer="C-1"),
        refund(NOON, "R-1", order="O-1"),
    ]
    assert only(in_the_end(SOLD, APPROVED, *others)).order == "O-1"


def test_one_that_was_rejected_first_and_approved_then_is_waited_for() -> None:
    #   10:00 rejected ── 12:00 approved ── 20 d ┤ ◄ fires
    assert only(in_the_end(SOLD, status(after(NINE, "1h"), "rejected"), APPROVED))


def test_after_an_image_that_repeats_the_approval_its_completion_is_new() -> None:
    #   12:00 was approved, and is ── 1 d: completed ── 20 d ┤ ◄ fires, from the completion
    image = status(NOON, "approved", before={"status": "approved"})
    done = status(after(NOON, "1d"), "completed", before={"status": "approved"})
    assert evidence(only(in_the_end(SOLD, image, done))) == ids(done)


def test_a_cancellation_that_arrives_late_withdraws_it() -> None:
    clock, late = hit(after(NOON, "23d"), "E-9"), status(after(NOON, "19d"), "cancelled")
    alert = only(play([SOLD, APPROVED, clock, late], DETECTOR))
    assert alert.summary.en.startswith("Withdrawn: the order was called off in time. ")


# The world it is held to the laws in.


FIRES = WAITS.alone("O-PO")
DOCUMENTS = order_world.DOCUMENTS
SCENES = WAITS.scenes(order_world.MONEY, order_world.GOODS)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    events = retold.corrected(events)

    def promised(id_: str) -> Event | None:
        return order_oracle.became(events, id_, "approved", "completed")

    def ended(id_: str, at: int, by: str) -> bool:
        known = retold.told_by(events, at, by)
        status = order_oracle.status_at(known, id_, at)
        return order_oracle.is_deleted(known, id_, at) or status not in ("approved", "completed")

    for id_, began, end in order_oracle.waits(events, promised, 20 * DAY, ended):
        moved = order_oracle.shipments(events, id_, "dispatched", "delivered", "returned")
        money = order_oracle.money(events, id_, 2**62)
        came = [it for it, data in money if data.kind == "received"]
        first = promised(id_)
        assert first is not None
        if not any(it.time <= max(end, first.time + 20 * DAY) for it in (*moved, *came)):
            yield order_oracle.answer(events, "warning", id_, began.time, end, began)
