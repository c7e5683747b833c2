"""edge: one event is enough, and what is known around it only says more of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.times import DAY, HOUR
from detectors.facts.view import Common
from detectors.language import (
    Duration,
    Found,
    Params,
    Subject,
    around,
    between,
    edge,
    in_time_order,
    number,
    owner_of,
    structs,
)
from detectors.language.detector import Detector
from offbook.cli.check.laws import Forgetful
from offbook.cli.check.standing import told
from tests.detectors.language.tiny import PLAIN, START, TITLE, Judged, Overheard, few, quiet
from tests.detectors.timeline import (
    after,
    at,
    company,
    customer,
    deletes,
    evidence,
    final,
    hit,
    ids,
    local,
    only,
    play,
)


class WipedParams(Params):
    """Talk this near a delete says more of it."""

    before: Duration = number("1d", "talk this long before", "此前多久")
    after: Duration = number("2d", "talk this long after", "此后多久")


def wiped(view: Any, params: Any) -> Any:
    """Each delete of ten or more, with the talk around it."""
    for gone in view.of("delete"):
        if gone.weight >= 10:
            near = between(view.of("hit"), gone.at - params.before, gone.at + params.after)
            yield Found(
                by=gone,
                named=gone.anchor,
                facts=in_time_order(gone, *near),
                about=Subject(employee=view.entity_id),
                corroborated=bool(near),
            )


def is_small(_: Any, fact: Any, __: Any) -> bool:
    return fact.role == "delete" and fact.weight < 10


def detector(find: Any = wiped, **more: Any) -> Detector:
    spans: dict[str, Any] = {"looks_back": "before", "open_for": "after"}
    return edge("wiped", "warning", TITLE, WipedParams(), find=find, **(PLAIN | spans | more))


WIPED = detector()
#: The same with the cheap look.
LOOKS = detector(innocent=is_small)


def test_one_event_is_enough_and_the_near_miss_is_none() -> None:
    #   09:00 10 ◄ fires        another: 09:00 9
    alert = only(play([deletes(START, "E-1", 10)], WIPED))
    assert (alert.state, alert.employee, alert.score) == ("firing", "E-1", 30)
    assert alert.summary.en == "E-1, at 2026-03-02 09:00."
    assert play([deletes(START, "E-1", 9)], WIPED) == []


def test_each_event_is_one_alert_and_no_other_entity_has_part_in_it() -> None:
    #   E-1: 09:00 10   10:00 10      E-2 talks at 09:30
    first, second = deletes(START, "E-1", 10), deletes(after(START, "1h"), "E-1", 10)
    alerts = play([first, hit(after(START, "30m"), "E-2"), second], WIPED)
    assert [evidence(it) for it in final(alerts).values()] == [ids(first), ids(second)]


@pytest.mark.parametrize(
    "span, micro, counts",
    [("-1d", 0, True), ("-1d", -1, False), ("2d", 0, True), ("2d", 1, False)],
)
def test_what_stands_beside_it_lies_in_a_closed_interval(
    span: str, micro: int, counts: bool
) -> None:
    #   ├── looks back 1 d ── 09:00 ● ── open for 2 d ──┤
    gone, said = deletes(START, "E-1", 10), hit(after(START, span, micro), "E-1")
    alert = only(play(sorted([gone, said], key=lambda it: it.time), WIPED))
    assert (said.id in evidence(alert)) is counts


@pytest.mark.parametrize("span", ["-1d", "2d"])
@pytest.mark.parametrize("beyond, counts", [(0, True), (30 * DAY, False)])
def test_what_is_told_late_revises_it_up_to_the_lateness_and_not_once_it_is_forgotten(
    span: str, beyond: int, counts: bool
) -> None:
    #   ├─ 1 d ─ ● ── open for 2 d ──┤── lateness 14 d ──┤ the clock; then what lay in the interval
    gone, said = deletes(START, "E-1", 10), hit(after(START, span), "E-1")
    clock = quiet(at(START) + 2 * DAY + Common().lateness + beyond)
    alert = only(play([gone, clock, said], WIPED))
    assert (said.id in evidence(alert), alert.revision) == (counts, 2 if counts else 1)


def test_who_is_innocent_at_a_glance_is_not_judged() -> None:
    #   9 × five a minute │ 10 ◄ the only one that is judged
    find = Judged(wiped)
    looks = detector(find, innocent=is_small)
    small = [deletes(after(START, f"{n}m"), "E-1", 5) for n in range(9)]
    assert (play(small, looks), find.entities) == ([], [])
    big = deletes(after(START, "9m"), "E-1", 10)
    assert evidence(only(play([*small, big], looks))) == ids(big)
    assert find.entities == ["E-1"]


@few
@given(st.data())
def test_in_any_order_of_arrival_and_with_and_without_the_look_it_is_the_same(
    data: st.DataObject,
) -> None:
    said = told(play(sorted(came := data.draw(_SCENES), key=lambda it: it.time), WIPED))
    assert told(play(came, WIPED)) == told(play(came, LOOKS)) == said
    revisions = play(came, LOOKS)
    assert revisions == play(came, replace(LOOKS, concerns=None)) == play(came, WIPED)


_MOMENTS = st.sampled_from([0, 0, 1, HOUR, DAY - 1, DAY, DAY + 1, 2 * DAY, 2 * DAY + 1, 5 * DAY])
_SCENES = st.lists(
    st.builds(
        lambda moment, who, count: (
            deletes(at(START) + moment, who, count) if count else hit(at(START) + moment, who)
        ),
        _MOMENTS,
        st.sampled_from(["E-1", "E-1", "E-2"]),
        st.sampled_from([0, 0, 9, 10, 11]),
    ),
    max_size=10,
)


def test_of_whom_nothing_can_be_found_nothing_is_judged() -> None:
    #   E-ROBOT wipes and talks all day; E-1 once
    find = Judged(wiped)
    people = detector(find, only_if=lambda view: view.entity_id != "E-ROBOT")
    robot = [deletes(after(START, f"{n}m"), "E-ROBOT", 50) for n in range(100)]
    assert play([*robot, hit(after(START, "100m"), "E-ROBOT")], people) == []
    assert find.entities == []
    assert only(play([*robot, deletes(after(START, "1d"), "E-1", 10)], people)).employee == "E-1"
    assert set(find.entities) == {"E-1"}


def just_talked(view: Any, _: Any) -> Any:
    for gone in view.of("delete"):
        if near := between(view.of("hit"), gone.at - HOUR, gone.at):
            yield Found(by=gone, named=gone.anchor, facts=in_time_order(*near, gone))


def nobody_talked(view: Any, fact: Any, _: Any) -> bool:
    return all(it.role != "hit" for it in around(view.facts, fact.at, HOUR))


def test_a_look_that_goes_no_further_than_said_loses_nothing_of_a_long_day() -> None:
    #   a delete a minute for 15 h, talk in the 10th; what is old is encoded between any two
    near = detector(just_talked, innocent=nobody_talked, near=HOUR)
    day = [deletes(after(START, f"{n}m"), "E-1") for n in range(900)]
    day.insert(600, hit(after(START, "599m", 1), "E-1"))
    alerts = Forgetful(local(near).engine).run(day)
    assert [evidence(it)[-1] for it in alerts] == ids(*day[601:661])


def test_who_answers_for_it_is_asked_of_what_is_found_and_of_nothing_else() -> None:
    #   9 ── nobody is asked │ 10 ── the customer is, and names its owner
    def whose(view: Any, params: Any) -> Any:
        for it in wiped(view, params):
            yield structs.replace(it, asks=owner_of(view, it.by.at, it.by.at, None, "C-1"))

    owned = company(customer("C-1", "E-7"))
    run = Overheard(detector(whose), reference=owned)
    assert run.run([deletes(START, "E-1", 9)]) == []
    assert run.questions == []
    alerts = run.run([deletes(after(START, "1h"), "E-1", 10)])
    assert (run.questions, only(alerts).employee) == (["customer:C-1"], "E-7")
