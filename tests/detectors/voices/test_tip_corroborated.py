"""tip-corroborated: a tip about an employee, and another detector's alert on them within 30 d."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY
from contract.types import Tip
from detectors.engine.engine import configured
from detectors.facts.view import Common
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from detectors.rules.voices.tip_corroborated import DETECTOR
from tests.detectors import weighed_world
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    after,
    callback,
    company,
    customer,
    deletes,
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
    opens,
    play,
    shipment,
    tip,
)

NINE = "2026-03-02 09:00"
FIRES = ([tip(NINE, "T-902", "E-902"), deletes(after(NINE, "1h"), "E-902", 20)], "1h")
DOCUMENTS = weighed_world.DOCUMENTS
STAFF = company(employee("E-1", "唐静"), customer("C-1", "E-1"))
ALONGSIDE = (DETECTOR, *weighed_world.WEIGHED)


def found(*events: Event, until: str = "0s") -> list[Alert]:
    alerts = play(events, *ALONGSIDE, until=after(NINE, until), reference=STAFF)
    return [alert for alert in alerts if alert.detector == DETECTOR.id]


def talk(distance: str, who: str = "E-1") -> list[Event]:
    """A warning."""
    return [hit(after(NINE, distance, n), who, f"C-{n}") for n in range(1, 4)]


def test_a_tip_and_alerts_that_bear_it_out() -> None:
    #   20 deletes ◄ critical ── 5 d ── tip ◄ ── 1 d ── 3 hits ◄ warning, revised
    gone, told, said = deletes(NINE, "E-1", 20), tip(after(NINE, "5d"), "T-1", "E-1"), talk("6d")
    alerts = found(gone, told, *said)
    assert [alert.revision for alert in alerts] == [1, 2]
    alert = alerts[-1]
    assert (alert.severity, alert.score, alert.state) == ("critical", 60, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", None, None)
    assert evidence(alert) == ids(gone, told, said[-1])
    assert [piece.note for piece in alert.evidence] == [
        "alert bulk-delete-5c94efad381a0b98 of bulk-delete",
        "tip about the employee",
        "alert chat-burst-368c5e78d4ac337a of chat-burst",
    ]
    assert alert.summary.en == (
        "Tip T-1 about 唐静 (E-1), told at 2026-03-07 09:00, is borne out by 2 alerts found within "
        "30 days before or after it: bulk-delete × 1 + chat-burst × 1."
    )
    assert alert.summary.zh == (
        "2026-03-07 09:00 收到关于唐静（E-1）的举报（T-1），前后 30 天内另有 2 条告警与之印证："
        "bulk-delete × 1 + chat-burst × 1。"
    )
    assert alert.rule is not None
    assert alert.rule.measured == {"within": "1d"}
    assert "found within 30 days" in alerts[0].summary.en
    assert "1 alert found" in alerts[0].summary.en


def test_the_reporter_is_asked_for_nowhere_and_the_text_is_not_repeated() -> None:
    told = event(NINE, Tip("T-1", about_employee="E-1", category="kickback", text="from room 4"))
    [alert] = found(told, deletes(after(NINE, "1h"), "E-1", 20))
    assert "room 4" not in str(alert)
    assert "kickback" not in str(alert)


def test_a_tip_alone_and_an_alert_alone_raise_nothing() -> None:
    assert found(tip(NINE, "T-1", "E-1"), until="60d") == []
    assert found(deletes(NINE, "E-1", 20), until="60d") == []


def test_a_tip_about_somebody_else_or_nobody_bears_nothing() -> None:
    gone = deletes(NINE, "E-1", 20)
    assert found(tip(NINE, "T-1", "E-2"), gone) == []
    assert found(tip(NINE, "T-1"), gone) == []


def test_what_is_only_told_for_information_does_not_count() -> None:
    #   tip ── opportunity opens ── 7 d ◄ lapsed, info
    told, opened = tip(NINE, "T-1", "E-1"), opens(NINE, "OP-1", "C-1")
    assert found(told, opened, until="9d") == []


@pytest.mark.parametrize("span", ["30d", "-30d"])
@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_thirtieth_day_counts_and_the_microsecond_after_does_not(
    span: str, micro: int, fires: bool
) -> None:
    #   ├──── 30 d ──── tip ──── 30 d ────┤
    away = after(NINE, span, -micro if span.startswith("-") else micro)
    gone, told = deletes(away, "E-1", 20), tip(NINE, "T-1", "E-1")
    in_order = sorted([gone, told], key=lambda event: event.time)
    assert (found(*in_order) != []) is fires
    assert (found(*reversed(in_order)) != []) is fires


def test_of_something_missing_it_counts_when_it_was_found() -> None:
    #   shipment ── 25 h ◄ found ── 30 d ┤ tip
    sent = shipment(NINE, "S-1", order="O-1", customer="C-1")
    for micro, fires in ((0, True), (1, False)):
        told = tip(after(NINE, "745h", micro), "T-1", "E-1")
        alerts = found(sent, told, until="40d")
        assert (alerts != []) is fires
        if fires:
            assert evidence(only(alerts)) == ids(sent, told)


def test_an_alert_that_is_withdrawn_takes_the_tips_back() -> None:
    #   3 deletes, notice ◄ critical ── tip ◄ ── stays after all: both are withdrawn
    story = [
        deletes(NINE, "E-1", 3),
        hr(after(NINE, "1d"), "E-1", "resigned"),
        tip(after(NINE, "2d"), "T-1", "E-1"),
        hr(after(NINE, "100d"), "E-1", "resignation_withdrawn"),
    ]
    alert = only(found(*story))
    assert (alert.revision, alert.state) == (2, "withdrawn")
    assert alert.summary.en.startswith("Withdrawn: ")


def test_an_alert_that_changes_revises_it_only_if_its_newest_event_does() -> None:
    #   tip ── callback: mismatch ◄ warning ── the same, denied ◄ critical
    told = tip(NINE, "T-1", "E-1")
    first = callback(after(NINE, "1d"), "B-1", "C-9", "mismatch", employee="E-1")
    second = callback(after(NINE, "2d"), "B-1", "C-9", "denied", employee="E-1")
    alerts = found(told, first, second)
    assert [evidence(alert) for alert in alerts] == [ids(told, first), ids(told, second)]


def test_a_tip_that_arrives_late_finds_the_alert() -> None:
    told, gone = tip(NINE, "T-1", "E-1"), deletes(after(NINE, "1d"), "E-1", 20)
    assert evidence(only(found(gone, hit(after(NINE, "7d"), "E-2"), told))) == ids(told, gone)


def test_more_of_the_same_alert_revises_by_its_newest_event_alone() -> None:
    told, gone = tip(NINE, "T-1", "E-1"), deletes(after(NINE, "1h"), "E-1", 20)
    more = deletes(after(NINE, "90m"), "E-1", 1)
    alerts = found(told, gone, more, more, told)
    assert [evidence(alert) for alert in alerts] == [ids(told, gone), ids(told, more)]


def test_a_tip_told_twice_is_dated_by_the_first_time_and_two_tips_are_two() -> None:
    first, again = tip(NINE, "T-1", "E-1"), tip(after(NINE, "20d"), "T-1", "E-1")
    gone = deletes(after(NINE, "31d"), "E-1", 20)
    assert found(first, again, gone) == []
    assert len(final(found(first, tip(after(NINE, "20d"), "T-2", "E-1"), gone))) == 1
    both = found(first, tip(after(NINE, "1d"), "T-2", "E-1"), deletes(after(NINE, "2d"), "E-1", 20))
    assert len(final(both)) == 2


def test_one_tip_about_two_employees_makes_two_alerts() -> None:
    told = [tip(NINE, "T-1", "E-1"), tip(NINE, "T-1", "E-2")]
    gone = [deletes(after(NINE, "1h"), who, 20) for who in ("E-1", "E-2")]
    assert sorted(str(alert.employee) for alert in final(found(*told, *gone)).values()) == [
        "E-1",
        "E-2",
    ]


def test_a_tip_named_as_an_alert_confuses_nobody() -> None:
    gone = deletes(after(NINE, "1h"), "E-1", 20)
    name = only(play([gone], BULK_DELETE)).alert_id
    told = tip(NINE, name, "E-1")
    assert evidence(only(found(told, gone))) == ids(told, gone)


def test_the_tip_stands_in_the_evidence_though_alerts_fill_it() -> None:
    gone = [deletes(after(NINE, f"{2 * n}h"), "E-1", 20) for n in range(6)]
    told = tip(after(NINE, "20h"), "T-1", "E-1")
    alerts = play([*gone, told], DETECTOR, BULK_DELETE, common=Common(max_evidence=4))
    [alert] = [alert for alert in alerts if alert.detector == DETECTOR.id]
    assert evidence(alert) == ids(*gone[:3], told)
    assert "bulk-delete × 6" in alert.summary.en


def test_the_number_is_a_parameter() -> None:
    strict = configured(DETECTOR, within=DAY - 1)
    told, gone = tip(NINE, "T-1", "E-1"), deletes(after(NINE, "1d"), "E-1", 20)
    assert [alert.detector for alert in play([told, gone], strict, BULK_DELETE)] == ["bulk-delete"]


def test_it_is_forgotten_in_the_end() -> None:
    run = local(DETECTOR, BULK_DELETE)
    assert len(firing(run.run(FIRES[0]))) == 2
    assert run.advance(after(NINE, "800d")) == []
    assert run.states == {}


def test_the_id_is_the_tips_and_the_employees() -> None:
    alert = only(found(tip(NINE, "T-1", "E-1"), deletes(NINE, "E-1", 20)))
    assert alert.alert_id == "tip-corroborated-15ba4f05f1cf626c"
    later = only(found(tip(after(NINE, "1h"), "T-1", "E-1"), deletes(NINE, "E-1", 20)))
    assert later.alert_id == alert.alert_id


# Its world.


@st.composite
def _scenes(draw: st.DrawFn) -> list[Event]:
    done = draw(weighed_world.deeds((0, 0, DAY, 5 * DAY, 7 * DAY), most=5))
    moments = sorted({event.time for event in done})
    spans = st.sampled_from((0, DAY, 30 * DAY - DAY, 30 * DAY, -30 * DAY))
    for number in range(draw(st.integers(1, 2))):
        moment = draw(st.sampled_from(moments)) + draw(spans) + draw(st.sampled_from((-1, 0, 1)))
        who = draw(st.sampled_from(weighed_world.WHO))
        done.append(tip(max(moment, BASE), f"T-{number}", who))
    return done


SCENES = _scenes()


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    tips: dict[tuple[str, str], Event] = {}
    others = []
    for one in sorted(events, key=lambda one: (one.time, one.id)):
        if isinstance(one.data, Tip):
            tips.setdefault((str(one.data.about_employee), one.data.tip), one)
        else:
            others.append(one)
    alerts = list(weighed_world.alerts_of(others))
    for (who, _), told in tips.items():
        near = [
            alert.event
            for alert in alerts
            if alert.employee == who
            and alert.severity in ("warning", "critical")
            and told.time - 30 * DAY <= alert.at <= told.time + 30 * DAY
        ]
        if near:
            yield ("critical", who, None, None, None, frozenset((told.id, *near)))
