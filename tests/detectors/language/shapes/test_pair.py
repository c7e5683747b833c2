"""pair: one thing and another near it, whichever comes or is told first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.facts.view import Common
from detectors.language import (
    Bilingual,
    CrmEdit,
    Duration,
    Found,
    Params,
    Subject,
    around,
    at_most,
    edits,
    elapsed,
    in_time_order,
    keep,
    number,
    pair,
    read,
    sequence,
    settled_by,
)
from detectors.language.detector import Detector
from offbook.cli.check.standing import told
from tests.detectors.language.tiny import PLAIN, TITLE, few, quiet
from tests.detectors.timeline import (
    after,
    at,
    deletes,
    edit,
    evidence,
    firing,
    hit,
    ids,
    only,
    play,
)

NINE = "2026-03-02 09:00"
RESTORED = Bilingual("what was deleted was restored", "已恢复")


class TalkedParams(Params):
    """How near, and how long it can be taken back."""

    within: Duration = at_most("1d", "from the talk to the delete", "自聊天至删除")
    after: Duration = number("2d", "it may be taken back so long after", "此后多久可撤回")


def talked(view: Any, params: Any) -> Any:
    """Each delete with talk near it, unless what was deleted is restored."""
    for gone in view.of("delete"):
        near = around(view.of("hit"), gone.at, params.within)
        back = next((it for it in view.of("back") if 0 <= it.at - gone.at <= params.after), None)
        if near:
            yield Found(
                by=gone,
                named=gone.anchor,
                facts=in_time_order(*near, gone),
                about=Subject(employee=view.entity_id),
                settled=settled_by(RESTORED, back),
                measured={"within": elapsed(*sorted((near[0].at, gone.at)))},
            )


def detector(find: Any = talked, **more: Any) -> Detector:
    back = read("employee", CrmEdit, lambda _: keep("back"), edits("restore"))
    rule = {"find": find, "within": "within", "open_for": "after"}
    read_too = {"reads": (*PLAIN["reads"], back), "notes": {**PLAIN["notes"], "back": RESTORED}}
    return pair("talked", "info", TITLE, TalkedParams(), **(PLAIN | read_too | rule | more))


TALKED = detector()


def restores(moment: Any, who: str = "E-1") -> Event:
    return edit(moment, who, "restore", ("contact", "K-1"))


@pytest.mark.parametrize(
    "span, micro, fires",
    [("-1d", 0, True), ("-1d", -1, False), ("0h", 0, True), ("1d", 0, True), ("1d", 1, False)],
)
def test_either_may_come_first_within_a_closed_interval(span: str, micro: int, fires: bool) -> None:
    #   ├── 1 d ── ● delete ── 1 d ──┤ talk on either side
    talk, gone = hit(after(NINE, span, micro), "E-1"), deletes(NINE, "E-1")
    for came in ([talk, gone], [gone, talk]):
        alerts = play(came, TALKED)
        assert [set(evidence(it)) for it in alerts] == ([set(ids(talk, gone))] if fires else [])


def test_each_says_little_alone_and_nothing_with_anothers() -> None:
    assert play([deletes(NINE, "E-1"), restores(after(NINE, "1h"))], TALKED) == []
    assert play([hit(NINE, "E-2"), deletes(NINE, "E-1"), hit(NINE, "E-1")][:2], TALKED) == []
    alert = only(play([hit(NINE, "E-1"), deletes(after(NINE, "1h"), "E-1")], TALKED))
    assert (alert.employee, alert.state) == ("E-1", "firing")
    assert alert.rule.measured == {"within": "1h"}


@pytest.mark.parametrize("micro, state", [(0, "withdrawn"), (1, "firing")])
@pytest.mark.parametrize("told_late", [False, True])
def test_what_settles_it_takes_it_back_as_long_as_it_is_open(
    micro: int, state: str, told_late: bool
) -> None:
    #   talk · ● delete ◄ fires ── open for 2 d ──┤ restored ── lateness 14 d ──┤ or told only now
    talk, gone = hit(after(NINE, "-1d"), "E-1"), deletes(NINE, "E-1")
    back, clock = restores(after(NINE, "2d", micro)), quiet(after(NINE, "2d") + Common().lateness)
    alert = only(play([talk, gone, *([clock, back] if told_late else [back])], TALKED))
    assert alert.state == state
    assert evidence(alert) == ids(talk, gone, *([back] if state == "withdrawn" else []))
    if state == "withdrawn":
        assert alert.summary.en.startswith("Withdrawn: what was deleted was restored. ")


def test_it_is_taken_back_whatever_came_first() -> None:
    #   restored · talk · delete, as they are told: an alert in state `withdrawn` from the start
    talk, gone, back = hit(NINE, "E-1"), deletes(NINE, "E-1"), restores(after(NINE, "1h"))
    for came in ([back, talk, gone], [gone, back, talk]):
        assert [it.state for it in play(came, TALKED)] == ["withdrawn"]


def test_once_it_is_forgotten_nothing_takes_it_back() -> None:
    talk, gone, back = hit(NINE, "E-1"), deletes(NINE, "E-1"), restores(after(NINE, "1h"))
    alerts = play([talk, gone, quiet(after(NINE, "60d")), back], TALKED)
    assert [(it.revision, it.state) for it in alerts] == [(1, "firing")]


def test_facts_are_kept_as_long_as_one_can_meet_the_other_and_be_taken_back() -> None:
    assert TALKED.keeps(TALKED.params) == 3 * DAY
    assert detector(open_for=0).keeps(TALKED.params) == DAY


def test_a_first_that_is_told_last_is_in_time_up_to_the_lateness() -> None:
    #   talk 1 d before ── ● delete ── lateness 14 d ──┤ the talk is told
    clock = quiet(at(NINE) + Common().lateness)
    talk, gone = hit(after(NINE, "-1d"), "E-1"), deletes(NINE, "E-1")
    assert evidence(only(play([gone, clock, talk], TALKED))) == ids(talk, gone)


_MOMENTS = st.sampled_from([0, 1, HOUR, DAY - 1, DAY, DAY + 1, 2 * DAY, 2 * DAY + 1])
_SCENES = st.lists(
    st.builds(
        lambda a, b, who, does: does(at(NINE) + a + b, who),
        _MOMENTS,
        _MOMENTS,
        st.sampled_from(["E-1", "E-1", "E-2"]),
        st.sampled_from([hit, hit, deletes, deletes, restores]),
    ),
    max_size=9,
    unique_by=lambda it: it.id,
)


@few
@given(_SCENES)
def test_any_order_of_arrival_gives_what_a_brute_force_does(came: list[Event]) -> None:
    def those(kind: str, who: str) -> list[Event]:
        return [
            it
            for it in came
            if (getattr(it.data, "op", "hit"), who)
            == (kind, getattr(it.data, "actor", None) or getattr(it.data, "employee", None))
        ]

    expected = []
    for who in ("E-1", "E-2"):
        for gone in those("delete", who):
            near = [it for it in those("hit", who) if abs(it.time - gone.time) <= DAY]
            back = [it for it in those("restore", who) if 0 <= it.time - gone.time <= 2 * DAY]
            if near and not back:
                expected.append(sorted(ids(gone, *near)))
    alerts = play(came, TALKED)
    assert sorted(sorted(evidence(it)) for it in firing(alerts)) == sorted(expected)
    assert told(alerts) == told(play(sorted(came, key=lambda it: it.time), TALKED))


def test_a_sequence_is_a_pair_of_which_one_comes_first() -> None:
    #   delete ── talk: nothing │ talk ── delete, 1 d later at most ◄ fires
    def follows(view: Any, params: Any) -> Any:
        for gone in view.of("delete"):
            if first := sequence(view.of("hit"), gone, params.within):
                yield Found(by=gone, named=gone.anchor, facts=in_time_order(*first, gone))

    spans = [("-1d", True), ("1d", False)]
    for span, fires in spans:
        came = [hit(after(NINE, span), "E-1"), deletes(NINE, "E-1")]
        assert (firing(play(came, detector(follows))) != []) is fires
