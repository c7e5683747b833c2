"""complaint-burst: complaints about one employee in 3 callbacks within 30 d."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import pytest
from hypothesis import strategies as st

from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import ServiceCallback
from detectors.engine.engine import configured
from detectors.facts.view import Common
from detectors.rules.voices.complaint_burst import DETECTOR
from tests.detectors.random_company import BASE
from tests.detectors.retold import sooner
from tests.detectors.timeline import (
    after,
    callback,
    company,
    employee,
    evidence,
    final,
    firing,
    hit,
    ids,
    local,
    only,
    play,
)

NINE = "2026-03-02 09:00"


def complaint(
    distance: str,
    call: str,
    by: str = "C-1",
    about: str | None = "E-1",
    *,
    micro: int = 0,
    outcome: str = "complaint",
) -> Event:
    return callback(after(NINE, distance, micro), call, by, outcome, employee=about)


def complaints(*days: int, about: str = "E-1") -> list[Event]:
    return [complaint(f"{day}d", f"B-{day}", f"C-{day}", about) for day in days]


def test_three_complaints_fire_and_two_do_not() -> None:
    #   0 d C-0 ── 10 d C-10 ── 20 d C-20 ◄ fires
    said = complaints(0, 10, 20)
    assert play(said[:2], DETECTOR) == []
    alert = only(play(said, DETECTOR, reference=company(employee("E-1", "何雨桐"))))
    assert (alert.severity, alert.score) == ("warning", 30)
    assert (alert.employee, alert.customer) == ("E-1", None)
    assert evidence(alert) == ids(*said)
    assert alert.evidence[0].note == "the customer complains"
    assert alert.summary.en == (
        "何雨桐 (E-1) was the subject of 3 complaints in service callbacks within 30 days from "
        "2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "何雨桐（E-1）自 2026-03-02 09:00 起 30 天内在客服回访中被投诉 3 次。"
    )


def test_one_customer_is_named_where_all_complaints_are_its_own() -> None:
    said = [complaint(f"{day}d", f"B-{day}") for day in range(3)]
    alert = only(play(said, DETECTOR))
    assert alert.customer == "C-1"
    assert alert.summary.en == (
        "E-1 was the subject of 3 complaints in service callbacks within 30 days from "
        "2026-03-02 09:00, all by customer C-1."
    )
    assert alert.summary.zh == (
        "员工E-1自 2026-03-02 09:00 起 30 天内在客服回访中被投诉 3 次，均来自客户 C-1。"
    )


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_thirtieth_day_counts_and_the_microsecond_after_does_not(
    micro: int, fires: bool
) -> None:
    #   0 d, 1 d ─────── 30 d ───────┤ the third
    said = [*complaints(0, 1), complaint("30d", "B-30", micro=micro)]
    assert (play(said, DETECTOR) != []) is fires


def test_the_window_starts_at_any_complaint() -> None:
    #   0 d      20 d   31 d   50 d       the last three are within 30 d
    said = complaints(0, 20, 31, 50)
    assert evidence(only(play(said, DETECTOR))) == ids(*said[1:])


def test_a_callback_reported_twice_is_one_complaint() -> None:
    #   B-0 ── B-0 again ── B-2 : two        B-3 ◄ the third
    said = [complaint("0d", "B-0"), complaint("1d", "B-0"), complaint("2d", "B-2")]
    assert play(said, DETECTOR) == []
    alert = only(play([*said, complaint("3d", "B-3")], DETECTOR))
    assert "subject of 3 complaints in" in alert.summary.en
    assert len(alert.evidence) == 4


def test_two_employees_are_not_one() -> None:
    assert play([*complaints(0, 1), *complaints(2, 3, about="E-2")], DETECTOR) == []


@pytest.mark.parametrize("outcome", ["confirmed", "mismatch", "denied", "unreachable"])
def test_other_outcomes_do_not_count(outcome: str) -> None:
    said = [*complaints(0, 1), complaint("2d", "B-2", outcome=outcome)]
    assert play(said, DETECTOR) == []


def test_a_complaint_about_nobody_known_does_not_count() -> None:
    assert play([*complaints(0, 1), complaint("2d", "B-2", about=None)], DETECTOR) == []


def test_more_complaints_revise_the_run_and_repeats_do_not() -> None:
    said = complaints(0, 1, 2, 3)
    alerts = play([*said, *said], DETECTOR)
    assert [alert.revision for alert in alerts] == [1, 2]
    assert evidence(only(alerts)) == ids(*said)


def test_the_next_month_is_a_new_run() -> None:
    #   0 1 2 ─── 30 d ───┤ 31 32 33
    first, second = complaints(0, 1, 2), complaints(31, 32, 33)
    alerts = firing(play([*first, *second], DETECTOR))
    assert [evidence(alert) for alert in alerts] == [ids(*first), ids(*second)]


def test_a_late_complaint_completes_the_run() -> None:
    #   0 d ── 20 d ── clock at 26 d ── (19 d, late) ◄ fires
    first, last, late = complaints(0, 20, 19)
    clock = hit(after(NINE, "26d"), "E-9")
    assert evidence(only(play([first, last, clock, late], DETECTOR))) == ids(first, late, last)


def test_an_earlier_complaint_takes_the_run_over() -> None:
    #   (0 d late)  1 d 2 d 3 d ◄ fired: its alert is withdrawn, that of 0 d stays
    late, *said = complaints(0, 1, 2, 3)
    alerts = play([*said, late], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "firing", "withdrawn"]
    assert evidence(firing(alerts)[0]) == ids(late, *said)


def test_the_order_of_arrival_does_not_matter() -> None:
    said = [*complaints(0, 1, 2, 4), complaint("3d", "B-1", "C-1")]
    endings = [firing(play(some, DETECTOR)) for some in permutations(said)]
    assert {len(standing) for standing in endings} == {1}
    assert len({(alert.alert_id, alert.summary) for (alert,) in endings}) == 1
    assert all(
        evidence(alert) == ids(*complaints(0, 1, 2), said[4], said[3]) for (alert,) in endings
    )


def test_a_month_that_is_over_is_forgotten_and_not_raised_again() -> None:
    #   0 1 2 ◄ fires ── 60 d, 61 d: two more, the first three are long gone
    run = local(DETECTOR)
    alerts = run.run([*complaints(0, 1, 2), *complaints(60, 61)])
    assert [alert.revision for alert in alerts] == [1]
    assert len(run.states["employee:E-1"].notebooks["complaint-burst"].facts) == 2
    run.advance(after(NINE, "200d"))
    assert not any(state.notebooks for state in run.states.values())


def test_a_flood_is_one_alert_a_run() -> None:
    run = local(DETECTOR, common=Common(max_facts=100, max_evidence=20))
    flood = [complaint(f"{n}m", f"B-{n}", f"C-{n}") for n in range(1_000)]
    alerts = run.run(flood)
    assert len(final(alerts)) == 1
    assert len(only(alerts).evidence) == 20
    assert len(run.states["employee:E-1"].notebooks["complaint-burst"].facts) <= 100


def test_the_numbers_are_parameters() -> None:
    strict = configured(DETECTOR, threshold=1, window=Duration("1h"))
    alert = only(play(complaints(0), strict))
    assert alert.summary.en == (
        "E-1 was the subject of 1 complaint in service callbacks within 1 hour from "
        "2026-03-02 09:00, all by customer C-0."
    )


def test_the_id_is_the_employees_and_the_first_complaints() -> None:
    assert only(play(complaints(0, 1, 2), DETECTOR)).alert_id == "complaint-burst-31a9a7cf8e80606c"


# The world it is held to the laws in.


_DISTANCES = (0, 0, 1, HOUR, 14 * DAY, *[30 * DAY + micro for micro in (-1, 0, 0, 1)])


@st.composite
def _complaining(draw: st.DrawFn) -> list[Event]:
    """Runs of complaints about a month long, one callback reported twice perhaps."""
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 3))):
        start = BASE + draw(st.sampled_from((0, 0, 1, 15 * DAY, 30 * DAY, 61 * DAY)))
        customers = draw(st.sampled_from((("C-1",), ("C-1", "C-2"))))
        for _ in range(draw(st.integers(1, 5))):
            moment, call = start + draw(st.sampled_from(_DISTANCES)), draw(st.integers(1, 5))
            about = draw(st.sampled_from(("E-1", "E-1", "E-1", "E-2", None)))
            outcome = draw(st.sampled_from((*["complaint"] * 5, "denied")))
            by = draw(st.sampled_from(customers))
            events.append(callback(moment, f"B-{call}", by, outcome, employee=about))
    return events


SCENES = _complaining()


def oracle(events: Sequence[Event]) -> Iterator[tuple[object, ...]]:
    """Of each employee the months, from a complaint on, with complaints in three callbacks."""
    for who in ("E-1", "E-2"):
        said = [
            (it, it.data)
            for it in sooner(events)
            if isinstance(it.data, ServiceCallback)
            and (it.data.outcome, it.data.employee) == ("complaint", who)
        ]
        while said:
            run = [it for it in said if it[0].time <= said[0][0].time + 30 * DAY]
            if len({data.callback for _, data in run}) < 3:
                said = said[1:]
                continue
            by = {data.customer for _, data in run}
            evidence = frozenset(it.id for it, _ in run)
            yield "warning", who, by.pop() if len(by) == 1 else None, None, None, evidence
            said = said[len(run) :]
