"""bulk-delete: deletes summing 20 within 1 h by one employee."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import EndpointFile
from detectors.engine.engine import configured
from detectors.rules.data.bulk_delete import DETECTOR
from tests.detectors.asked import asked
from tests.detectors.order_oracle import Answer
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    after,
    company,
    deletes,
    edit,
    employee,
    event,
    evidence,
    final,
    firing,
    ids,
    only,
    play,
    wipes,
)
from tests.examples.nine_questions import bulk_delete

NINE = "2026-03-02 09:00"


@pytest.mark.parametrize("count, fires", [(19, False), (20, True)])
def test_twenty_is_enough_and_nineteen_is_not(count: int, fires: bool) -> None:
    #   09:00 19 | 20 ◄ fires
    assert (play([deletes(NINE, "E-1", count)], DETECTOR) != []) is fires


def test_records_and_files_are_summed() -> None:
    #   09:00 12 records    09:30 8 files   = 20
    gone = [deletes(NINE, "E-1", 12), wipes(after(NINE, "30m"), "E-1", 8)]
    reference = company(employee("E-1", "唐静"))
    alert = only(play(gone, DETECTOR, reference=reference))
    assert (alert.severity, alert.score, alert.employee) == ("critical", 60, "E-1")
    assert evidence(alert) == ids(*gone)
    assert [piece.note for piece in alert.evidence] == [
        "deleted (12 records)",
        "deleted (8 records)",
    ]
    assert alert.summary.en == (
        "唐静 (E-1) deleted 20 records or files within 1 hour from 2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "唐静（E-1）自 2026-03-02 09:00 起 1 小时内删除了 20 条记录或文件。"
    )


def test_files_copied_or_sent_are_not_deleted() -> None:
    for action in ("copy_external", "upload", "print", "send"):
        file = event(NINE, EndpointFile("E-1", action, count=500))  # type: ignore[arg-type]
        assert play([file], DETECTOR) == []


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_sixtieth_minute_counts_and_the_microsecond_after_does_not(
    micro: int, fires: bool
) -> None:
    #   09:00 10 ───────── 1 h ─────────┤ 10
    gone = [deletes(NINE, "E-1", 10), deletes(after(NINE, "1h", micro), "E-1", 10)]
    assert (play(gone, DETECTOR) != []) is fires


def test_the_window_starts_at_any_delete() -> None:
    #   09:00 1    09:50 15    10:20 10       the last two make 25 within an hour
    gone = [
        deletes(NINE, "E-1", 1),
        deletes(after(NINE, "50m"), "E-1", 15),
        deletes(after(NINE, "80m"), "E-1", 10),
    ]
    assert evidence(only(play(gone, DETECTOR))) == ids(*gone[1:])


def test_two_employees_are_not_one() -> None:
    assert play([deletes(NINE, "E-1", 19), deletes(NINE, "E-2", 19)], DETECTOR) == []


@pytest.mark.parametrize("op", ["create", "update", "restore", "view", "export"])
def test_other_edits_delete_nothing(op: str) -> None:
    assert play([edit(NINE, "E-1", op, ("contact", "K-1"), count=500)], DETECTOR) == []


def test_more_deletes_revise_the_run_and_a_later_hour_is_a_new_one() -> None:
    #   09:00 20   09:30 5   10:00 1 │ 10:01 20
    gone = [
        deletes(NINE, "E-1", 20),
        deletes(after(NINE, "30m"), "E-1", 5),
        deletes(after(NINE, "60m"), "E-1", 1),
        deletes(after(NINE, "61m"), "E-1", 20),
    ]
    alerts = play(gone, DETECTOR)
    assert [alert.revision for alert in alerts] == [1, 2, 3, 1]
    assert [evidence(alert) for alert in firing(alerts)] == [ids(*gone[:3]), ids(gone[3])]


def test_a_late_delete_completes_the_run() -> None:
    gone = [deletes(NINE, "E-1", 19), deletes(after(NINE, "3d"), "E-1", 1)]
    late = deletes(after(NINE, "10m"), "E-1", 1)
    assert evidence(only(play([*gone, late], DETECTOR))) == ids(gone[0], late)


def test_runs_that_merge_leave_the_earlier_and_withdraw_the_later() -> None:
    #   09:10 20          10:05 20            two runs? no: 09:10–10:10 is one
    #   09:00 1 late ──► from 09:00 to 10:00: a new anchor; 10:05 begins the next
    first, second = deletes(after(NINE, "10m"), "E-1", 20), deletes(after(NINE, "65m"), "E-1", 20)
    late = deletes(NINE, "E-1", 1)
    alerts = play([first, second, late], DETECTOR)
    old = alerts[0].alert_id
    assert final(alerts)[old].state == "withdrawn"
    assert "belong to another alert" in final(alerts)[old].summary.en
    assert [evidence(alert) for alert in firing(alerts)] == [ids(late, first), ids(second)]


def test_a_late_delete_that_takes_one_run_over_leaves_the_next_alone() -> None:
    #   (09:15 1 late)  09:20 20 │ 10:30 20      the first run begins at 09:15 now, the second stays
    a, b = deletes(after(NINE, "20m"), "E-1", 20), deletes(after(NINE, "90m"), "E-1", 20)
    late = deletes(after(NINE, "15m"), "E-1", 1)
    alerts = play([a, b, late], DETECTOR)
    assert [evidence(alert) for alert in firing(alerts)] == [ids(late, a), ids(b)]
    assert [alert.state for alert in final(alerts).values()] == ["withdrawn", "firing", "firing"]


def test_where_a_late_delete_shifts_the_windows_the_runs_of_later_anchors_are_withdrawn() -> None:
    #   before:              10:00 20 ──── 10:55 1 ┤11:00   11:05 20 ────          two runs
    #   after:   09:50 1 ─── 10:00 20 ─ 10:50├     10:55 1 ─ 11:05 20 ─ 11:55├     two others
    first, inside = deletes(after(NINE, "60m"), "E-1", 20), deletes(after(NINE, "115m"), "E-1", 1)
    second = deletes(after(NINE, "125m"), "E-1", 20)
    late = deletes(after(NINE, "50m"), "E-1", 1)
    alerts = play([first, inside, second, late], DETECTOR)
    assert [evidence(alert) for alert in firing(alerts)] == [ids(late, first), ids(inside, second)]
    withdrawn = [alert for alert in final(alerts).values() if alert.state == "withdrawn"]
    assert [evidence(alert)[:2] for alert in withdrawn] == [ids(late, first), ids(late, second)]


def test_a_late_delete_inside_the_run_lengthens_it_under_its_old_id() -> None:
    #   09:00 20 ◄ fires   ·  3 d later comes 09:30 5
    gone = [deletes(NINE, "E-1", 20), deletes(after(NINE, "3d"), "E-1", 1)]
    late = deletes(after(NINE, "30m"), "E-1", 5)
    alert = only(play([*gone, late], DETECTOR))
    assert (alert.revision, evidence(alert)) == (2, ids(gone[0], late))
    assert "deleted 25 records or files" in alert.summary.en


def test_a_repeat_counts_once() -> None:
    gone = deletes(NINE, "E-1", 19)
    assert play([gone, gone, gone], DETECTOR) == []
    twenty = deletes(NINE, "E-1", 20)
    assert [alert.revision for alert in play([twenty, twenty], DETECTOR)] == [1]


def test_one_record_is_one_record() -> None:
    alert = only(play([deletes(NINE, "E-1")], configured(DETECTOR, threshold=1)))
    assert alert.summary.en == "E-1 deleted 1 record or file within 1 hour from 2026-03-02 09:00."
    assert alert.summary.zh == "员工E-1自 2026-03-02 09:00 起 1 小时内删除了 1 条记录或文件。"


def test_the_numbers_are_parameters() -> None:
    strict = configured(DETECTOR, threshold=2)
    assert only(play([deletes(NINE, "E-1", 2)], strict)).state == "firing"


def test_the_id_is_the_employees_and_the_first_deletes() -> None:
    alert = only(play([deletes(NINE, "E-1", 20)], DETECTOR))
    assert alert.alert_id == "bulk-delete-5c94efad381a0b98"


# The world it is held to the laws in.


_DISTANCES = (0, 0, 1, HOUR // 2, *[HOUR + micro for micro in (-1, 0, 0, 1)], 2 * HOUR)


@st.composite
def _clearing(draw: st.DrawFn) -> list[Event]:
    """Two employees delete in runs of about an hour, and do other things beside."""
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 4))):
        start = BASE + draw(st.sampled_from((0, 0, 1, HOUR, HOUR + 1, 2 * HOUR, 8 * DAY, 30 * DAY)))
        for _ in range(draw(st.integers(1, 4))):
            moment = start + draw(st.sampled_from(_DISTANCES))
            who = draw(st.sampled_from(("E-1", "E-1", "E-1", "E-2")))
            count = draw(st.sampled_from((1, 9, 10, 10, 11, 19, 20)))
            object = draw(st.sampled_from(("contact", "order", "customer")))
            op = draw(st.sampled_from(("delete", "delete", "delete", "restore", "export")))
            action = draw(st.sampled_from(("delete", "delete", "copy_external")))
            if draw(st.booleans()):
                events.append(edit(moment, who, op, (object, "X-1"), count=count))
            else:
                events.append(event(moment, EndpointFile(who, action, count=count)))
    return events


SCENES = _clearing()


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    return asked(bulk_delete, events)
