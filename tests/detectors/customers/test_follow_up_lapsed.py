"""follow-up-lapsed: an open opportunity, and no activity by the customer's owner for 7 d."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.facts.reference import Reference
from detectors.rules.customers.follow_up_lapsed import DETECTOR
from tests.detectors.timeline import (
    Moment,
    activity,
    after,
    at,
    company,
    customer,
    edit,
    employee,
    evidence,
    final,
    firing,
    hit,
    ids,
    only,
    opens,
    owner,
    play,
    stage,
    withdrawing,
)

NOON = "2026-03-02 12:00"
DUE = after(NOON, "169h")  # 7 d, and 1 h of grace
OWNED = (customer("C-1", "E-1"), employee("E-1", "王浩然"))


def lapses(
    *events: Event, until: Moment | None = None, reference: Reference | None = None
) -> list[Alert]:
    return play(
        events,
        DETECTOR,
        until=until if until is not None else after(NOON, "30d"),
        reference=reference or company(*OWNED),
    )


def test_seven_days_after_the_opening_and_the_grace() -> None:
    #   opened ───── 7 d ─────┼─ 1 h grace ─┤ 1 µs ◄ fires
    opened = opens(NOON, "OP-1", "C-1")
    assert lapses(opened, until=DUE) == []
    alert = only(lapses(opened, until=DUE + 1))
    assert (alert.severity, alert.score) == ("info", 10)
    assert (alert.employee, alert.customer) == ("E-1", "C-1")
    assert evidence(alert) == ids(opened)
    assert alert.summary.en == (
        "王浩然 (E-1) has had no activity with customer C-1, which has an open opportunity, for "
        "7 days since 2026-03-02 12:00."
    )
    assert alert.summary.zh == (
        "王浩然（E-1）自 2026-03-02 12:00 起连续 7 天未跟进有未结商机的客户 C-1。"
    )


def test_it_counts_from_the_owners_last_activity_and_shows_the_opening_too() -> None:
    #   opened ─ 1 d ─ visit ───── 7 d ───── ◄ fires
    opened, visit = opens(NOON, "OP-1", "C-1"), activity(after(NOON, "1d"), "E-1", "C-1")
    alert = only(lapses(opened, visit))
    assert evidence(alert) == ids(opened, visit)
    assert "since 2026-03-03 12:00" in alert.summary.en


@pytest.mark.parametrize("micro, fires", [(0, False), (1, True)])
def test_an_activity_on_the_seventh_day_is_in_time(micro: int, fires: bool) -> None:
    #   opened ───── 7 d ─────┤ call      one microsecond beyond is not
    call = activity(after(NOON, "7d", micro), "E-1", "C-1")
    alerts = lapses(opens(NOON, "OP-1", "C-1"), call, until=after(NOON, "14d"))
    assert (alerts != []) is fires


def test_somebody_elses_activity_is_not_the_owners() -> None:
    alerts = lapses(opens(NOON, "OP-1", "C-1"), activity(after(NOON, "1d"), "E-2", "C-1"))
    assert "since 2026-03-02 12:00" in only(alerts).summary.en


def test_another_customers_activity_is_nothing_to_this_one() -> None:
    alerts = lapses(opens(NOON, "OP-1", "C-1"), activity(after(NOON, "1d"), "E-1", "C-2"))
    assert only(alerts).customer == "C-1"


def test_nobody_owns_it_nobody_neglects_it() -> None:
    assert lapses(opens(NOON, "OP-1", "C-9")) == []


def test_without_an_open_opportunity_there_is_nothing_to_follow_up() -> None:
    assert lapses(activity(NOON, "E-1", "C-1")) == []


@pytest.mark.parametrize("how", ["won", "lost"])
@pytest.mark.parametrize("named", ["C-1", None])
def test_an_opportunity_closed_within_the_week_stops_the_timer(how: str, named: str | None) -> None:
    #   opened ── 5 d ── won/lost, whether or not the edit names the customer
    assert lapses(opens(NOON, "OP-1", "C-1"), stage(after(NOON, "5d"), "OP-1", how, named)) == []


@pytest.mark.parametrize("named", ["C-1", None])
def test_a_deleted_opportunity_stops_it_too(named: str | None) -> None:
    gone = edit(after(NOON, "5d"), "E-1", "delete", ("opportunity", "OP-1"), customer=named)
    assert lapses(opens(NOON, "OP-1", "C-1"), gone) == []


def test_one_that_is_restored_is_open_again() -> None:
    #   opened ─ 1 d deleted ─ 10 d restored ───── 7 d ─────◄ lapsed
    back = [
        edit(after(NOON, span), "E-1", op, ("opportunity", "OP-1"), customer="C-1")
        for span, op in (("1d", "delete"), ("10d", "restore"))
    ]
    alert = only(lapses(opens(NOON, "OP-1", "C-1"), *back))
    assert evidence(alert) == ids(back[1])


def test_a_report_added_to_an_old_activity_is_activity() -> None:
    #   opened ─ 6 d: a visit's report is filled in ───── 7 d ─────◄ counts from there
    report = edit(after(NOON, "6d"), "E-1", "update", ("activity", "A-1"), customer="C-1")
    alert = only(lapses(opens(NOON, "OP-1", "C-1"), report))
    assert "since 2026-03-08 12:00" in alert.summary.en


def test_a_deleted_customer_stops_it() -> None:
    gone = edit(after(NOON, "5d"), "E-1", "delete", ("customer", "C-1"), customer="C-1")
    assert lapses(opens(NOON, "OP-1", "C-1"), gone) == []


def test_closing_it_after_the_week_takes_nothing_back() -> None:
    #   opened ───── 7 d ◄ lapsed ── 20 d won ── (weeks pass)
    opened, won = opens(NOON, "OP-1", "C-1"), stage(after(NOON, "20d"), "OP-1", "won", "C-1")
    assert evidence(only(lapses(opened, won, until=after(NOON, "90d")))) == ids(opened)


def test_an_activity_weeks_later_takes_nothing_back_and_counts_anew() -> None:
    #   opened ── 7 d ◄ ── 20 d call ── 27 d ◄
    opened, call = opens(NOON, "OP-1", "C-1"), activity(after(NOON, "20d"), "E-1", "C-1")
    alerts = firing(lapses(opened, call, until=after(NOON, "60d")))
    assert [evidence(alert) for alert in alerts] == [ids(opened), ids(opened, call)]


def test_after_a_lapse_each_activity_counts_anew() -> None:
    #   opened ── 7 d ◄ ── 8 d opened once more, call ── 15 d ◄ ── 16 d call ── 23 d ◄
    opened, call = opens(NOON, "OP-1", "C-1"), activity(after(NOON, "8d"), "E-1", "C-1")
    again = activity(after(NOON, "16d"), "E-1", "C-1")
    story = [opened, opens(after(NOON, "8d"), "OP-1", "C-1"), call, again]
    alerts = firing(lapses(*story, until=after(NOON, "60d")))
    assert [evidence(alert)[-1] for alert in alerts] == list(ids(opened, call, again))


def test_an_elsewhere_closed_opportunity_has_no_second_lapse() -> None:
    #   opened ── 7 d ◄ lapsed ── 10 d won (names no customer) ── 12 d call ── 19 d: nothing
    events = [
        opens(NOON, "OP-1", "C-1"),
        stage(after(NOON, "10d"), "OP-1", "won"),
        activity(after(NOON, "12d"), "E-1", "C-1"),
    ]
    assert evidence(only(lapses(*events))) == ids(events[0])


def test_it_counts_from_the_edit_that_names_the_customer() -> None:
    #   opened (names no customer) ── 7 d named ───── 14 d ◄ lapsed
    opened, named = stage(NOON, "OP-1", "open"), stage(after(NOON, "7d"), "OP-1", "open", "C-1")
    assert evidence(only(lapses(opened, named))) == ids(named)


def test_one_closed_elsewhere_and_reopened_can_lapse_again() -> None:
    #   opened ── 3 d lost (names no customer) ── 10 d open again ── 17 d ◄ lapsed
    events = [
        opens(NOON, "OP-1", "C-1"),
        stage(after(NOON, "3d"), "OP-1", "lost"),
        stage(after(NOON, "10d"), "OP-1", "open", "C-1"),
    ]
    assert evidence(only(lapses(*events))) == ids(events[2])


def test_one_reopened_by_an_edit_without_its_customer_counts_from_the_next_that_names_it() -> None:
    #   open ─ won (names it) ─ 1 h open (names none) ── 7 d 2 h: its owner again, and open (names
    #   it), a microsecond after a deadline that nobody knew of ───── 7 d ─────◄ lapsed
    named = stage(after(NOON, "170h", 2), "OP-1", "open", "C-1")
    events = [
        stage(NOON, "OP-1", "won", "C-1"),
        stage(after(NOON, "1h"), "OP-1", "open"),
        owner(after(NOON, "2h"), "C-1", "E-1"),
        named,
        owner(after(NOON, "170h", 3), "C-1", "E-1"),
    ]
    for came in (events, [*events[:3], events[4], named]):
        assert evidence(only(lapses(*came))) == ids(named)


def test_one_deleted_and_restored_by_edits_without_its_customer_can_lapse_again() -> None:
    #   opened ── 3 d deleted ── 4 d restored (neither names it) ───── 7 d ─────◄ 11 d lapsed
    gone, back = (
        edit(after(NOON, span), "E-1", op, ("opportunity", "OP-1"))
        for span, op in (("3d", "delete"), ("4d", "restore"))
    )
    assert evidence(only(lapses(opens(NOON, "OP-1", "C-1"), gone, back))) == ids(back)


def test_a_late_activity_that_was_in_time_withdraws_it() -> None:
    #   opened ── call (happened 6 d) ── 7 d 1 h: fires ── 8 d: the call arrives
    events = [opens(NOON, "OP-1", "C-1"), hit(after(NOON, "8d"), "E-9")]
    late = activity(after(NOON, "6d"), "E-1", "C-1")
    alerts = lapses(*events, late, until=after(NOON, "12d"))
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1]) == ids(events[0], late)
    assert alerts[-1].evidence[-1].note == withdrawing("came in time")
    assert alerts[-1].summary.en.startswith(
        "Withdrawn: the owner was active, or the wait ended, in time. 王浩然 (E-1) has had no"
    )
    assert alerts[-1].summary.zh.startswith("已撤回：期限内已有跟进或无需再跟进。王浩然（E-1）自")


def test_a_late_new_owner_in_time_withdraws_it() -> None:
    #   opened ── owner E-2 (happened 6 d) ── 7 d 1 h: fires for E-1 ── 8 d: the edit arrives
    events = [opens(NOON, "OP-1", "C-1"), hit(after(NOON, "8d"), "E-9")]
    late = owner(after(NOON, "6d"), "C-1", "E-2", was="E-1")
    alerts = lapses(*events, late, until=after(NOON, "12d"))
    assert [(alert.employee, alert.state) for alert in alerts] == [
        ("E-1", "firing"),
        ("E-1", "withdrawn"),
    ]
    assert evidence(alerts[-1]) == ids(events[0], late)


def test_one_of_two_opportunities_closed_late_leaves_the_lapse_of_the_other() -> None:
    #   OP-1, OP-2 opened ─ call ── 7 d 1 h: fires ── 9 d: that OP-1 was lost on day 3 arrives
    opened = [opens(NOON, "OP-1", "C-1"), opens(after(NOON, "1h"), "OP-2", "C-1")]
    call, clock = activity(after(NOON, "2h"), "E-1", "C-1"), hit(after(NOON, "9d"), "E-9")
    late = stage(after(NOON, "3d"), "OP-1", "lost", "C-1")
    alert = only(lapses(*opened, call, clock, late))
    assert (alert.state, evidence(alert)) == ("firing", ids(opened[1], call))


def test_a_late_closing_that_was_in_time_withdraws_it() -> None:
    for named in ("C-1", None):
        events = [opens(NOON, "OP-1", "C-1"), hit(after(NOON, "8d"), "E-9")]
        late = stage(after(NOON, "6d"), "OP-1", "lost", named)
        alerts = lapses(*events, late)
        assert [alert.state for alert in alerts] == ["firing", "withdrawn"]
        assert evidence(alerts[-1]) == ids(events[0], late)


def test_a_closing_on_the_seventh_day_is_in_time() -> None:
    #   opened ───── 7 d ─────┤ lost      one microsecond beyond is not
    opened = opens(NOON, "OP-1", "C-1")
    assert lapses(opened, stage(after(NOON, "7d"), "OP-1", "lost", "C-1")) == []
    assert only(lapses(opened, stage(after(NOON, "7d", 1), "OP-1", "lost", "C-1")))


def test_the_same_events_again_change_nothing() -> None:
    events = [opens(NOON, "OP-1", "C-1"), activity(after(NOON, "1d"), "E-1", "C-1")]
    assert [alert.revision for alert in lapses(*events, *events)] == [1]


def test_another_customer_is_another_lapse() -> None:
    reference = company(customer("C-1", "E-1"), customer("C-2", "E-2"))
    opened = [opens(NOON, "OP-1", "C-1"), opens(NOON, "OP-2", "C-2")]
    alerts = final(lapses(*opened, reference=reference)).values()
    assert {(alert.customer, alert.employee) for alert in alerts} == {
        ("C-1", "E-1"),
        ("C-2", "E-2"),
    }


def test_a_new_owner_starts_anew() -> None:
    #   opened ── 5 d E-2 becomes owner ───── 7 d ───── ◄ 12 d, E-2's lapse
    turn = owner(after(NOON, "5d"), "C-1", "E-2", was="E-1")
    opened = opens(NOON, "OP-1", "C-1")
    alert = only(lapses(opened, turn))
    assert alert.employee == "E-2"
    assert evidence(alert) == ids(opened, turn)
    assert "since 2026-03-07 12:00" in alert.summary.en


def test_the_old_owners_lapse_stays_theirs() -> None:
    #   opened ── 7 d ◄ E-1's ── 9 d E-2 ── 16 d ◄ E-2's
    opened = opens(NOON, "OP-1", "C-1")
    turn = owner(after(NOON, "9d"), "C-1", "E-2", was="E-1")
    alerts = firing(lapses(opened, turn, until=after(NOON, "60d")))
    assert [alert.employee for alert in alerts] == ["E-1", "E-2"]


def test_a_newer_document_that_repeats_the_edits_changes_nothing() -> None:
    #   E-1 ── 9 d ──► E-2 (edit), and a document of day 20 says E-2 as well
    opened = opens(NOON, "OP-1", "C-1")
    turn = owner(after(NOON, "9d"), "C-1", "E-2", was="E-1")
    newer = company(customer("C-1", "E-2", moment=after(NOON, "20d")))
    alerts = firing(lapses(opened, turn, reference=newer))
    assert [alert.employee for alert in alerts] == ["E-1", "E-2"]


def test_an_owner_by_document_of_a_later_day_owned_it_before() -> None:
    opened = opens(NOON, "OP-1", "C-1")
    newer = company(customer("C-1", "E-1", moment=after(NOON, "20d")))
    assert only(lapses(opened, reference=newer)).employee == "E-1"


def test_an_owner_by_edit_alone_counts_from_that_edit() -> None:
    turn = owner(after(NOON, "2d"), "C-9", "E-1")
    opened = opens(NOON, "OP-1", "C-9")
    assert evidence(only(lapses(opened, turn))) == ids(opened, turn)


def test_two_opportunities_left_alone_from_one_activity_are_one_lapse() -> None:
    #   OP-1 opened ─ OP-2 opened ─ call ───── 7 d ─────◄ one alert, both openings shown
    events = [
        opens(NOON, "OP-1", "C-1"),
        opens(after(NOON, "1h"), "OP-2", "C-1"),
        activity(after(NOON, "2h"), "E-1", "C-1"),
    ]
    assert evidence(only(lapses(*events))) == ids(*events)


def test_an_opportunity_left_open_for_months_lapses_once() -> None:
    opened = opens(NOON, "OP-1", "C-1")
    assert len(lapses(opened, until=after(NOON, "300d"))) == 1


def test_time_that_jumps_still_finds_it() -> None:
    for jump in ("8d", "15d", "40d", "200d"):
        assert len(final(lapses(opens(NOON, "OP-1", "C-1"), until=after(NOON, jump)))) == 1


def test_the_id_is_the_customers_and_what_it_counts_from() -> None:
    alert = only(lapses(opens(NOON, "OP-1", "C-1")))
    assert alert.alert_id == "follow-up-lapsed-8c209f304c758327"


# Its world.

DOCUMENTS = (customer("C-991", "E-991"), employee("E-991"))
FIRES = ([opens("2026-03-02 09:00", "OP-991", "C-991")], "170h")


@st.composite
def _scenes(draw: st.DrawFn) -> list[Event]:
    """Weeks of calls and opportunities, near the seventh day and its grace."""
    people = st.sampled_from(("E-991", "E-991", "E-992"))
    customers = st.sampled_from(("C-991", "C-991", "C-992"))
    spans = st.sampled_from((0, HOUR, 3 * DAY, 7 * DAY, 7 * DAY + HOUR, 8 * DAY, 10 * DAY))
    moment, done = at(NOON), []
    for _ in range(draw(st.integers(2, 12))):
        moment += draw(spans) + draw(st.sampled_from((-1, 0, 0, 1)))
        about = draw(customers)
        opportunity = f"OP-{about}-{draw(st.sampled_from('12'))}"
        match draw(st.integers(0, 7)):
            case 0:
                done.append(owner(moment, about, draw(people)))
            case 1 | 2:
                done.append(opens(moment, opportunity, about))
            case 3:
                named = draw(st.sampled_from((about, about, None)))
                told = draw(st.sampled_from(("open", "won", "lost")))
                done.append(stage(moment, opportunity, told, named))
            case _:
                done.append(activity(moment, draw(people), about))
    # Nor do two edits say at one instant who owns a customer, or how far an opportunity is.
    said = {(one.time, one.data.object): one for one in done}  # type: ignore[attr-defined]
    return [one for one in done if said[one.time, one.data.object] is one]  # type: ignore[attr-defined]


SCENES = _scenes()
