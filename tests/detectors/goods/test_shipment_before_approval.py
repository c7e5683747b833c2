"""shipment-before-approval: goods leave before their known order was approved or completed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import Shipment
from detectors.rules.goods.shipment_before_approval import DETECTOR
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
    play,
    shipment,
)
from tests.parts.may_happen import around

NINE = "2026-03-02 09:00"
NOON = "2026-03-02 12:00"
DUE = after(NOON, "1h")  # the grace
LATER = after(NOON, "3d")


def status(moment: str | int, to: str, order_: str = "O-1", was: str | None = None) -> Event:
    before: dict[str, object] | None = {"status": was} if was else None
    return edit(moment, "E-BOSS", "update", ("order", order_), before=before, status=to)


SOLD = order(NINE, "O-1", "E-1", customer="C-1", status="submitted")
SENT = shipment(NOON, "S-1", order="O-1")


def test_goods_that_leave_before_the_approval() -> None:
    #   09:00 created    12:00 dispatched ── 1 h grace ─┤ 1 µs ◄ fires    15:00 approved: too late
    assert play([SOLD, SENT], DETECTOR, until=DUE) == []
    reference = company(employee("E-1", "唐静"))
    events = [SOLD, SENT, status("2026-03-02 15:00", "approved")]
    alert = only(play(events, DETECTOR, until=LATER, reference=reference))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", "O-1")
    assert evidence(alert) == ids(SOLD, SENT)
    assert alert.summary.en == (
        "Shipment S-1 left at 2026-03-02 12:00, before order O-1 was approved. "
        "Responsible: 唐静 (E-1)."
    )
    assert alert.summary.zh == (
        "发货单 S-1 于 2026-03-02 12:00 出库，当时订单 O-1 尚未审批通过。责任人：唐静（E-1）。"
    )


@pytest.mark.parametrize("word", ["approved", "completed"])
@pytest.mark.parametrize("micro, fires", [(0, False), (1, True)])
def test_an_approval_at_the_very_instant_is_in_time(word: str, micro: int, fires: bool) -> None:
    #   09:00 created    12:00 dispatched and approved      1 µs later is too late
    events = [SOLD, SENT, status(after(NOON, "0s", micro), word)]
    assert (play(events, DETECTOR, until=LATER) != []) is fires


@pytest.mark.parametrize("word", ["draft", "submitted", "rejected", "cancelled"])
def test_another_status_is_no_approval(word: str) -> None:
    events = [SOLD, status("2026-03-02 10:00", word), SENT]
    assert only(play(events, DETECTOR, until=LATER)).state == "firing"


def test_the_first_approval_counts_whatever_came_after_it() -> None:
    #   09:00 created    10:00 approved    11:00 back to submitted    12:00 dispatched
    events = [SOLD, status("2026-03-02 10:00", "approved")]
    events += [status("2026-03-02 11:00", "submitted"), SENT]
    assert play(events, DETECTOR, until=LATER) == []


def test_what_a_later_edit_followed_was_the_status_before() -> None:
    #   (approved before anybody listened)    12:00 dispatched    14:00 approved → completed
    closing = status("2026-03-02 14:00", "completed", was="approved")
    assert play([SENT, closing], DETECTOR, until=LATER) == []


@pytest.mark.parametrize("was, fires", [("approved", False), ("submitted", True)])
def test_what_an_earlier_edit_followed_was_the_status_before_that(was: str, fires: bool) -> None:
    #   (approved before anybody listened)    10:00 approved → draft    12:00 dispatched
    back = status("2026-03-02 10:00", "draft", was=was)
    assert (play([back, SENT], DETECTOR, until=LATER) != []) is fires


@pytest.mark.parametrize("micro, known", [(0, True), (1, False)])
def test_an_order_first_mentioned_24_hours_later_is_known(micro: int, known: bool) -> None:
    #   12:00 dispatched ───── 24 h ─────┤ order created      1 µs later it is nobody's order
    events = [SENT, order(after(NOON, "24h", micro), "O-1", "E-1")]
    assert (play(events, DETECTOR, until=LATER) != []) is known


def test_an_order_nobody_mentions_is_another_detectors_business() -> None:
    assert play([SENT], DETECTOR, until=LATER) == []


def test_an_approval_of_another_order_does_not_help() -> None:
    events = [SOLD, status("2026-03-02 10:00", "approved", "O-2"), SENT]
    assert only(play(events, DETECTOR, until=LATER)).order == "O-1"


def test_each_shipment_has_its_alert_and_a_second_report_of_one_has_none() -> None:
    again = shipment(after(NOON, "10m"), "S-1", order="O-1")
    other = shipment(after(NOON, "20m"), "S-2", order="O-1")
    assert len(final(play([SOLD, SENT, again, other], DETECTOR, until=LATER))) == 2


def test_goods_that_come_back_or_arrive_do_not_leave() -> None:
    for word in ("delivered", "returned"):
        events = [SOLD, shipment(NOON, "S-1", order="O-1", status=word)]
        assert play(events, DETECTOR, until=LATER) == []


def test_who_released_the_goods_is_named() -> None:
    sent = shipment(NOON, "S-1", order="O-1", released_by="E-7")
    assert only(play([SOLD, sent], DETECTOR, until=LATER)).employee == "E-7"


def test_an_approval_that_arrives_late_withdraws_it() -> None:
    #   09:00 created    10:00 approved (arrives last)    12:00 dispatched    13:00 ◄ fires
    events = [SOLD, SENT, order(after(NOON, "5h"), "O-9", "E-1")]
    late = status("2026-03-02 10:00", "approved")
    alert = only(play([*events, late], DETECTOR, until=LATER))
    assert (alert.state, alert.revision) == ("withdrawn", 2)
    assert evidence(alert) == ids(SOLD, late, SENT)
    assert alert.summary.en.startswith("Withdrawn: the order had been approved before. ")


# The world it is held to the laws in.


DOCUMENTS = order_world.DOCUMENTS
T = at(NOON)
SCENES = order_world.scenes(
    [T - DAY, *around(T), T + HOUR, *around(T + DAY), T + 3 * DAY],
    *[order_world.RELEASED, order_world.STATUSES] * 4,
    order_world.HANDS,
    first=[
        shipment(T, "S-1-O-A", order="O-A"),
        order(T - DAY, "O-A", "E-CLERK", customer="K-1", status="submitted"),
    ],
)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    """The first dispatch of every shipment of an order told of in a day, and approved later."""
    events = retold.corrected(events)
    for id_ in order_world.ORDERS:
        seen: set[str] = set()
        for sent in order_oracle.shipments(events, id_, "dispatched"):
            assert isinstance(sent.data, Shipment)
            if sent.data.shipment in seen:
                continue
            seen.add(sent.data.shipment)
            end = sent.time + DAY
            told = [event for event in events if event.time <= end]
            mention = order_oracle.mention(told, id_)
            if mention is None or _was_approved(told, id_, sent.time):
                continue
            whom = [sent.data.customer] if sent.data.customer else []
            whom += order_oracle.customers(events, id_, end)
            who = sent.data.released_by or order_oracle.whose(events, id_, sent.time, end)
            evidence = frozenset({sent.id, mention.id})
            yield "warning", who, whom[0] if whom else None, id_, None, evidence


def _was_approved(told: Sequence[Event], id_: str, at: int) -> bool:
    """By a word of it until then, or by what the first word after says it was until then."""
    words = order_oracle.words(told, id_)
    approved = {"approved", "completed"}
    by_then = [{status, before} for event, status, before in words if event.time <= at]
    if by_then:
        return any(approved & said for said in by_then)
    return bool(words) and words[0][2] in approved
