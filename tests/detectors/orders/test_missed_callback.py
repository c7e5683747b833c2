"""missed-callback: nobody has called the customer back, from the order's creation to 14 d after
completion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from contract.event import Event
from contract.times import DAY
from detectors.rules.orders.missed_callback import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.order_world import NINE, NOON, ONE, SOLD, Waiting, status, told_of
from tests.detectors.timeline import (
    Moment,
    after,
    at,
    callback,
    company,
    customer,
    edit,
    evidence,
    hit,
    ids,
    local,
    only,
    order,
    play,
    withdrawing,
)


def call(moment: Moment, customer: str = "C-1", outcome: str = "confirmed", **more: str) -> Event:
    return callback(moment, "B-1", customer, outcome, **more)  # type: ignore[arg-type]


WAITS = Waiting(
    DETECTOR,
    begins=partial(status, to="completed"),
    wait="14d",
    comes=call,
    in_time=("the customer had been called back in time", "客户已在期限内回访"),
    undone=("cancelled", "deleted", "refunded"),
    id="cc6451650e7b5092",
)
DONE = WAITS.begins(NOON)
DEADLINE, DUE, in_the_end = WAITS.deadline, WAITS.due, WAITS.in_the_end


def test_a_completed_order_whose_customer_nobody_called() -> None:
    #   09:00 order ── 12:00 completed ──── 14 d ────┼─ 1 h grace ─┤ 1 µs ◄ fires
    alert = WAITS.fires(SOLD, DONE)
    assert told_of(alert) == ("info", 10, ids(DONE), {"wait": "14d"}, {})
    assert alert.summary.en == (
        "Order O-1 was completed at 2026-03-02 12:00; from 2026-03-02 09:00 to 14 days after that "
        "the customer was not called back. Customer: C-1. Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "订单 O-1 于 2026-03-02 12:00 完成，自 2026-03-02 09:00 至完成后 14 天内未曾回访客户。"
        "客户：C-1。责任人：唐静（E-1）。"
    )


@pytest.mark.parametrize("named", [True, False], ids=["names the order", "names the customer"])
@pytest.mark.parametrize(
    "moment, in_time",
    [
        #  ┤ order ── completed ──── 14 d ────┤       both edges count
        (at(NINE) - 1, False),
        (at(NINE), True),
        (at(NOON), True),
        (DEADLINE, True),
        (DEADLINE + 1, False),
    ],
)
def test_a_call_from_the_orders_creation_to_14_days_after_completion(
    moment: int, in_time: bool, named: bool
) -> None:
    about = {"order": "O-1"} if named else {}
    assert (in_the_end(SOLD, DONE, call(moment, **about)) == []) is in_time


@pytest.mark.parametrize("outcome", ["confirmed", "mismatch", "denied", "complaint"])
def test_whatever_the_customer_said(outcome: str) -> None:
    assert in_the_end(SOLD, DONE, call(after(NOON, "1d"), outcome=outcome)) == []


@pytest.mark.parametrize("about", [{}, {"order": "O-1"}])
def test_a_customer_that_was_not_reached_was_not_called_back(about: dict[str, str]) -> None:
    tried = call(after(NOON, "1d"), outcome="unreachable", **about)
    assert only(in_the_end(SOLD, DONE, tried)).state == "firing"


def test_another_customers_call_is_no_help_unless_it_names_the_order() -> None:
    assert only(in_the_end(SOLD, DONE, call(after(NOON, "1d"), "C-2")))
    assert in_the_end(SOLD, DONE, call(after(NOON, "1d"), "C-2", order="O-1")) == []


def test_a_call_about_another_order_of_the_customer_counts() -> None:
    assert in_the_end(SOLD, DONE, call(after(NOON, "1d"), order="O-2")) == []


def test_of_two_customers_either_will_do() -> None:
    moved = edit(after(NOON, "1d"), "E-9", "update", ("order", ONE), customer="C-2")
    assert in_the_end(SOLD, DONE, moved, call(after(NOON, "2d"), "C-2")) == []


def test_an_order_nobody_saw_created_counts_from_its_first_mention() -> None:
    #   09:00 mentioned ── 10:00 called ── 12:00 completed       a call before it does not count
    named = edit(NINE, "E-1", "view", ("order", "O-1"))
    assert in_the_end(named, DONE, call(after(NINE, "1h"), order="O-1")) == []
    early = in_the_end(named, DONE, call(after(NINE, "-1h"), order="O-1"))
    assert "from 2026-03-02 09:00 to" in only(early).summary.en


def test_an_order_without_a_customer_is_told_too() -> None:
    bare = order(NINE, "O-1", "E-1")
    assert in_the_end(bare, DONE, call(after(NOON, "1d"), order="O-1")) == []
    alert = only(in_the_end(bare, DONE))
    assert (alert.customer, alert.summary.en.endswith("called back. Responsible: E-1.")) == (
        None,
        True,
    )


def test_an_order_that_is_not_completed_waits_for_no_call() -> None:
    assert in_the_end(SOLD, status(NOON, "approved")) == []


@pytest.mark.parametrize("about", [{}, {"order": "O-1"}])
def test_a_call_that_arrives_late_but_was_made_in_time_withdraws_it(about: dict[str, str]) -> None:
    #   completed ──── 14 d, 1 h ◄ fires ── 18 d: the call of the 13th day arrives
    clock, late = hit(after(NOON, "18d"), "E-9"), call(after(NOON, "13d"), **about)
    alerts = play([SOLD, DONE, clock, late], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1]) == ids(DONE, late)
    assert alerts[-1].evidence[-1].note == withdrawing("the customer was called back")
    assert alerts[-1].summary.en.startswith("Withdrawn: the customer had been called back in time.")
    assert alerts[-1].summary.zh.startswith("已撤回：客户已在期限内回访。订单 O-1 于")


def test_no_call_is_forgotten_before_it_is_asked_for_though_time_leaps() -> None:
    #   completed ── called, without the order ──────── 300 d in one leap
    events = [SOLD, DONE, call(after(NOON, "1d"))]
    assert play(events, DETECTOR, until=after(NOON, "300d")) == []


def test_the_customer_is_asked_only_when_time_is_up_and_no_call_names_the_order() -> None:
    run = local(DETECTOR)
    run.run([SOLD, DONE], DUE)
    assert run.states["order:O-1"].asked == {}
    run.advance(DUE + 1)
    assert set(run.states["order:O-1"].asked) == {"customer:C-1"}
    run = local(DETECTOR)
    run.run([SOLD, DONE, call(after(NOON, "1d"), order="O-1")], after(NOON, "20d"))
    assert run.states["order:O-1"].asked == {}
    assert run.states["customer:C-1"].subscribers == {}


def test_the_customers_owner_is_named_where_the_order_has_nobody() -> None:
    known = edit(NINE, "E-9", "update", ("order", "O-1"), customer="C-1")
    reference = company(customer("C-1", "E-7"))
    alerts = play([known, DONE], DETECTOR, until=after(NOON, "15d"), reference=reference)
    assert only(alerts).employee == "E-7"


# The world it is held to the laws in.


FIRES = WAITS.alone("O-MC")
DOCUMENTS = order_world.DOCUMENTS
SCENES = WAITS.scenes(order_world.CALLS, order_world.CALLS, order_world.MONEY)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    events = retold.corrected(events)
    for id_, done, end in order_oracle.completions(events, 14 * DAY):
        began = order_oracle.creation(events, id_) or order_oracle.mention(events, id_)
        assert began is not None
        since = min(began.time, done.time)
        whom = order_oracle.customers(events, id_, end)
        if not order_oracle.calls(events, id_, whom, since, end):
            yield order_oracle.answer(events, "info", id_, done.time, end, done)
