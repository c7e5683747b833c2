"""What holds of every rule that gives an order time: when it is up, what ends the wait, and when it
is forgotten. A rule's own test module has the rule as `WAITS`, and says the rest."""

from __future__ import annotations

import pytest

from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit
from detectors.engine.engine import configured
from detectors.rules.catalogue import DETECTORS
from tests.detectors.modules import its_tests
from tests.detectors.order_world import NINE, NOON, SOLD, Waiting, back, goods, paid, status
from tests.detectors.timeline import (
    after,
    edit,
    evidence,
    final,
    hit,
    ids,
    local,
    only,
    play,
)
from tests.parts.may_happen import Make

UNDONE: dict[str, Make] = {
    "cancelled": lambda moment: status(moment, "cancelled"),
    "deleted": lambda moment: edit(moment, "E-9", "delete", ("order", "O-1")),
    "rejected": lambda moment: status(moment, "rejected"),
    "refunded": lambda moment: back(moment, "100"),
    "returned": lambda moment: goods(moment, "returned"),
}


WAITING: list[Waiting] = [
    its_tests(detector).WAITS for detector in DETECTORS if hasattr(its_tests(detector), "WAITS")
]
BY_STATUS = [rule for rule in WAITING if isinstance(rule.begins(NOON).data, CrmEdit)]
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
    alert = rule.fires(*rule.story())
    assert alert.alert_id == f"{rule.detector.id}-{rule.id}"


@each
@edge
def test_what_it_waits_for_comes_in_time_up_to_the_last_microsecond(
    rule: Waiting, micro: int, in_time: bool
) -> None:
    came = rule.comes(rule.deadline + micro)
    assert (rule.in_the_end(*rule.story(), *begun(rule), came) == []) is in_time


@edge
@pytest.mark.parametrize(
    "rule, how",
    [pytest.param(it, how, id=f"{it.detector.id}-{how}") for it in WAITING for how in it.undone],
)
def test_an_order_undone_in_time_is_left_alone(
    rule: Waiting, how: str, micro: int, in_time: bool
) -> None:
    undone = UNDONE[how](rule.deadline + micro)
    assert (rule.in_the_end(*rule.story(), *begun(rule), undone) == []) is in_time


@each
def test_an_order_that_is_restored_is_waited_for(rule: Waiting) -> None:
    #   it begins ── 1 h: deleted ── 2 h: restored ── the wait ┤ ◄ fires
    gone, again = (
        edit(after(NOON, span), "E-9", op, ("order", "O-1"))
        for span, op in (("1h", "delete"), ("2h", "restore"))
    )
    assert only(rule.in_the_end(*rule.story(), gone, again)).state == "firing"


@pytest.mark.parametrize("rule", BY_STATUS, ids=lambda rule: rule.detector.id)
def test_an_image_that_repeats_the_status_begins_nothing(rule: Waiting) -> None:
    #   it was so long before anybody listened; today the address is corrected
    told = rule.begins(NOON).data
    assert isinstance(told, CrmEdit)
    assert told.after is not None
    to = str(told.after.status)
    assert rule.in_the_end(SOLD, status(NOON, to, before={"status": to})) == []


@each
def test_what_comes_late_leaves_it_standing(rule: Waiting) -> None:
    late = rule.comes(rule.deadline + 2 * DAY)
    assert only(rule.in_the_end(*rule.story(), *begun(rule), late)).state == "firing"


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
    alerts = rule.in_the_end(*rule.story(), rule.begins(NOON), *rule.story("O-2"))
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
