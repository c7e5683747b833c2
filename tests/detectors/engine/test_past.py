"""Of an alert that is over its revision is remembered: once more found, it goes on after it."""

from __future__ import annotations

import pytest

from contract.event import Event
from detectors.engine.state import decode_state, encode_state
from detectors.facts.view import Common
from detectors.rules.catalogue import BY_ID
from tests.detectors.timeline import after, callback, firing, hit, local, payment, play

NINE = "2026-03-02 09:00"
MISMATCH = BY_ID["callback-mismatch"]
CUSTOMER = "customer:C-1"


def called(distance: str, outcome: str = "mismatch") -> Event:
    """The callback B-1 as it is reported so long after nine."""
    return callback(after(NINE, distance), "B-1", "C-1", outcome)


def told(*events: Event) -> list[tuple[int, str]]:
    return [(alert.revision, alert.state) for alert in play(events, MISMATCH)]


# B-1 mismatch ◄ 1 ──── 98 d: over, 188 d: forgotten ──── B-1 mismatch ◄ 2
def test_what_is_found_once_more_goes_on_after_its_last_revision() -> None:
    assert told(called("0s"), called("200d")) == [(1, "firing"), (2, "firing")]


def test_the_same_event_once_more_says_nothing_new() -> None:
    quiet = hit(after(NINE, "200d"), "E-9", category="other")
    assert told(called("0s"), quiet, called("0s")) == [(1, "firing")]


def test_what_is_taken_back_later_is_numbered_on() -> None:
    right = called("210d", "confirmed")
    revisions = told(called("0s"), called("200d"), right)
    assert revisions == [(1, "firing"), (2, "firing"), (3, "withdrawn")]


def test_a_snapshot_remembers_it_too() -> None:
    run = local(MISMATCH)
    run.run([called("0s")], after(NINE, "198d"))
    assert not run.states[CUSTOMER].notebooks
    run.states = {key: decode_state(encode_state(it)) for key, it in run.states.items()}
    [alert] = run.run([called("200d")])
    assert alert.revision == 2


@pytest.mark.parametrize("distance, remembered", [("480d", True), ("520d", False)])
def test_it_is_remembered_as_long_as_registers_are(distance: str, remembered: bool) -> None:
    #   90 d it can be corrected, 400 d more it is remembered, 8 d for what is late
    run = local(MISMATCH)
    run.run([called("0s")], after(NINE, distance))
    assert (CUSTOMER in run.states) is remembered


def test_no_more_of_them_are_remembered_than_facts() -> None:
    detector, common = BY_ID["offbook-payment"], Common(max_facts=20)
    paid = [payment(after(NINE, f"{n}d"), f"P-{n}", "X", customer="C-1") for n in range(40)]
    run = local(detector, common=common)
    assert len(firing(run.run(paid, after(NINE, "400d")))) == 40
    remembered = [len(past) for it in run.states.values() for past in it.past.values()]
    assert remembered
    assert max(remembered) <= 20
