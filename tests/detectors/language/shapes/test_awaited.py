"""awaited: what had not come by the deadline, once every clock that counts has passed it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from contract.times import DAY, HOUR
from detectors.facts.view import Common
from detectors.language import (
    Bilingual,
    CrmEdit,
    Duration,
    Found,
    Params,
    ServiceCallback,
    Subject,
    absence,
    awaited,
    number,
    owner_of,
    settled_by,
)
from detectors.language.detector import Detector
from offbook.cli.check.standing import told
from tests.detectors.language.tiny import (
    COMPLAINING,
    COMPLAINTS,
    TITLE,
    Overheard,
    few,
    quiet,
)
from tests.detectors.timeline import (
    activity,
    after,
    at,
    callback,
    evidence,
    final,
    ids,
    only,
    order,
    play,
)

NINE = "2026-03-02 09:00"
IN_TIME = Bilingual("somebody called in time", "期限内已联系")
DEADLINE = after(NINE, "2d")
DUE = DEADLINE + HOUR  # of grace


class UnheardParams(Params):
    """How long somebody has."""

    wait: Duration = number("2d", "a call this long after is in time", "多久之内算及时")
    after: Duration = number("3d", "still open so long after", "此后多久仍可变化")


def unheard(view: Any, params: Any) -> Any:
    """Each complaint that nobody calls about; the order's owner answers for it."""
    for asked in view.of("asked"):
        deadline = asked.at + params.wait
        call = absence(view.of("called"), asked.at, deadline)
        yield Found(
            by=asked,
            named=asked.anchor,
            deadline=deadline,
            settled=settled_by(IN_TIME, call),
            about=Subject(customer=view.entity_id),
            asks=owner_of(view, asked.at, deadline, asked.fields.get("order")),
        )


def detector(find: Any = unheard, **more: Any) -> Detector:
    said = COMPLAINTS | {"looks_back": "wait"}
    return awaited("unheard", "info", TITLE, UnheardParams(), find=find, **(said | more))


UNHEARD = detector()
complaint = callback(NINE, "B-1", "C-1", "complaint", order="O-1")


def test_it_is_due_once_the_clock_has_passed_the_deadline_and_the_grace() -> None:
    #   09:00 ● ──── 2 d ────┊─ 1 h grace ─┤ 1 µs ◄ fires
    assert UNHEARD.waits
    assert play([complaint], UNHEARD, until=DUE) == []
    alert = only(play([complaint], UNHEARD, until=DUE + 1))
    assert (alert.state, alert.customer, evidence(alert)) == ("firing", "C-1", ids(complaint))


@pytest.mark.parametrize("micro, fires", [(0, False), (1, True)])
def test_an_answer_at_the_deadline_is_in_time_and_one_just_after_changes_nothing(
    micro: int, fires: bool
) -> None:
    #   ● ──── 2 d ────┊ the call
    call = activity(DEADLINE + micro, "E-1", "C-1")
    alerts = play([complaint, call], UNHEARD, until=DUE + DAY)
    assert [(it.state, it.revision) for it in alerts] == ([("firing", 1)] if fires else [])


def test_an_answer_about_another_and_one_before_it_began_are_none() -> None:
    #   C-1: call 1 µs before ● │ C-2: call 1 d after
    early = activity(at(NINE) - 1, "E-1", "C-1")
    other = activity(after(NINE, "1d"), "E-1", "C-2")
    assert only(play([early, complaint, other], UNHEARD, until=DUE + 1)).customer == "C-1"


@pytest.mark.parametrize("when, state", [(DEADLINE, "withdrawn"), (DEADLINE + 1, "firing")])
def test_what_was_in_time_and_is_told_late_takes_it_back(when: int, state: str) -> None:
    #   ● ──── 2 d ────┊─ 1 h ─┤ ◄ fires ── the clock ── what was said at the deadline is told
    late = activity(when, "E-1", "C-1")
    alerts = play([complaint, quiet(DUE + DAY), late], UNHEARD)
    assert [it.state for it in alerts] == ["firing", "withdrawn"][: 1 + (state == "withdrawn")]
    assert only(alerts).state == state
    if state == "withdrawn":
        assert only(alerts).summary.en.startswith("Withdrawn: somebody called in time. ")
        assert evidence(only(alerts)) == ids(complaint, late)


@pytest.mark.parametrize("beyond, state", [(0, "withdrawn"), (30 * DAY, "firing")])
def test_it_can_be_taken_back_up_to_the_lateness_and_not_once_it_is_forgotten(
    beyond: int, state: str
) -> None:
    #   ● ─ 2 d ─┊ ── open for 3 d ──┤ ── lateness 14 d ──┤ told now
    clock = quiet(DEADLINE + 3 * DAY + Common().lateness + beyond)
    late = activity(DEADLINE, "E-1", "C-1")
    assert only(play([complaint, clock, late], detector(open_for="after"))).state == state


def test_facts_are_kept_as_long_as_they_can_answer() -> None:
    assert UNHEARD.keeps(UNHEARD.params) == 2 * DAY
    assert (it := detector(open_for="after")).keeps(it.params) == 5 * DAY


def test_nobody_is_asked_whose_it_is_before_the_deadline() -> None:
    #   ● ──── 2 d ────┊─ 1 h ─┤ nobody is asked │ 1 µs: the order is, and names who created it
    run = Overheard(UNHEARD)
    assert run.run([order(NINE, "O-1", "E-7"), complaint], DUE) == []
    assert run.questions == []
    assert only(run.advance(DUE + 1)).employee == "E-7"
    assert run.questions == ["order:O-1"]


def test_of_what_is_answered_in_time_nobody_is_ever_asked() -> None:
    run = Overheard(UNHEARD)
    assert run.run([complaint, activity(DEADLINE, "E-1", "C-1")], DUE + DAY) == []
    assert run.questions == []


END = after(NINE, "40d")


@few
@given(COMPLAINING)
def test_any_order_of_arrival_ends_in_the_same(came: list[Any]) -> None:
    in_order = sorted(came, key=lambda it: it.time)
    asked = [it for it in in_order if isinstance(it.data, ServiceCallback)]
    calls = [(it.data.customer, it.time) for it in in_order if isinstance(it.data, CrmEdit)]
    unanswered = {
        it.id
        for it in asked
        if not any(
            who == it.data.customer and it.time <= when <= it.time + 2 * DAY for who, when in calls
        )
    }
    alerts = play(came, UNHEARD, until=END)
    assert told(alerts) == told(play(in_order, UNHEARD, until=END))
    firing = [it for it in final(alerts).values() if it.state == "firing"]
    assert {evidence(it)[0] for it in firing} == unanswered
