"""What holds of every rule that gives an order time: when it is up, what ends the wait, and when it
is forgotten. A rule's own test module says the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import configured
from detectors.language.detector import Detector
from detectors.rules.figures import phantom_order
from detectors.rules.money import overdue_receivable, payment_mismatch
from detectors.rules.orders import missed_callback
from tests.detectors.order_world import back, paid, status
from tests.detectors.timeline import (
    after,
    callback,
    edit,
    evidence,
    final,
    hit,
    ids,
    local,
    only,
    order,
    play,
    shipment,
)

NINE = "2026-03-02 09:00"
NOON = "2026-03-02 12:00"
Make = Callable[[int], Event]


def sold(id_: str) -> Event:
    return order(NINE, id_, "E-1", customer="C-1", amount=Decimal(1000))


def becomes(id_: str, to: str) -> Event:
    return edit(NOON, "E-9", "update", ("order", id_), status=to)


UNDONE: dict[str, Make] = {
    "cancelled": lambda moment: status(moment, "cancelled"),
    "deleted": lambda moment: edit(moment, "E-9", "delete", ("order", "O-1")),
    "rejected": lambda moment: status(moment, "rejected"),
    "refunded": lambda moment: back(moment, "100"),
    "returned": lambda moment: shipment(moment, "S-1", order="O-1", status="returned"),
}


@dataclass(frozen=True)
class Waiting:
    """A rule, from what it waits how long for what, and which ends of an order end it too."""

    detector: Detector
    begins: Callable[[str], Event]
    wait: str
    comes: Make
    in_time: tuple[str, str]
    undone: tuple[str, ...]
    id: str

    def story(self, id_: str = "O-1") -> list[Event]:
        return [sold(id_), self.begins(id_)]

    @property
    def deadline(self) -> int:
        return after(NOON, self.wait)

    @property
    def due(self) -> int:
        return self.deadline + HOUR  # of grace

    def in_the_end(self, *events: Event) -> list[Alert]:
        told = sorted([*self.story(), *events], key=lambda event: event.time)
        return play(told, self.detector, until=self.deadline + 10 * DAY)


WAITING = (
    Waiting(
        phantom_order.DETECTOR,
        begins=lambda id_: becomes(id_, "approved"),
        wait="20d",
        comes=lambda moment: shipment(moment, "S-1", order="O-1"),
        in_time=("goods had moved, or money had come in, in time", "期限内已有发货或收款"),
        undone=("cancelled", "rejected", "deleted"),
        id="ca719a3710e3e6e6",
    ),
    Waiting(
        missed_callback.DETECTOR,
        begins=lambda id_: becomes(id_, "completed"),
        wait="14d",
        comes=lambda moment: callback(moment, "B-1", "C-1"),
        in_time=("the customer had been called back in time", "客户已在期限内回访"),
        undone=("cancelled", "deleted", "refunded"),
        id="cc6451650e7b5092",
    ),
    Waiting(
        payment_mismatch.DETECTOR,
        begins=lambda id_: becomes(id_, "completed"),
        wait="24h",
        comes=lambda moment: paid(moment, "900", "P-2"),
        in_time=("the money that was there by then matches the order", "届时实收与订单金额相符"),
        undone=("cancelled", "deleted", "refunded"),
        id="c2647a9519d82be1",
    ),
    Waiting(
        overdue_receivable.DETECTOR,
        begins=lambda id_: shipment(NOON, f"S-{id_[-1]}", order=id_),
        wait="30d",
        comes=lambda moment: paid(moment, "900", "P-2"),
        in_time=("the money had come in time", "货款已在期限内收到"),
        undone=("cancelled", "deleted", "refunded", "returned"),
        id="32e091c9923faa77",
    ),
)

each = pytest.mark.parametrize("rule", WAITING, ids=lambda rule: rule.detector.id)
edge = pytest.mark.parametrize("micro, in_time", [(0, True), (1, False)])
#: A part of the price: no rule takes it for all, and only of a paid order money can go back.
PART = paid(NINE, "100")


def begun(rule: Waiting) -> list[Event]:
    """Nothing moves for a phantom order: it is not paid in part either."""
    return [] if "refunded" not in rule.undone else [PART]


@each
def test_it_fires_once_its_time_and_an_hour_of_grace_are_up(rule: Waiting) -> None:
    #   12:00 it begins ──── the wait ────┼─ 1 h grace ─┤ 1 µs ◄ fires
    assert play(rule.story(), rule.detector, until=rule.due) == []
    alert = only(play(rule.story(), rule.detector, until=rule.due + 1))
    assert (alert.state, alert.employee, alert.customer, alert.order) == (
        "firing",
        "E-1",
        "C-1",
        "O-1",
    )
    assert alert.alert_id == f"{rule.detector.id}-{rule.id}"


@each
@edge
def test_what_it_waits_for_comes_in_time_up_to_the_last_microsecond(
    rule: Waiting, micro: int, in_time: bool
) -> None:
    came = rule.comes(rule.deadline + micro)
    assert (rule.in_the_end(*begun(rule), came) == []) is in_time


@edge
@pytest.mark.parametrize(
    "rule, how",
    [pytest.param(it, how, id=f"{it.detector.id}-{how}") for it in WAITING for how in it.undone],
)
def test_an_order_undone_in_time_is_left_alone(
    rule: Waiting, how: str, micro: int, in_time: bool
) -> None:
    undone = UNDONE[how](rule.deadline + micro)
    assert (rule.in_the_end(*begun(rule), undone) == []) is in_time


@each
def test_what_comes_late_leaves_it_standing(rule: Waiting) -> None:
    late = rule.comes(rule.deadline + 2 * DAY)
    assert only(rule.in_the_end(*begun(rule), late)).state == "firing"


@each
def test_what_arrives_late_but_was_in_time_withdraws_it(rule: Waiting) -> None:
    #   the wait, 1 h ◄ fires ── 3 d: what happened an hour before it was over arrives
    clock, late = hit(rule.deadline + 3 * DAY, "E-9"), rule.comes(rule.deadline - HOUR)
    alerts = play([*begun(rule), *rule.story(), clock, late], rule.detector)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[0]) == evidence(alerts[1])[:-1]
    assert evidence(alerts[1])[-1:] == ids(late)
    en, zh = rule.in_time
    assert alerts[1].summary.en.startswith(f"Withdrawn: {en}. ")
    assert alerts[1].summary.zh.startswith(f"已撤回：{zh}。订单 O-1 ")


@each
def test_a_repeat_counts_once_and_two_orders_are_two(rule: Waiting) -> None:
    alerts = rule.in_the_end(rule.begins("O-1"), *rule.story("O-2"))
    assert [alert.revision for alert in alerts] == [1, 1]
    assert {alert.order for alert in final(alerts).values()} == {"O-1", "O-2"}


@each
def test_how_long_it_waits_is_a_parameter(rule: Waiting) -> None:
    wait = int(Duration(rule.wait))
    patient, hasty = (configured(rule.detector, wait=it) for it in (2 * wait, wait // 2))
    assert play(rule.story(), patient, until=rule.due + 1) == []
    assert only(play(rule.story(), hasty, until=rule.due - wait // 2 + 1))


@each
def test_it_is_forgotten_in_the_end(rule: Waiting) -> None:
    run = local(rule.detector)
    run.run(rule.story(), rule.deadline + 10 * DAY)
    assert run.states["order:O-1"].notebooks
    run.advance(after(NOON, "415d"))
    assert run.states == {}
