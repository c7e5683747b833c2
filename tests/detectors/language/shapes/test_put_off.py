"""awaited, where most of what comes only puts a deadline off: `unless_put_off`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given

from detectors.language import (
    Bilingual,
    Duration,
    Found,
    Params,
    awaited,
    number,
    settled_by,
    unless_put_off,
)
from detectors.language.detector import Detector
from offbook.cli.check.standing import told
from tests.detectors.language.tiny import COMPLAINING, COMPLAINTS, TITLE, Judged, few
from tests.detectors.timeline import activity, after, callback, play

NINE = "2026-03-02 09:00"
END = after(NINE, "40d")
CALLED_AGAIN = Bilingual("called again in time", "期限内再次联系")


class AloneParams(Params):
    """How long after a call the next is in time."""

    wait: Duration = number("2d", "the next call this long after is in time", "多久之内算及时")


def left_alone(view: Any, params: Any) -> Any:
    """Of whoever complained, each call that was the last for longer than the wait."""
    calls = view.of("called") if view.of("asked") else []
    for place, call in enumerate(calls):
        deadline = call.at + params.wait
        again = next((it for it in calls[place + 1 :] if it.at <= deadline), None)
        settled = settled_by(CALLED_AGAIN, again)
        yield Found(by=call, named=call.anchor, deadline=deadline, settled=settled)


def is_waited_for(view: Any, *, ever: bool) -> bool:
    return bool(view.of("asked"))


def detector(find: Any = left_alone, moves: Any = None) -> Detector:
    rule = {"find": find, "moves": moves, "looks_back": ("wait", "wait")}
    return awaited("alone", "info", TITLE, AloneParams(), **(COMPLAINTS | rule))


PUT_OFF = unless_put_off("called", "wait", is_waited_for)
complaint = callback(NINE, "B-1", "C-1", "complaint")


def test_what_only_puts_a_deadline_off_is_not_judged() -> None:
    #   complaint · call · call · call …: a first call sets the deadline, the others put it off
    calls = [activity(after(NINE, f"{n}h"), "E-1", "C-1") for n in range(1, 40)]
    for moves, judged in ((PUT_OFF, 2), (None, 40)):
        find = Judged(left_alone)
        assert play([complaint, *calls], detector(find, moves)) == []
        assert len(find.entities) == judged


def test_where_nothing_is_waited_for_nothing_is_judged() -> None:
    find = Judged(left_alone)
    calls = [activity(after(NINE, f"{n}h"), "E-1", "C-1") for n in range(1, 40)]
    assert play(calls, detector(find, PUT_OFF), until=END) == []
    assert find.entities == []


@few
@given(COMPLAINING)
def test_who_does_not_look_at_what_puts_off_finds_the_same(came: list[Any]) -> None:
    looks = detector(moves=PUT_OFF)
    alerts = play(came, looks, until=END)
    assert told(alerts) == told(play(came, replace(looks, concerns=None), until=END))
    assert told(alerts) == told(play(sorted(came, key=lambda it: it.time), looks, until=END))
