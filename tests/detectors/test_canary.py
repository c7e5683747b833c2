"""The canary is found each time, and nobody else is concerned by it."""

from __future__ import annotations

from msgspec import structs

from contract.canary import DETECTOR, EMPLOYEES, SOURCE, document, is_canary, is_canary_alert
from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.times import MINUTE
from detectors.canary import CANARY
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.state import encode_state
from detectors.rules.catalogue import BY_ID, DETECTORS
from tests.detectors.timeline import at, company, deletes, hr

NINE = at("2026-03-02 09:00")
A_MONTH = 30 * len(EMPLOYEES)


def sung(moment: int) -> Event:
    event = decode_record(document(moment), (), Origin("hr.changes", 0, 1))
    assert isinstance(event, Event)
    return event


def run() -> InMemoryRun:
    return InMemoryRun(Engine([*DETECTORS, CANARY], company()))


def test_each_is_an_alert_that_names_nobody_and_is_told_to_nobody() -> None:
    #  9:00 ◄   9:01 ◄   9:02 ◄  an alert each, at once
    found = run().run([sung(NINE + n * MINUTE) for n in range(3)])
    assert [(it.detector, it.revision) for it in found] == [(DETECTOR, 1)] * 3
    assert len({it.alert_id for it in found}) == 3
    assert all(map(is_canary_alert, found))
    assert {it.audience for it in found} == {"shadow"}


def test_it_is_in_no_list() -> None:
    assert DETECTOR not in BY_ID


def test_no_detector_makes_anything_of_it() -> None:
    assert Engine(DETECTORS, company()).route(sung(NINE)) == []


def test_it_keeps_no_more_for_a_month_than_an_event_may_be_late() -> None:
    live = run()
    for n in range(0, A_MONTH, 97):
        assert len(live.feed(sung(NINE + n * MINUTE))) == 1
    largest = max(len(encode_state(state)) for state in live.states.values())
    assert largest < 8_000


def test_a_true_event_is_none_whatever_it_says_of_itself() -> None:
    one = sung(NINE)
    assert is_canary(one)
    for other in (
        structs.replace(one, source="/hr"),
        structs.replace(hr(NINE, EMPLOYEES[0], "resigned"), source=SOURCE),
        structs.replace(hr(NINE, "E-1", "transferred"), source=SOURCE),
        structs.replace(deletes(NINE, EMPLOYEES[0], 50), source=SOURCE),
    ):
        assert not is_canary(other)


def test_an_alert_that_names_somebody_is_never_taken_for_one() -> None:
    [alert] = run().run([deletes(NINE, EMPLOYEES[0], 50)])
    assert not is_canary_alert(alert)
    assert not is_canary_alert(structs.replace(alert, detector=DETECTOR))
