"""A detector that fails on an entity again and again is set aside for it; all else goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from detectors.engine.engine import Engine, configured
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.look import Step
from detectors.engine.messages import Input
from detectors.engine.state import decode_state, encode_state
from detectors.facts.view import View
from detectors.language.detector import Detector
from detectors.language.finding import Finding
from detectors.rules.catalogue import BY_ID
from tests.detectors.timeline import (
    after,
    company,
    deletes,
    evidence,
    firing,
    ids,
    order,
    payment,
    shipment,
)

NINE = "2026-03-02 09:00"
DUTIES, APPROVAL = BY_ID["duties-conflict"], BY_ID["shipment-before-approval"]


class BoomError(Exception):
    pass


def broken(detector: Detector, on: Callable[[View], bool]) -> Detector:
    """`detector`, but it raises where `on` says so."""

    def judge(view: View, params: Any) -> Iterable[Finding]:
        if on(view):
            raise BoomError
        return detector.judge(view, params)

    return replace(detector, judge=judge)


class Watched(InMemoryRun):
    """Remembers who was set aside for whom."""

    def __init__(self, *detectors: Detector) -> None:
        super().__init__(Engine(detectors, company(), mode="replay"))
        self.aside: list[tuple[str, str]] = []

    def _step_one(self, key: str, inputs: list[Input]) -> Step:
        step = super()._step_one(key, inputs)
        self.aside += [(key, id_) for id_ in step.aside]
        return step

    def events_that_failed(self) -> list[str]:
        return [event.id for failure in self.failures for event in failure.events]


def on_one(view: View) -> bool:
    return view.entity_id == "O-1"


def made(number: str = "O-1") -> Event:
    return order(NINE, number, "E-1", customer="C-1")


def booked(hours: int, number: str = "O-1", by: str = "E-1") -> Event:
    return payment(after(NINE, f"{hours}h"), f"P-{number}-{hours}", order=number, recorded_by=by)


def left(hours: int, number: str = "O-1") -> Event:
    return shipment(after(NINE, f"{hours}h"), f"S-{number}-{hours}", order=number)


def of(alerts: Iterable[Alert], detector: Detector) -> list[list[str]]:
    return [evidence(it) for it in firing(alerts) if it.detector == detector.id]


#   O-1: it raises, raises, raises ── set aside │ O-2: as ever │ the other detector: as ever
def test_what_fails_three_times_in_a_row_is_set_aside_for_that_entity_alone() -> None:
    run = Watched(broken(DUTIES, on_one), APPROVAL)
    paid = [booked(hours) for hours in (1, 2, 3, 4, 5)]
    alerts = run.run([made(), made("O-2"), *paid])
    other, goods = booked(6, "O-2"), left(7)
    alerts += run.run([other, goods], after(NINE, "9d"))
    assert run.aside == [("order:O-1", DUTIES.id)]
    assert run.events_that_failed() == ids(*paid[:3])
    assert of(alerts, DUTIES) == [ids(made("O-2"), other)]
    assert of(alerts, APPROVAL) == [ids(made(), goods)]


def test_two_failures_are_no_reason_if_it_does_not_fail_then() -> None:
    def twice(view: View) -> bool:
        return sum(fact.role == "received" for fact in view.facts) in (1, 2, 4, 5)

    run = Watched(broken(DUTIES, twice))
    paid = [booked(hours) for hours in range(1, 7)]
    alerts = run.run([made(), *paid])
    assert run.aside == []
    assert of(alerts, DUTIES) == [ids(made(), *paid)]


def test_what_it_had_raised_stands_and_is_taken_back_by_nothing() -> None:
    #   O-1 by E-1, booked by E-1 ◄ fires ── raises, raises, raises ── the order is entered anew
    def once_there_are_two(view: View) -> bool:
        return sum(fact.role == "received" for fact in view.facts) > 1

    run = Watched(broken(DUTIES, once_there_are_two))
    alerts = run.run([made(), *(booked(hours) for hours in (1, 2, 3, 4))])
    assert len(run.aside) == 1
    corrected = payment(after(NINE, "5h"), "P-O-1-1", order="O-1", recorded_by="E-7")
    alerts += run.run([corrected], after(NINE, "30d"))
    assert [(it.revision, it.state) for it in alerts] == [(1, "firing")]
    assert len(run.failures) == 3


def test_it_is_set_aside_in_a_snapshot_too() -> None:
    run = Watched(broken(DUTIES, on_one))
    run.run([made(), *(booked(hours) for hours in (1, 2, 3))])
    run.states = {key: decode_state(encode_state(it)) for key, it in run.states.items()}
    run.feed(booked(4))
    assert len(run.failures) == 3


@pytest.mark.parametrize("mended, tried", [(True, True), (False, False)])
def test_another_version_or_other_settings_are_tried_again(mended: bool, tried: bool) -> None:
    run = Watched(broken(DUTIES, on_one))
    paid = [booked(hours) for hours in (1, 2, 3, 4)]
    run.run([made(), *paid[:3]])
    same = broken(DUTIES, lambda view: False)
    other = configured(same, entered_within=Duration("8d")) if mended else same
    run.engine = Engine([other], company(), mode="replay")
    alerts = run.feed(paid[3])
    assert bool(of(alerts, DUTIES)) is tried


def test_what_one_event_poisons_is_kept_out_and_sets_nothing_aside() -> None:
    """It is not there any more when the next one comes."""
    bulk = BY_ID["bulk-delete"]
    run = Watched(broken(bulk, lambda view: any(it.weight == 666 for it in view.facts)))
    poisoned = [deletes(after(NINE, f"{n}m"), "E-1", 666, id=f"p{n}") for n in range(5)]
    good = deletes(after(NINE, "6m"), "E-1", 20)
    alerts = run.run([*poisoned, good])
    assert run.aside == []
    assert run.events_that_failed() == ids(*poisoned)
    assert of(alerts, bulk) == [ids(good)]


def test_it_is_remembered_no_longer_than_anything_else() -> None:
    run = Watched(broken(DUTIES, on_one))
    run.run([made(), *(booked(hours) for hours in (1, 2, 3))])
    for days in range(10, 1_000, 10):
        run.advance(after(NINE, f"{days}d"))
    assert run.states == {}
