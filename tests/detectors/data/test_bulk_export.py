"""bulk-export: exports, views and files summing 200 within 1 h, critical near a resignation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR, MINUTE, SECOND
from contract.types import EndpointFile, HrChange
from detectors.engine.engine import Engine, configured
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.rules.data.bulk_export import DETECTOR
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    Moment,
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
    local,
    only,
    play,
)

NINE = "2026-03-02 09:00"


def exports(moment: Moment, employee: str, count: int = 1) -> Event:
    return edit(moment, employee, "export", ("customer", "C-1"), count=count)


def views(moment: Moment, employee: str, count: int = 1) -> Event:
    return edit(moment, employee, "view", ("customer", "C-1"), count=count)


def copies(moment: Moment, employee: str, count: int = 1, action: str = "copy_external") -> Event:
    return event(moment, EndpointFile(employee, action, count=count))  # type: ignore[arg-type]


FIRES = ([exports(NINE, "E-904", 260)], "0s")


@pytest.mark.parametrize("count, fires", [(199, False), (200, True)])
def test_two_hundred_are_enough_and_one_less_is_not(count: int, fires: bool) -> None:
    #   09:00 199 | 200 ◄ fires
    assert (play([exports(NINE, "E-1", count)], DETECTOR) != []) is fires


def test_records_viewed_and_exported_and_files_copied_are_summed() -> None:
    #   09:00 120 exported   09:10 1 viewed   09:30 139 files   = 260
    taken = [
        exports(NINE, "E-1", 120),
        views(after(NINE, "10m"), "E-1"),
        copies(after(NINE, "30m"), "E-1", 139),
    ]
    alert = only(play(taken, DETECTOR, reference=company(employee("E-1", "黄志强"))))
    assert (alert.severity, alert.score, alert.employee) == ("warning", 30, "E-1")
    assert evidence(alert) == ids(*taken)
    assert [piece.note for piece in alert.evidence] == [
        "exported (120 records)",
        "viewed",
        "copied to an external device (139 records)",
    ]
    assert alert.summary.en == (
        "黄志强 (E-1) viewed, exported or took out 260 records or files within 1 hour "
        "from 2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "黄志强（E-1）自 2026-03-02 09:00 起 1 小时内查看、导出或带出了 260 条记录或文件。"
    )


@pytest.mark.parametrize("action", ["copy_external", "upload", "print", "send"])
def test_files_leave_in_four_ways(action: str) -> None:
    assert firing(play([copies(NINE, "E-1", 200, action)], DETECTOR))


def test_deletes_and_other_edits_take_nothing_out() -> None:
    assert play([deletes(NINE, "E-1", 500), copies(NINE, "E-1", 500, "delete")], DETECTOR) == []
    for op in ("create", "update", "restore"):
        assert play([edit(NINE, "E-1", op, ("customer", "C-1"), count=500)], DETECTOR) == []


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_sixtieth_minute_counts_and_the_microsecond_after_does_not(
    micro: int, fires: bool
) -> None:
    #   09:00 100 ───────── 1 h ─────────┤ 100
    taken = [views(NINE, "E-1", 100), views(after(NINE, "1h", micro), "E-1", 100)]
    assert (play(taken, DETECTOR) != []) is fires


def test_two_employees_are_not_one() -> None:
    assert play([exports(NINE, "E-1", 150), exports(NINE, "E-2", 150)], DETECTOR) == []


def test_more_revises_the_run_and_a_later_hour_is_a_new_one() -> None:
    #   09:00 200   10:00 1 │ 10:01 200
    taken = [
        exports(NINE, "E-1", 200),
        views(after(NINE, "60m"), "E-1"),
        exports(after(NINE, "61m"), "E-1", 200),
    ]
    alerts = play(taken, DETECTOR)
    assert [alert.revision for alert in alerts] == [1, 2, 1]
    assert [evidence(alert) for alert in firing(alerts)] == [ids(*taken[:2]), ids(taken[2])]


def test_a_late_export_completes_the_run_and_becomes_its_anchor() -> None:
    #   (09:00 60 late)   09:10 150   ·  3 d pass
    taken = [exports(after(NINE, "10m"), "E-1", 150), views(after(NINE, "3d"), "E-1")]
    late = exports(NINE, "E-1", 60)
    assert evidence(only(play([*taken, late], DETECTOR))) == ids(late, taken[0])


def test_runs_that_merge_leave_the_earlier_and_withdraw_the_later() -> None:
    #   09:10 200
    #   09:00 1 late ──► the run begins at 09:00
    first, late = exports(after(NINE, "10m"), "E-1", 200), views(NINE, "E-1")
    alerts = play([first, late], DETECTOR)
    assert final(alerts)[alerts[0].alert_id].state == "withdrawn"
    assert [evidence(alert) for alert in firing(alerts)] == [ids(late, first)]


# The resignation.


def test_a_later_notice_makes_the_same_alert_critical() -> None:
    #   09:00 260 ◄ warning ─────── 10 d ─────── notice ◄ critical
    taken, notice = exports(NINE, "E-1", 260), hr(after(NINE, "10d"), "E-1", "resigned")
    alerts = play([taken, notice], DETECTOR, reference=company(employee("E-1", "黄志强")))
    assert [(alert.revision, alert.severity, alert.score) for alert in alerts] == [
        (1, "warning", 30),
        (2, "critical", 60),
    ]
    assert alerts[0].alert_id == alerts[1].alert_id
    alert = alerts[1]
    assert evidence(alert) == ids(taken, notice)
    assert [piece.note for piece in alert.evidence] == ["exported (260 records)", "gave notice"]
    assert alert.summary.en == (
        "黄志强 (E-1) viewed, exported or took out 260 records or files within 1 hour "
        "from 2026-03-02 09:00, and gave notice on 2026-03-12."
    )
    assert alert.summary.zh == (
        "黄志强（E-1）自 2026-03-02 09:00 起 1 小时内查看、导出或带出了 260 条记录或文件，"
        "并于 2026-03-12 提出离职。"
    )


def test_a_notice_known_before_makes_it_critical_at_once() -> None:
    #   notice ─── 10 d ─── 09:00 260 ◄ critical; told since it was taken, not since the notice
    notice, taken = hr(after(NINE, "-10d"), "E-1", "resigned"), exports(NINE, "E-1", 260)
    [alert] = play([notice, taken], DETECTOR)
    assert (alert.severity, evidence(alert)) == ("critical", ids(notice, taken))
    assert "from 2026-03-02 09:00, and gave notice on 2026-02-20." in alert.summary.en


@pytest.mark.parametrize(
    "distance, micro, severity",
    [
        #   ├── 30 d ── 09:00 run 09:30 ── 30 d ──┤
        ("-30d", 0, "critical"),
        ("-30d", -1, "warning"),
        ("30d", 0, "critical"),
        ("30d", 1, "warning"),
    ],
)
def test_thirty_days_either_side_of_the_run(distance: str, micro: int, severity: str) -> None:
    taken = [exports(NINE, "E-1", 150), exports(after(NINE, "30m"), "E-1", 150)]
    edge = NINE if distance.startswith("-") else after(NINE, "30m")
    notice = hr(after(edge, distance, micro), "E-1", "resigned")
    in_order = sorted([*taken, notice], key=lambda it: it.time)
    assert only(play(in_order, DETECTOR)).severity == severity


def test_a_resignation_taken_back_makes_it_a_warning_again() -> None:
    #   260 ◄ warning ── notice ◄ critical ── stays after all ◄ warning, still firing
    taken, notice = exports(NINE, "E-1", 260), hr(after(NINE, "1d"), "E-1", "resigned")
    stays = hr(after(NINE, "4d"), "E-1", "resignation_withdrawn")
    alerts = play([taken, notice, stays], DETECTOR)
    assert [(alert.severity, alert.state) for alert in alerts] == [
        ("warning", "firing"),
        ("critical", "firing"),
        ("warning", "firing"),
    ]
    assert evidence(only(alerts)) == ids(taken)
    assert only(play([notice, stays, taken], DETECTOR)).severity == "warning"


def test_a_resignation_taken_back_months_later_still_counts() -> None:
    #   260 ── 20 d ── notice ◄ critical ── 80 d of work ── stays after all ◄ warning
    run = local(DETECTOR)
    alerts = run.feed(exports(NINE, "E-1", 260))
    alerts += run.feed(hr(after(NINE, "20d"), "E-1", "resigned"))
    for day in range(21, 100):
        alerts += run.feed(views(after(NINE, f"{day}d"), "E-1"))
    alerts += run.feed(hr(after(NINE, "100d"), "E-1", "resignation_withdrawn"))
    assert [alert.severity for alert in alerts] == ["warning", "critical", "warning"]


def test_somebody_elses_notice_and_other_changes_are_none() -> None:
    taken = exports(NINE, "E-1", 260)
    others = [
        hr(after(NINE, "1d"), "E-2", "resigned"),
        hr(after(NINE, "1d"), "E-1", "transferred"),
        hr(after(NINE, "2d"), "E-1", "left"),
    ]
    assert [alert.severity for alert in play([taken, *others], DETECTOR)] == ["warning"]


def test_the_repetition_of_a_notice_given_long_before_counts_as_none() -> None:
    #   notice ──── 100 d ──── again ── 10 d ── 260: the first stands, and is far away
    run = local(DETECTOR)
    run.feed(hr(after(NINE, "-110d"), "E-1", "resigned"))
    for day in range(-100, 0, 5):
        run.feed(views(after(NINE, f"{day}d"), "E-1"))
    run.feed(hr(after(NINE, "-10d"), "E-1", "resigned"))
    assert [alert.severity for alert in run.feed(exports(NINE, "E-1", 260))] == ["warning"]


def test_a_busy_month_between_does_not_make_it_forget_the_run() -> None:
    #   09:00 260 ◄ ── 50 views on each of 30 days ── notice ◄ the same alert, critical
    run = local(DETECTOR)
    alerts = run.feed(exports(NINE, "E-1", 260))
    for day in range(1, 30):
        for minute in range(50):
            alerts += run.feed(views(after(NINE, f"{day}d") + minute * 9 * MINUTE, "E-1"))
    assert len(alerts) == 1
    alerts += run.feed(hr(after(NINE, "30d"), "E-1", "resigned"))
    assert (only(alerts).revision, only(alerts).severity) == (2, "critical")


def test_of_an_employee_who_views_all_day_only_the_lateness_is_kept() -> None:
    run = local(DETECTOR)
    for day in range(40):
        for minute in range(50):
            assert run.feed(views(after(NINE, f"{day}d") + minute * 9 * MINUTE, "E-1")) == []
    assert len(run.states["employee:E-1"].notebooks["bulk-export"].facts) <= 15 * 50
    assert not run.evicted


def test_one_by_one_the_two_hundredth_fires() -> None:
    #   09:00:00 1 · 1 · 1 · …   09:03:19 the 200th ◄ fires
    run = local(DETECTOR)
    for number in range(199):
        assert run.feed(views(at(NINE) + number * SECOND, "E-1")) == []
    assert firing(run.feed(views(at(NINE) + 199 * SECOND, "E-1")))


def test_however_much_room_there_is_at_the_newest_what_comes_late_is_looked_at() -> None:
    #   09:00 150   11:00 1   11:01 1 │ late: 09:30 50 ◄ fires
    run = local(DETECTOR)
    taken = [(0, 150), (120, 1), (121, 1)]
    assert run.run(views(after(NINE, f"{minute}m"), "E-1", count) for minute, count in taken) == []
    assert firing(run.feed(views(after(NINE, "30m"), "E-1", 50)))


def test_a_threshold_that_is_set_lower_counts_from_the_next_view_on() -> None:
    #   09:00 120, one a second │ the threshold is 150 instead of 200 │ 29 · 1 ◄ fires
    run = local(DETECTOR)
    for number in range(120):
        assert run.feed(views(at(NINE) + number * SECOND, "E-1")) == []
    run.engine = Engine([configured(DETECTOR, threshold=150)], Reference())
    for number in range(120, 149):
        assert run.feed(views(at(NINE) + number * SECOND, "E-1")) == []
    assert firing(run.feed(views(at(NINE) + 149 * SECOND, "E-1")))


def test_a_notice_stands_in_the_evidence_though_the_run_fills_it() -> None:
    #   09:00 300 views, one a second ── notice: the first 3, the last 3, 3 between, and it
    taken = [views(at(NINE) + n * SECOND, "E-1") for n in range(300)]
    notice = hr(after(NINE, "2d"), "E-1", "resigned")
    alert = only(play([*taken, notice], DETECTOR, common=Common(max_evidence=10)))
    assert evidence(alert) == ids(*taken[:6], *taken[297:], notice)
    assert "took out 300+ records or files" in alert.summary.en


def test_a_repeat_counts_once() -> None:
    almost = exports(NINE, "E-1", 150)
    assert play([almost, almost], DETECTOR) == []


def test_the_numbers_are_parameters() -> None:
    strict = configured(DETECTOR, threshold=1, resignation_within=0)
    notice = hr(after(NINE, "1m"), "E-1", "resigned")
    alert = only(play([exports(NINE, "E-1"), notice], strict))
    assert alert.severity == "warning"
    assert alert.summary.en == (
        "E-1 viewed, exported or took out 1 record or file within 1 hour from 2026-03-02 09:00."
    )


def test_the_id_is_the_employees_and_the_firsts() -> None:
    alert = only(play([exports(NINE, "E-1", 200)], DETECTOR))
    assert alert.alert_id == "bulk-export-3984c11d05d2ee1a"


# Its world.

COUNTS = (1, 99, 100, 100, 101, 199, 200)


@st.composite
def _scenes(draw: st.DrawFn) -> list[Event]:
    spans = st.sampled_from((0, 0, HOUR // 2, HOUR, HOUR, 2 * HOUR, DAY, 30 * DAY))
    nudges = st.sampled_from((-1, 0, 0, 0, 1))
    moment, taken = BASE, []
    for _ in range(draw(st.integers(1, 7))):
        moment += draw(spans) + draw(nudges)
        who, count = draw(st.sampled_from(("E-1", "E-1", "E-2"))), draw(st.sampled_from(COUNTS))
        taken.append(draw(st.sampled_from((exports, views, copies)))(moment, who, count))
    said = []
    for _ in range(draw(st.integers(0, 3))):
        near = draw(st.sampled_from(taken)).time
        away = draw(st.sampled_from((-30 * DAY, -DAY, 0, DAY, 30 * DAY, 45 * DAY)))
        kind = draw(st.sampled_from(("resigned", "resigned", "resignation_withdrawn", "left")))
        said.append(hr(near + away + draw(nudges), "E-1", kind))
    return taken + said


SCENES = _scenes()


def _standing_notices(events: Iterable[Event]) -> list[Event]:
    """Given, not taken back, and no repetition of the one before."""
    notices: list[Event] = []
    current, gone = None, False
    for one in events:
        kind = getattr(one.data, "kind", None)
        if kind == "resigned" and (current is None or gone):
            current, gone = one, False
            notices.append(one)
        elif kind == "resignation_withdrawn" and current is not None:
            notices.remove(current)
            current = None
        elif kind == "left":
            gone = True
    return notices


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    in_order = sorted(events, key=lambda one: (one.time, one.id))
    for who in ("E-1", "E-2"):
        said = [one for one in in_order if isinstance(one.data, HrChange) and who == "E-1"]
        notices = _standing_notices(said)
        left = [
            one
            for one in in_order
            if who in (getattr(one.data, "actor", None), getattr(one.data, "employee", None))
            and not isinstance(one.data, HrChange)
        ]
        while left:
            run = [one for one in left if one.time <= left[0].time + HOUR]
            if sum(one.data.count for one in run) < 200:  # type: ignore[attr-defined]
                left = left[1:]
                continue
            left = left[len(run) :]
            near = [
                one
                for one in notices
                if run[0].time - 30 * DAY <= one.time <= run[-1].time + 30 * DAY
            ]
            severity = "critical" if near else "warning"
            yield (severity, who, None, None, None, frozenset(ids(*run, *near[:1])))


@pytest.mark.parametrize("number", [58, 59, 60])
def test_of_too_many_views_only_those_near_each_other_are_folded(number: int) -> None:
    #   a view every 90 min for days │ 09:00 view  09:50 199 exported = 200   10:30 5 exported
    before = [views(after(NINE, f"-{90 * n}m"), "E-1") for n in range(number, 0, -1)]
    run = [views(NINE, "E-1"), exports(after(NINE, "50m"), "E-1", 199)]
    later = exports(after(NINE, "90m"), "E-1", 5)
    alerts = local(DETECTOR, common=Common(max_facts=60)).run([*before, *run, later])
    assert evidence(only(alerts)) == ids(*run)
