"""deleted-before-resignation: a leaver deletes 3 records or files around their notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, SECOND
from contract.types import EndpointFile
from detectors.facts.view import Common
from detectors.rules.data.deleted_before_resignation import DETECTOR
from tests.detectors.asked import asked
from tests.detectors.order_oracle import Answer
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    after,
    at,
    company,
    deletes,
    edit,
    employee,
    event,
    evidence,
    final,
    firing,
    hr,
    ids,
    only,
    play,
    wipes,
)
from tests.examples.nine_questions import deleted_before_resignation

NOON = "2026-03-12 12:00"
NOTICE = hr(NOON, "E-1", "resigned")


def fires(*events: Event) -> bool:
    return bool(firing(play(sorted(events, key=lambda event: event.time), DETECTOR)))


def test_three_deletes_before_the_notice_fire_when_it_comes() -> None:
    #   -3 d 1 record   -2 d 2 files   notice ◄ fires
    gone = [deletes(after(NOON, "-3d"), "E-1"), wipes(after(NOON, "-2d"), "E-1", 2)]
    assert play(gone, DETECTOR) == []
    alert = only(play([*gone, NOTICE], DETECTOR, reference=company(employee("E-1", "黄志强"))))
    assert (alert.severity, alert.score, alert.employee) == ("critical", 60, "E-1")
    assert evidence(alert) == ids(*gone, NOTICE)
    assert alert.summary.en == (
        "黄志强 (E-1) gave notice on 2026-03-12 and deleted 3 records or files from 2026-03-09 to "
        "2026-03-10."
    )
    assert alert.summary.zh == (
        "黄志强（E-1）于 2026-03-12 提出离职，并在 2026-03-09 至 2026-03-10 删除了 3 条记录或文件。"
    )
    assert [piece.note for piece in alert.evidence] == [
        "deleted",
        "deleted (2 records)",
        "gave notice",
    ]


def test_two_are_not_enough() -> None:
    assert not fires(deletes(after(NOON, "-3d"), "E-1", 2), NOTICE)


def test_without_a_notice_there_is_nothing() -> None:
    assert not fires(deletes(NOON, "E-1", 19))
    assert not fires(deletes(NOON, "E-1", 19), hr(NOON, "E-1", "left"))
    assert not fires(deletes(NOON, "E-1", 19), hr(NOON, "E-1", "transferred"))


def test_somebody_elses_deletes_do_not_count() -> None:
    assert not fires(deletes(after(NOON, "-3d"), "E-2", 9), NOTICE)


@pytest.mark.parametrize(
    "distance, micro, counts",
    [
        #   ├── 30 d ── notice ── 30 d ──┤      while no leaving is known
        ("-30d", 0, True),
        ("-30d", -1, False),
        ("30d", 0, True),
        ("30d", 1, False),
    ],
)
def test_from_thirty_days_before_to_thirty_after(distance: str, micro: int, counts: bool) -> None:
    assert fires(NOTICE, deletes(after(NOON, distance, micro), "E-1", 3)) is counts


@pytest.mark.parametrize("kind", ["left", "terminated"])
@pytest.mark.parametrize(
    "distance, micro, counts", [("7d", 0, True), ("7d", 1, False), ("-1h", 0, True)]
)
def test_to_seven_days_after_the_leaving_once_it_is_known(
    kind: str, distance: str, micro: int, counts: bool
) -> None:
    #   notice ── 2 d ── left ── 7 d ──┤
    left = after(NOON, "2d")
    gone = deletes(after(left, distance, micro), "E-1", 3)
    assert fires(NOTICE, hr(left, "E-1", kind), gone) is counts


def test_a_leaving_later_than_thirty_days_prolongs_it() -> None:
    #   notice ────── 60 d ────── left ── 7 d ──┤ delete
    left = after(NOON, "60d")
    gone = deletes(after(left, "7d"), "E-1", 3)
    assert fires(NOTICE, hr(left, "E-1", "left"), gone)


def test_a_leaving_that_comes_to_be_known_shortens_it() -> None:
    #   notice ─ 1 d ─ left (told late) ·· 9 d delete: counted, then not
    gone = deletes(after(NOON, "9d"), "E-1", 3)
    alerts = play([NOTICE, gone, hr(after(NOON, "1d"), "E-1", "left")], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "withdrawn"]


def test_a_leaving_date_is_a_whole_company_day() -> None:
    #   left effective on 20 March: to the end of the 27th, Shanghai
    left = hr("2026-03-19 10:00", "E-1", "left", on="2026-03-20")
    assert fires(NOTICE, left, deletes("2026-03-27 23:59:59.999999", "E-1", 3))
    assert not fires(NOTICE, left, deletes("2026-03-28 00:00:00", "E-1", 3))


def test_deletes_after_the_notice_revise_the_alert() -> None:
    gone = [deletes(after(NOON, f"{day}d"), "E-1", 3) for day in (-1, 1, 2)]
    alerts = play([gone[0], NOTICE, *gone[1:]], DETECTOR)
    assert [alert.revision for alert in alerts] == [1, 2, 3]
    assert "deleted 9 records" in alerts[-1].summary.en


def test_a_late_delete_completes_it() -> None:
    #   -3 d 2   notice   4 d: the one of -2 d arrives ◄ fires
    events = [
        deletes(after(NOON, "-3d"), "E-1", 2),
        NOTICE,
        hr(after(NOON, "4d"), "E-9", "hired"),
        deletes(after(NOON, "-2d"), "E-1", 1),
    ]
    assert only(play(events, DETECTOR)).state == "firing"


def test_it_makes_no_difference_whether_the_notice_or_the_deletes_arrive_first() -> None:
    gone = [deletes(after(NOON, f"-{n}d"), "E-1") for n in (3, 2, 1)]
    on_time, late = play([*gone, NOTICE], DETECTOR), play([NOTICE, *reversed(gone)], DETECTOR)
    assert only(on_time) == only(late)


def test_the_same_events_again_change_nothing() -> None:
    gone = deletes(after(NOON, "-1d"), "E-1", 2)
    assert play([gone, gone, NOTICE, gone], DETECTOR) == []
    three = deletes(after(NOON, "-1d"), "E-1", 3)
    assert [alert.revision for alert in play([three, NOTICE, three, NOTICE], DETECTOR)] == [1]


def test_reading_copying_and_restoring_are_no_deletes() -> None:
    events = [edit(NOON, "E-1", op, ("customer", "C-1"), count=9) for op in ("export", "restore")]
    assert not fires(NOTICE, *events, event(NOON, EndpointFile("E-1", "copy_external", count=9)))


def test_a_withdrawn_resignation_withdraws_it() -> None:
    #   deletes ── notice ◄ fires ── 3 d ── stays after all ◄ withdrawn
    gone = deletes(after(NOON, "-3d"), "E-1", 4)
    stays = hr(after(NOON, "3d"), "E-1", "resignation_withdrawn")
    alerts = play([gone, NOTICE, stays], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1]) == ids(gone, NOTICE, stays)
    assert alerts[-1].summary.en.startswith("Withdrawn: the resignation was withdrawn.")
    assert alerts[-1].summary.zh.startswith("已撤回：离职申请已撤回。")


def test_a_withdrawal_known_beforehand_gives_the_same_withdrawn_alert() -> None:
    stays = hr(after(NOON, "3d"), "E-1", "resignation_withdrawn")
    deleted = deletes(after(NOON, "-3d"), "E-1", 4)
    [known_before] = final(play([NOTICE, stays, deleted], DETECTOR)).values()
    [known_after] = final(play([NOTICE, deleted, stays], DETECTOR)).values()
    assert known_before.state == known_after.state == "withdrawn"
    assert known_before.alert_id == known_after.alert_id
    assert known_before.evidence == known_after.evidence


def test_a_resignation_withdrawn_after_the_leaving_withdraws_what_the_leaving_let_count() -> None:
    #   notice ──── 30 d ── left ─ 6 d ─ deletes ◄ fires ──── 60 d: stays after all ◄ withdrawn
    gone = deletes(after(NOON, "36d"), "E-1", 3)
    stays = hr(after(NOON, "60d"), "E-1", "resignation_withdrawn")
    alerts = play([NOTICE, hr(after(NOON, "30d"), "E-1", "left"), gone, stays], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "withdrawn"]
    assert evidence(alerts[-1]) == ids(NOTICE, gone, stays)


def test_a_withdrawal_before_the_notice_is_of_another_one() -> None:
    stays = hr(after(NOON, "-3d"), "E-1", "resignation_withdrawn")
    assert fires(stays, NOTICE, deletes(after(NOON, "-1d"), "E-1", 4))


def test_a_second_resignation_is_its_own_alert() -> None:
    #   notice ─ stays ─ 40 d ─ notice again
    again = hr(after(NOON, "40d"), "E-1", "resigned")
    events = [
        deletes(after(NOON, "-1d"), "E-1", 3),
        NOTICE,
        hr(after(NOON, "1d"), "E-1", "resignation_withdrawn"),
        deletes(after(NOON, "39d"), "E-1", 3),
        again,
    ]
    alerts = play(events, DETECTOR)
    assert [alert.state for alert in final(alerts).values()] == ["withdrawn", "firing"]
    assert evidence(firing(alerts)[0]) == ids(events[3], again)


def test_a_notice_repeated_while_it_runs_is_the_same_one() -> None:
    events = [
        deletes(after(NOON, "-1d"), "E-1", 3),
        NOTICE,
        hr(after(NOON, "1d"), "E-1", "resigned"),
    ]
    assert len(final(play(events, DETECTOR))) == 1


def test_the_id_is_the_employees_and_the_notices() -> None:
    alert = only(play([deletes(after(NOON, "-1d"), "E-1", 3), NOTICE], DETECTOR))
    assert alert.alert_id == "deleted-before-resignation-9ceb6825e77f30c3"


def test_a_robot_that_deletes_for_a_leaver_is_not_a_revision_a_delete() -> None:
    #   notice   +1 h: 1000 deletes, one a second; beyond the evidence totals go on to two digits
    gone = [deletes(after(NOON, "1h", n * SECOND), "E-1") for n in range(1000)]
    alerts = play([NOTICE, *gone], DETECTOR, common=Common(max_evidence=20))
    assert "deleted 1000+ records or files" in only(alerts).summary.en
    # 18 by which the evidence grows, 80 to a hundred, 90 to a thousand.
    assert len(alerts) <= 190


# The world it is held to the laws in.


_THEN = (-DAY, 0, 1, DAY, 2 * DAY, 30 * DAY, 60 * DAY)
_employees = st.sampled_from((*["E-1"] * 5, "E-2"))
_words = st.sampled_from(
    ("resigned", "resignation_withdrawn", "left", "left", "terminated", "hired", "transferred")
)
_last_days = st.sampled_from((None, None, "2026-02-20", "2026-03-04", "2026-04-20"))


@st.composite
def _leaving(draw: st.DrawFn) -> list[Event]:
    """Two employees give notice, stay, leave and come back; deletes where some of it counts."""
    notice = BASE + draw(st.sampled_from((0, 1, DAY)))
    events = [hr(notice, "E-1", "resigned")]
    edges = [notice - 30 * DAY, notice, notice + 30 * DAY]
    for _ in range(draw(st.integers(0, 4))):
        then, who, kind = notice + draw(st.sampled_from(_THEN)), draw(_employees), draw(_words)
        on = draw(_last_days) if kind in ("left", "terminated") else None
        events.append(hr(then, who, kind, on=on))
        left = at(f"{on} 23:59:59.999999") if on else then
        edges += [then - 30 * DAY, then + 30 * DAY] if kind == "resigned" else [left + 7 * DAY]
    for _ in range(draw(st.integers(1, 4))):
        moment = draw(st.sampled_from(edges)) + draw(st.sampled_from((-DAY, -1, 0, 0, 1)))
        who, count = draw(_employees), draw(st.sampled_from((1, 2, 3, 3)))
        if draw(st.booleans()):
            events.append(draw(st.sampled_from((deletes, wipes)))(moment, who, count))
        else:
            op = draw(st.sampled_from(("delete", "delete", "restore")))
            events.append(edit(moment, who, op, ("customer", "C-1"), count=count))
    return events


SCENES = _leaving()


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    return asked(deleted_before_resignation, events)


def test_an_alert_stands_on_what_it_rests_on_though_the_leaving_comes_long_after() -> None:
    #   notice, 3 deletes … 224 d … left   +1 d delete ◄ tells of one more, takes none back
    gone = [deletes(after(NOON, f"{hours}h"), "E-1", id=f"d{hours}") for hours in (1, 2, 3)]
    left = hr(after(NOON, "224d"), "E-1", "left")
    late = deletes(after(NOON, "225d"), "E-1", id="late")
    last = only(play([NOTICE, *gone, left, late], DETECTOR))
    assert last.state == "firing"
    assert evidence(last) == ids(NOTICE, *gone, late)
