"""active-after-leaving: an employee who has left edits, chats or moves files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR, MINUTE, SECOND
from contract.types import EndpointFile, HrChange
from detectors.engine.engine import configured
from detectors.engine.state import encode_state
from detectors.facts.view import Common
from detectors.rules.data.active_after_leaving import DETECTOR
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    Moment,
    after,
    at,
    company,
    edit,
    employee,
    event,
    evidence,
    final,
    firing,
    hit,
    hr,
    ids,
    local,
    only,
    play,
    time_is,
    wipes,
)

NINE = "2026-03-02 09:00"
STAFF = company(employee("E-1", "唐静"))


def views(moment: Moment, who: str = "E-1", customer: str = "C-1") -> Event:
    return edit(moment, who, "view", ("customer", customer))


FIRES = ([hr(NINE, "E-901", "left"), views(after(NINE, "1h"), "E-901")], "1h")


def found(*events: Event) -> list[Alert]:
    return play(events, DETECTOR, reference=STAFF)


def test_a_leaver_looks_into_the_crm() -> None:
    #   09:00 left ── 10:05 view ◄ ── 10:50 view ── next day 02:10 hit
    left, seen = hr(NINE, "E-1", "left"), views(after(NINE, "65m"))
    again, talk = views(after(NINE, "110m")), hit(after(NINE, "1030m"), "E-1")
    alerts = found(left, seen, again, talk)
    assert [alert.revision for alert in alerts] == [1, 2]
    first, second = alerts
    assert (first.severity, first.score, first.state) == ("critical", 60, "firing")
    assert (first.employee, first.customer) == ("E-1", None)
    assert first.summary.en == (
        "唐静 (E-1) left on 2026-03-02 and was active after that, first at 2026-03-02 10:05."
    )
    assert first.summary.zh == (
        "唐静（E-1）已于 2026-03-02 离职，此后仍有操作，最早在 2026-03-02 10:05。"
    )
    assert evidence(second) == ids(left, seen, talk)
    assert [piece.note for piece in second.evidence] == [
        "left",
        "active after leaving",
        "active after leaving",
    ]
    assert second.summary.en.endswith(
        "It went on until 2026-03-03 02:10 at least, in 2 hours of the clock in all."
    )
    assert second.summary.zh.endswith("此后至少持续到 2026-03-03 02:10，共有 2 个钟点有操作。")
    assert second.rule is not None
    assert second.rule.measured == {}


def test_one_who_was_dismissed_is_told_as_such() -> None:
    alert = only(found(hr(NINE, "E-1", "terminated"), views(after(NINE, "1h"))))
    assert "唐静 (E-1) was dismissed on 2026-03-02 and was active after that" in alert.summary.en
    assert "唐静（E-1）已于 2026-03-02 被解除劳动合同，此后仍有操作" in alert.summary.zh


@pytest.mark.parametrize("op", ["create", "update", "delete", "restore", "export", "view"])
def test_every_edit_counts(op: str) -> None:
    done = edit(after(NINE, "1h"), "E-1", op, ("activity", "A-1"))
    assert found(hr(NINE, "E-1", "left"), done)


@pytest.mark.parametrize("category", ["private_deal", "leaving", "other"])
def test_every_chat_hit_counts(category: str) -> None:
    assert found(hr(NINE, "E-1", "left"), hit(after(NINE, "1h"), "E-1", category=category))


@pytest.mark.parametrize("action", ["delete", "copy_external", "upload", "print", "send"])
def test_every_file_counts(action: str) -> None:
    file = event(after(NINE, "1h"), EndpointFile("E-1", action))  # type: ignore[arg-type]
    assert found(hr(NINE, "E-1", "left"), file)


def test_a_colleague_may() -> None:
    assert found(hr(NINE, "E-1", "left"), views(after(NINE, "1h"), "E-2")) == []


@pytest.mark.parametrize("kind", ["resigned", "transferred", "hired", "resignation_withdrawn"])
def test_who_did_not_leave_may(kind: str) -> None:
    assert found(hr(NINE, "E-1", kind), views(after(NINE, "1h"))) == []


@pytest.mark.parametrize("micro, fires", [(-1, False), (0, False), (1, True)])
def test_without_a_day_they_are_gone_from_that_instant(micro: int, fires: bool) -> None:
    #   ── view ┤ left ├ view ──
    seen = views(after(NINE, "0s", micro))
    assert (found(hr(NINE, "E-1", "left"), seen) != []) is fires
    assert (found(seen, hr(NINE, "E-1", "left")) != []) is fires


@pytest.mark.parametrize("micro, fires", [(-1, False), (0, True)])
def test_with_a_day_they_are_gone_when_that_is_over(micro: int, fires: bool) -> None:
    #   said on the 2nd, effective on the 31st: ... 23:59:59.999999 │ 00:00 of April, in Shanghai
    said = hr(NINE, "E-1", "left", on="2026-03-31")
    assert (found(said, views(after("2026-04-01 00:00", "0s", micro))) != []) is fires


def test_of_each_hour_the_first_event_and_of_the_hour_of_leaving_the_last() -> None:
    #   09:30 view │ 09:40 left │ 09:50 10:10 10:20 10:30
    times = ["09:30", "09:50", "10:10", "10:20", "10:30"]
    seen = [views(f"2026-03-02 {time}") for time in times]
    left = hr("2026-03-02 09:40", "E-1", "left")
    alerts = found(seen[0], left, *seen[1:])
    assert evidence(only(alerts)) == ids(left, seen[1], seen[2])
    assert len(alerts) == 2


# Coming back.


def test_who_is_hired_again_may_from_then_on() -> None:
    #   left ── 1 d ── hired ── view
    left, back = hr(NINE, "E-1", "left"), hr(after(NINE, "1d"), "E-1", "hired")
    assert found(left, back, views(back.time)) == []
    assert found(left, back, views(after(NINE, "9d"))) == []
    assert evidence(only(found(left, views(back.time - 1), back))) == ids(
        left, views(back.time - 1)
    )


def test_who_is_hired_for_a_day_may_from_its_beginning() -> None:
    left = hr(NINE, "E-1", "left")
    back = hr(after(NINE, "2d"), "E-1", "hired", on="2026-03-06")
    assert found(left, back, views("2026-03-06 00:00")) == []
    assert found(left, back, views(after("2026-03-06 00:00", "0s", -1)))


def test_a_hire_that_is_entered_late_withdraws_it() -> None:
    #   left ── 1 d ── view ◄ ── 1 d ── hired as of the day of the view
    left, seen = hr(NINE, "E-1", "left"), views(after(NINE, "1d"))
    back = hr(after(NINE, "2d"), "E-1", "hired", on="2026-03-03")
    alert = only(found(left, seen, back))
    assert (alert.revision, alert.state) == (2, "withdrawn")
    assert alert.summary.en.startswith("Withdrawn: they had been hired again by then. 唐静 (E-1)")
    assert alert.summary.zh.startswith("已撤回：当时已重新入职。唐静（E-1）")
    assert evidence(alert) == ids(left, seen, back)


def test_who_leaves_a_second_time_makes_an_alert_of_its_own() -> None:
    #   left ─ view ◄ ─ hired ─ view ─ left ─ view ◄
    hours = iter(range(1, 9))
    story = [
        (hr if kind != "view" else lambda moment, who, _: views(moment, who))(
            after(NINE, f"{next(hours)}h"), "E-1", kind
        )
        for kind in ("left", "view", "hired", "view", "left", "view")
    ]
    assert [evidence(alert) for alert in firing(found(*story))] == [
        ids(story[0], story[1]),
        ids(story[4], story[5]),
    ]


def test_a_leaving_said_once_more_is_the_same() -> None:
    #   left ── view ◄ ── terminated ── view
    left, again = hr(NINE, "E-1", "left"), hr(after(NINE, "2h"), "E-1", "terminated")
    first, second = views(after(NINE, "1h")), views(after(NINE, "3h"))
    assert evidence(only(found(left, first, again, second))) == ids(left, first, second)


def test_a_leaving_is_put_off_or_brought_forward_before_it_takes_effect() -> None:
    #   said on the 2nd: the 5th;  said on the 3rd: the 10th, or at once
    planned = hr(NINE, "E-1", "left", on="2026-03-05")
    later = hr(after(NINE, "1d"), "E-1", "left", on="2026-03-10")
    at_once = hr(after(NINE, "1d"), "E-1", "terminated")
    assert found(planned, later, views("2026-03-08 12:00")) == []
    assert found(planned, later, views("2026-03-11 12:00"))
    assert found(planned, at_once, views("2026-03-04 12:00"))


def test_who_withdraws_their_resignation_before_they_are_gone_stays() -> None:
    planned = hr(NINE, "E-1", "left", on="2026-03-05")
    stays = hr(after(NINE, "1d"), "E-1", "resignation_withdrawn")
    too_late = hr("2026-03-06 00:00", "E-1", "resignation_withdrawn")
    assert found(planned, stays, views("2026-03-08 12:00")) == []
    assert found(planned, too_late, views("2026-03-08 12:00"))


# What comes late.


def test_a_leaving_that_arrives_late_finds_what_was_done_since() -> None:
    #   (left, late) ── 1 h ── view ── 7 d
    left, seen = hr(NINE, "E-1", "left"), views(after(NINE, "1h"))
    assert evidence(only(found(seen, hit(after(NINE, "7d"), "E-2"), left))) == ids(left, seen)


@pytest.mark.parametrize("micro, fires", [(0, True), (-1, False)])
def test_a_leaving_entered_late_counts_for_three_days_before(micro: int, fires: bool) -> None:
    #   gone since the 1st ── view ├── 3 d ── left is entered, on the 20th
    left = hr("2026-03-20 10:00", "E-1", "left", on="2026-03-01")
    seen = views(after("2026-03-20 10:00", "-3d", micro))
    assert (found(seen, left) != []) is fires
    assert (found(seen, hit(after(left.time, "7d"), "E-2"), left) != []) is fires


def test_an_earlier_event_that_arrives_late_takes_the_place_of_its_hour() -> None:
    left, late, seen = hr(NINE, "E-1", "left"), views(after(NINE, "61m")), views(after(NINE, "90m"))
    alert = only(found(left, seen, hit(after(NINE, "5d"), "E-2"), late))
    assert (alert.revision, evidence(alert)) == (2, ids(left, late))


def test_a_year_later_it_is_the_same_alert() -> None:
    #   left ─ view ◄ ── 300 d ── view
    left, seen = hr(NINE, "E-1", "left"), views(after(NINE, "1h"))
    later = views(after(NINE, "300d"))
    assert evidence(only(found(left, seen, later))) == ids(left, seen, later)


# What is kept, and what it costs.


def test_of_who_has_not_left_only_the_ends_of_their_hours_are_kept() -> None:
    #   60 days, an event each minute of 9 hours: 3 d, 7 d of lateness and 2 h stay
    run = local(DETECTOR)
    for day in range(60):
        for minute in range(9 * 60):
            assert run.feed(views(after(NINE, f"{day}d") + minute * MINUTE)) == []
    state = run.states["employee:E-1"]
    assert len(state.notebooks[DETECTOR.id].facts) <= 2 * 9 * 19
    assert len(encode_state(state)) < 25_000
    assert not run.evicted


def test_who_goes_on_for_ever_is_told_of_for_200_hours() -> None:
    #   left ── an event each half hour for 60 d, but for six hours of sleep
    run = local(DETECTOR)
    alerts = run.feed(hr(NINE, "E-1", "left"))
    for half in range(1, 60 * 48):
        if half % 48 < 36:
            alerts += run.feed(views(at(NINE) + half * 30 * MINUTE))
    assert len(only(alerts).evidence) == 200
    assert "in 199 hours of the clock" in only(alerts).summary.en
    assert only(alerts).revision == 199
    assert len(run.states["employee:E-1"].notebooks[DETECTOR.id].facts) < 199 + 2 * 18 * 18
    assert not run.evicted


def test_one_that_fails_in_a_busy_hour_is_reported_with_what_gave_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of three events of one hour in one step the middle one is no longer there to be taken out."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    run = local(DETECTOR)
    run.feed(hr(NINE, "E-1", "left"))
    monkeypatch.setattr("detectors.rules.data.active_after_leaving.in_time_order", fail)
    three = [views(after(NINE, f"{n}m")) for n in (61, 62, 63)]
    step = run.engine.step(
        "employee:E-1", run.states["employee:E-1"], three, time_is(at(NINE) + 2 * HOUR)
    )
    assert [failure.events for failure in step.failures] == [three]
    assert DETECTOR.id not in step.state.notebooks


def test_a_repeat_changes_nothing_and_the_number_is_a_parameter() -> None:
    left, seen = hr(NINE, "E-1", "left", on="2026-02-20"), views(after(NINE, "-1d"))
    assert [alert.revision for alert in found(seen, left, seen, left)] == [1]
    assert play([seen, left], configured(DETECTOR, entered_within=DAY - 1)) == []


def test_it_is_forgotten_in_the_end() -> None:
    run = local(DETECTOR)
    alerts = run.run([*FIRES[0]], after(NINE, "450d"))
    assert [alert.state for alert in final(alerts).values()] == ["firing"]
    assert not any(state.notebooks for state in run.states.values())


def test_fewer_pieces_of_evidence_are_those_of_the_first_hours() -> None:
    seen = [views(after(NINE, f"{hour}h")) for hour in range(1, 9)]
    left = hr(NINE, "E-1", "left")
    alert = only(play([left, *seen], DETECTOR, common=Common(max_evidence=4)))
    assert evidence(alert) == ids(left, *seen[:3])


def test_the_id_is_the_employees_and_the_leavings() -> None:
    assert only(found(*FIRES[0])).alert_id == "active-after-leaving-9c3a8f3d6962a393"


# Its world.


_words = st.builds(
    hr,
    st.builds(
        lambda day, hour, micro: BASE + day * DAY + hour * HOUR + micro,
        st.integers(0, 9),
        st.integers(0, 2),
        st.sampled_from((-1, 0, 30 * MINUTE)),
    ),
    st.sampled_from(("E-1", "E-1", "E-2")),
    st.sampled_from(("left", "terminated", "hired", "resignation_withdrawn", "left")),
    on=st.sampled_from((None, None, "2026-03-01", "2026-03-03", "2026-03-06", "2026-03-11")),
)


@st.composite
def _scenes(draw: st.DrawFn) -> list[Event]:
    words = draw(st.lists(_words, min_size=1, max_size=4))
    midnight = at("2026-03-04 00:00")
    edges = [edge for word in words for edge in (word.time, word.time - 3 * DAY)]
    moments = st.builds(
        lambda edge, hop, nudge: edge + hop + nudge,
        st.sampled_from((*edges, midnight, midnight + 8 * DAY)),
        st.sampled_from((0, 0, 20 * MINUTE, HOUR, 5 * HOUR, DAY)),
        st.sampled_from((-1, 0, 1, SECOND)),
    )
    done = st.one_of(
        st.builds(views, moments, st.sampled_from(("E-1", "E-1", "E-2"))),
        st.builds(hit, moments, st.just("E-1")),
        st.builds(wipes, moments, st.just("E-1")),
    )
    return [*words, *draw(st.lists(done, max_size=8))]


SCENES = _scenes()


def _instant(word: Event) -> int:
    """The first instant at which what HR says holds, of a leaving: the last before."""
    data = word.data
    assert isinstance(data, HrChange)
    if data.effective_on is None:
        return word.time
    day: date = data.effective_on
    if data.kind != "hired":
        return at(f"{day + timedelta(days=1)} 00:00") - 1
    return at(f"{day} 00:00")


def _leavings(words: list[Event]) -> Iterator[tuple[Event, int, int]]:
    returns = [_instant(word) for word in words if word.data.kind == "hired"]  # type: ignore[attr-defined]
    standing: list[tuple[Event, int, int]] = []
    for word in words:
        kind = word.data.kind  # type: ignore[attr-defined]
        if kind == "hired":
            continue
        if standing and word.time <= standing[-1][1]:
            standing.pop()
        elif standing and word.time < standing[-1][2]:
            continue
        if kind in ("left", "terminated"):
            gone = _instant(word)
            standing.append((word, gone, min([it for it in returns if it > gone] or [2**62])))
    yield from standing


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    words: dict[str, list[Event]] = defaultdict(list)
    hours: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for one in sorted(events, key=lambda event: (event.time, event.id)):
        if isinstance(one.data, HrChange):
            words[one.data.employee].append(one)
        else:
            who = getattr(one.data, "actor", None) or one.data.employee  # type: ignore[attr-defined]
            hours[who, one.time // HOUR].append(one)
    for who, said in words.items():
        for word, gone, back in _leavings(said):
            told = []
            for (by, _), busy in sorted(hours.items()):
                ends = [
                    one
                    for one in (busy[0], busy[-1])
                    if by == who and gone < one.time < back and one.time >= word.time - 3 * DAY
                ]
                told += ends[:1]
            if told:
                pieces = frozenset(ids(word, *told))
                yield ("critical", who, None, None, None, pieces)
