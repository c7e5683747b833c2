"""duties-conflict: an order's owner or creator books its payment or releases its goods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import pytest

from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import Payment, Shipment
from detectors.rules.orders.duties_conflict import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.timeline import (
    after,
    at,
    company,
    edit,
    employee,
    evidence,
    final,
    ids,
    only,
    order,
    payment,
    play,
    refund,
    shipment,
)
from tests.parts.may_happen import around

NINE = "2026-03-02 09:00"
NOON = "2026-03-02 12:00"


def test_the_creator_books_the_payment() -> None:
    #   09:00 E-1 creates O-1    12:00 E-1 books its payment ◄ fires
    sold = order(NINE, "O-1", "E-1", customer="C-1")
    paid = payment(NOON, "P-1", order="O-1", recorded_by="E-1")
    reference = company(employee("E-1", "唐静"))
    alert = only(play([sold, paid], DETECTOR, reference=reference))
    assert (alert.severity, alert.score, alert.state) == ("critical", 60, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O-1")
    assert evidence(alert) == ids(sold, paid)
    assert alert.summary.en == (
        "唐静 (E-1) booked payment P-1 at 2026-03-02 12:00 for order O-1, which they created."
    )
    assert alert.summary.zh == (
        "唐静（E-1）于 2026-03-02 12:00 登记了付款 P-1，而此人正是订单 O-1 的下单人。"
    )


def test_the_owner_releases_the_goods() -> None:
    #   09:00 E-2 creates O-1 for E-1    12:00 E-1 releases its goods ◄ fires
    sold = order(NINE, "O-1", "E-2", customer="C-1", owner="E-1")
    sent = shipment(NOON, "S-1", order="O-1", released_by="E-1")
    alert = only(play([sold, sent], DETECTOR))
    assert evidence(alert) == ids(sold, sent)
    assert alert.summary.en == (
        "E-1 released shipment S-1 at 2026-03-02 12:00 for order O-1, whose owner they are."
    )
    assert alert.summary.zh == (
        "员工E-1于 2026-03-02 12:00 放行了发货单 S-1，而此人正是订单 O-1 的归属人。"
    )


@pytest.mark.parametrize("duty", ["payment", "shipment"])
def test_somebody_else_does_the_duty(duty: str) -> None:
    #   09:00 E-1 creates O-1    12:00 E-9, of finance or the warehouse
    done = (
        payment(NOON, "P-1", order="O-1", recorded_by="E-9")
        if duty == "payment"
        else shipment(NOON, "S-1", order="O-1", released_by="E-9")
    )
    assert play([order(NINE, "O-1", "E-1"), done], DETECTOR) == []


def test_a_payment_or_shipment_by_nobody_or_for_no_order_says_nothing() -> None:
    events = [
        order(NINE, "O-1", "E-1"),
        payment(NOON, "P-1", order="O-1"),
        payment(NOON, "P-2", recorded_by="E-1"),
        shipment(NOON, "S-1", order="O-1"),
        shipment(NOON, "S-2", released_by="E-1"),
    ]
    assert play(events, DETECTOR) == []


def test_a_refund_is_booked_as_a_payment_is() -> None:
    sold = order(NINE, "O-1", "E-1")
    gone = refund(NOON, "R-1", "10", order="O-1", recorded_by="E-1")
    alert = only(play([sold, gone], DETECTOR))
    assert alert.summary.en.startswith("E-1 booked payment R-1 at 2026-03-02 12:00 ")
    assert alert.evidence[-1].note == "booked by the order's own salesperson"


def test_the_customer_is_whom_the_payment_names_else_the_order() -> None:
    sold = order(NINE, "O-1", "E-1", customer="C-1")
    paid = payment(NOON, "P-1", order="O-1", customer="C-2", recorded_by="E-1")
    assert only(play([sold, paid], DETECTOR)).customer == "C-2"


def test_more_of_it_half_a_year_later_is_a_revision() -> None:
    #   09:00 order    12:00 payment ◄ fires ───── 180 d ─────┤ another payment: the same alert
    events = [
        order(NINE, "O-1", "E-1"),
        payment(NOON, "P-1", order="O-1", recorded_by="E-1"),
        payment(after(NOON, "180d"), "P-2", order="O-1", recorded_by="E-1"),
    ]
    assert only(play(events, DETECTOR)).revision == 2


def test_what_was_corrected_later_is_no_more_of_it() -> None:
    #   09:00 order    12:00 payment ◄ fires ── 180 d ─┤ P-2 ── 1 h: P-2 was another order's
    sold, paid = order(NINE, "O-1", "E-1"), payment(NOON, "P-1", order="O-1", recorded_by="E-1")
    more = payment(after(NOON, "180d"), "P-2", order="O-1", recorded_by="E-1")
    corrected = payment(after(NOON, "4321h"), "P-2", order="O-2", recorded_by="E-1")
    alerts = play([sold, paid, more, corrected], DETECTOR)
    assert [alert.revision for alert in alerts] == [1, 2, 3]
    assert evidence(alerts[-1]) == evidence(alerts[0]) == ids(sold, paid)


def test_goods_that_arrive_are_not_released_again() -> None:
    sold = order(NINE, "O-1", "E-1")
    arrived = shipment(NOON, "S-1", order="O-1", status="delivered", released_by="E-1")
    assert play([sold, arrived], DETECTOR) == []


@pytest.mark.parametrize("micro, fires", [(0, True), (-1, False)])
def test_the_owner_is_who_it_was_at_the_time(micro: int, fires: bool) -> None:
    #   09:00 E-9 creates O-1 for E-2    12:00 becomes E-1's ┤ E-1 books its payment
    #                                                   1 µs earlier it was not theirs
    sold = order(NINE, "O-1", "E-9", owner="E-2")
    moved = edit(NOON, "E-9", "update", ("order", "O-1"), owner="E-1")
    paid = payment(after(NOON, "0s", micro), "P-1", order="O-1", recorded_by="E-1")
    assert (play([sold, moved, paid], DETECTOR) != []) is fires


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_an_order_told_of_up_to_7_days_later_counts(micro: int, fires: bool) -> None:
    #   12:00 E-1 books a payment ───── 7 d ─────┤ E-1 creates the order
    paid = payment(NOON, "P-1", order="O-1", recorded_by="E-1")
    sold = order(after(NOON, "7d", micro), "O-1", "E-1")
    assert (play([paid, sold], DETECTOR) != []) is fires


def test_the_edit_since_which_they_own_it_is_shown_in_whatever_order_edits_repeat_it() -> None:
    #   09:00 E-1's ── 10:00 still E-1's ── 10:30 E-1 books ── 11:00 E-1's ── 12:00 still E-1's
    def owns(moment: str, was: str | None = None) -> Event:
        before: dict[str, object] | None = {"owner": was} if was else None
        return edit(moment, "E-9", "update", ("order", "O-1"), before=before, owner="E-1")

    words = [owns(NINE), owns("2026-03-02 10:00", "E-1")]
    words += [owns("2026-03-02 11:00"), owns(NOON, "E-1")]
    paid = payment("2026-03-02 10:30", "P-1", order="O-1", recorded_by="E-1")
    for came in permutations(words):
        assert evidence(only(play([paid, *came], DETECTOR))) == ids(words[0], paid)


def test_another_order_of_theirs_is_another_matter() -> None:
    sold = [order(NINE, "O-1", "E-1"), order(NINE, "O-2", "E-2")]
    paid = payment(NOON, "P-1", order="O-2", recorded_by="E-1")
    assert play([*sold, paid], DETECTOR) == []


def test_more_of_one_duty_revises_the_alert_and_the_other_duty_is_another() -> None:
    #   09:00 order    12:00 payment ◄    13:00 payment (revision 2)    14:00 goods ◄ another
    events = [
        order(NINE, "O-1", "E-1"),
        payment(NOON, "P-1", order="O-1", recorded_by="E-1"),
        payment(after(NOON, "1h"), "P-2", order="O-1", recorded_by="E-1"),
        shipment(after(NOON, "2h"), "S-1", order="O-1", released_by="E-1"),
    ]
    money, goods = final(play(events, DETECTOR)).values()
    assert (money.revision, goods.revision) == (2, 1)
    assert money.summary.en.endswith("which they created, and 1 more later.")
    assert money.summary.zh.endswith("的下单人，此后又有 1 次。")


def test_a_late_handover_withdraws_it() -> None:
    #   09:00 E-9 creates O-1 for E-1    10:00 becomes E-2's (arrives last)    12:00 E-1 books
    sold = order(NINE, "O-1", "E-9", owner="E-1")
    moved = edit("2026-03-02 10:00", "E-9", "update", ("order", "O-1"), owner="E-2")
    paid = payment(NOON, "P-1", order="O-1", recorded_by="E-1")
    alert = only(play([sold, paid, moved], DETECTOR))
    assert (alert.state, alert.revision) == ("withdrawn", 2)


# The world it is held to the laws in.


DOCUMENTS = order_world.DOCUMENTS
T = at(NOON)
SCENES = order_world.scenes(
    [T - HOUR, T, *around(T), T + 7 * DAY, *around(T + 7 * DAY), T + 180 * DAY],
    *[order_world.BOOKED, order_world.RELEASED, order_world.HANDS] * 5,
    first=[
        payment(T, "P-1", order="O-A", recorded_by="E-A"),
        order(T - HOUR, "O-A", "E-CLERK", customer="K-1", owner="E-A"),
    ],
)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    """Of each order and duty, all acts of its owner or creator, by what a week later is known."""
    events = retold.corrected(events)
    for id_ in order_world.ORDERS:
        for kind in (Payment, Shipment):
            shown: list[Event] = []
            first: tuple[str, str | None] | None = None
            for act in retold.sooner(events):
                data = act.data
                if not isinstance(data, Payment | Shipment) or not isinstance(data, kind):
                    continue
                moved = isinstance(data, Payment) or data.status == "dispatched"
                who = data.recorded_by if isinstance(data, Payment) else data.released_by
                if data.order != id_ or not moved or who is None:
                    continue
                end = act.time + 7 * DAY
                tie = order_oracle.tie(events, id_, who, act.time, end)
                if tie is None:
                    continue
                named = [data.customer] if data.customer else []
                named += order_oracle.customers(events, id_, end)
                first = first or (who, named[0] if named else None)
                shown += [act, tie]
            if first is not None:
                evidence = frozenset(event.id for event in shown)
                yield "critical", *first, id_, None, evidence
