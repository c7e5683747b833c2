"""employee-risk: faded scores of an employee's alerts sum to 100, of 2 detectors at least."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY
from detectors.engine.engine import configured
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from detectors.rules.voices.callback_mismatch import DETECTOR as CALLBACK_MISMATCH
from detectors.rules.voices.chat_burst import DETECTOR as CHAT_BURST
from detectors.rules.voices.employee_risk import DETECTOR
from tests.detectors import weighed_world
from tests.detectors.timeline import (
    after,
    at,
    callback,
    company,
    customer,
    deletes,
    employee,
    evidence,
    final,
    firing,
    hit,
    hr,
    ids,
    local,
    only,
    play,
    shipment,
)

NINE = "2026-03-02 09:00"


def denied(distance: str, micro: int = 0, who: str = "E-1") -> Event:
    """Critical: 60."""
    return callback(after(NINE, distance, micro), f"B-{distance}", "C-9", "denied", employee=who)


def mismatch(distance: str, micro: int = 0, who: str = "E-1") -> Event:
    """A warning: 30."""
    return callback(after(NINE, distance, micro), f"B-{distance}", "C-9", "mismatch", employee=who)


def gone(distance: str, micro: int = 0, who: str = "E-1") -> Event:
    """Critical: 60."""
    return deletes(after(NINE, distance, micro), who, 20)


FIRES = ([gone("0s", who="E-903"), denied("1h", who="E-903")], "1h")
DOCUMENTS = weighed_world.DOCUMENTS
STAFF = company(employee("E-1", "唐静"), customer("C-1", "E-1"))
ALONGSIDE = (DETECTOR, *weighed_world.WEIGHED)


def found(*events: Event, until: str = "0s") -> list[Alert]:
    alerts = play(events, *ALONGSIDE, until=after(NINE, until), reference=STAFF)
    return [alert for alert in alerts if alert.detector == DETECTOR.id]


def test_two_grave_things_in_one_week_are_more_than_each() -> None:
    #   20 deletes ◄ 60 ── 7 d ── a customer denies ◄ 60 + 60 × 0.707 = 102.4
    story = [gone("0s"), denied("7d")]
    alert = only(found(*story))
    assert (alert.severity, alert.score, alert.state) == ("critical", 60, "firing")
    assert (alert.employee, alert.customer) == ("E-1", None)
    assert evidence(alert) == ids(*story)
    assert [piece.note for piece in alert.evidence] == [
        "alert bulk-delete-5c94efad381a0b98 of bulk-delete",
        "alert callback-mismatch-25ac0c0f39cb0ea5 of callback-mismatch",
    ]
    assert alert.summary.en == (
        "唐静 (E-1) has 2 alerts since 2026-03-02 09:00: bulk-delete × 1 + callback-mismatch × 1. "
        "Their scores, each halved every 14 days, came to 102 at 2026-03-09 09:00."
    )
    assert alert.summary.zh == (
        "唐静（E-1）自 2026-03-02 09:00 起有 2 条告警：bulk-delete × 1 + callback-mismatch × 1。"
        "各告警分数每 14 天减半，至 2026-03-09 09:00 合计 102 分。"
    )
    assert alert.rule is not None
    assert alert.rule.measured == {"threshold": "102", "detectors": "2"}


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_a_hundred_is_enough_and_what_fades_in_a_microsecond_is_missing(
    micro: int, fires: bool
) -> None:
    #   60 ── 14 d: 30 ── 60, and ninety are asked for
    strict = configured(DETECTOR, threshold=90)
    story = [gone("0s"), denied("14d", micro)]
    alerts = play(story, strict, BULK_DELETE, CALLBACK_MISMATCH)
    assert (DETECTOR.id in {alert.detector for alert in alerts}) is fires


def test_ninety_are_not_enough() -> None:
    assert found(gone("0s"), mismatch("0s")) == []
    assert found(gone("0s"), mismatch("0s"), mismatch("1s"))


def test_of_one_detector_no_sum_is_enough() -> None:
    assert found(gone("0s"), gone("2h"), gone("4h"), gone("6h")) == []
    alert = only(found(gone("0s"), gone("2h"), gone("4h"), mismatch("6h")))
    assert alert.rule is not None
    assert alert.rule.measured["detectors"] == "2"


def test_two_employees_are_not_one() -> None:
    assert found(gone("0s"), denied("0s", who="E-2")) == []


def test_what_is_long_ago_has_faded() -> None:
    #   60 ── 10 d ── 60 + 36.6
    assert found(gone("0s"), denied("10d")) == []
    assert found(gone("0s"), denied("8d"))


def test_more_revise_the_same_alert_and_tell_of_the_greatest_sum() -> None:
    #   60 60 ◄ 120 ── 1 d ── 30 ◄ 144 ── 60 d ── 30: 38, in the window still
    story = [gone("0s"), denied("0s"), mismatch("1d"), mismatch("61d")]
    alerts = found(*story)
    assert [alert.revision for alert in alerts] == [1, 2, 3]
    assert evidence(alerts[-1]) == ids(*story)
    assert "4 alerts since 2026-03-02 09:00: bulk-delete × 1 + callback-mismatch × 3" in (
        alerts[-1].summary.en
    )
    assert "came to 144 at 2026-03-03 09:00" in alerts[-1].summary.en


@pytest.mark.parametrize("micro, alerts", [(0, 1), (1, 2)])
def test_a_window_is_seventy_days_from_its_first_and_the_next_begins_after_it(
    micro: int, alerts: int
) -> None:
    #   60 60 ◄ ──── 70 d ──── 60 60 ┤
    story = [gone("0s"), denied("0s"), gone("70d", micro), denied("70d", micro)]
    assert len(final(found(*story))) == alerts


def test_a_window_begins_where_it_is_first_reached_within_it() -> None:
    #   30 ── 71 d ── 60 60 ◄ : the first is too far away
    story = [mismatch("0s"), gone("71d"), denied("71d")]
    assert evidence(only(found(*story))) == ids(*story[1:])
    story = [mismatch("0s"), gone("69d"), denied("69d")]
    assert evidence(only(found(*story))) == ids(*story)


def test_an_alert_that_is_withdrawn_no_longer_adds() -> None:
    #   3 deletes, notice ◄ 60 ── denied ◄ 60: 118 ── stays after all
    story = [
        deletes(NINE, "E-1", 3),
        hr(after(NINE, "1d"), "E-1", "resigned"),
        denied("2d"),
        hr(after(NINE, "150d"), "E-1", "resignation_withdrawn"),
    ]
    alerts = found(*story)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]


def test_what_is_missing_adds_from_its_deadline_on() -> None:
    #   shipment of E-1's customer ── 25 h ◄ 60: that is when it counts from
    sent = shipment(NINE, "S-1", order="O-1", customer="C-1")
    alert = only(found(sent, denied("9d"), until="20d"))
    assert "since 2026-03-03 10:00" in alert.summary.en
    assert alert.rule is not None
    assert alert.rule.measured["threshold"] == "100"
    assert alert.detected_at == "2026-03-11T01:00:00Z"


def test_an_alert_that_arrives_late_completes_it_and_becomes_the_first() -> None:
    #   (09:00 deletes, late) ── 1 d ── denied ── 6 d
    alert = only(found(denied("1d"), hit(after(NINE, "7d"), "E-2"), gone("0s")))
    assert evidence(alert) == ids(gone("0s"), denied("1d"))

    #   (09:00 denied, late) ── 1 d ── deletes, mismatch ◄ another begins it now
    story = [gone("1d"), denied("1d"), hit(after(NINE, "7d"), "E-2"), denied("0s")]
    alerts = found(*story)
    assert [alert.state for alert in final(alerts).values()] == ["withdrawn", "firing"]


def test_a_repeat_changes_nothing() -> None:
    story = [gone("0s"), denied("1d")]
    assert [alert.revision for alert in found(*story, *story)] == [1]


def test_the_numbers_are_parameters() -> None:
    def fires(**params: int) -> bool:
        strict = configured(DETECTOR, **params)
        story = [gone("0s"), denied("8d")]
        alerts = play(story, strict, BULK_DELETE, CALLBACK_MISMATCH)
        return DETECTOR.id in {alert.detector for alert in alerts}

    assert fires()
    assert not fires(threshold=101)
    assert not fires(detectors=3)
    assert not fires(half_life=7 * DAY)
    assert not fires(window=8 * DAY - 1)
    assert not fires(half_life=0)


def test_of_an_employee_with_an_alert_a_week_a_year_is_kept() -> None:
    run = local(DETECTOR, CHAT_BURST)
    for week in range(200):
        run.run(hit(at(NINE) + week * 7 * DAY + n, "E-1", f"C-{n}") for n in range(3))
    assert len(run.states["employee:E-1"].notebooks[DETECTOR.id].facts) <= 307 // 7 + 2


def test_it_is_forgotten_in_the_end() -> None:
    run = local(DETECTOR, BULK_DELETE, CALLBACK_MISMATCH)
    assert len(firing(run.run(FIRES[0]))) == 3
    assert run.advance(after(NINE, "800d")) == []
    assert run.states == {}


def test_the_id_is_the_employees_and_the_first_alerts() -> None:
    assert only(found(gone("0s"), denied("1d"))).alert_id == "employee-risk-c61908c1f7cd85f1"
    assert only(found(gone("0s"), denied("2d"))).alert_id == "employee-risk-c61908c1f7cd85f1"


# Its world.

SCENES: st.SearchStrategy[list[Event]] = weighed_world.deeds(
    (0, 0, DAY, 7 * DAY, 8 * DAY, 14 * DAY, 70 * DAY), most=9
)


def _reached(alerts: list[weighed_world.Weighed]) -> bool:
    for now in alerts:
        sofar = [alert for alert in alerts if alert.at <= now.at]
        faded = [
            alert.score * Decimal(2) ** (Decimal(alert.at - now.at) / (14 * DAY)) for alert in sofar
        ]
        if len({alert.detector for alert in sofar}) >= 2 and sum(faded) >= 100:
            return True
    return False


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    alerts = sorted(weighed_world.alerts_of(events), key=lambda alert: alert.at)
    for who in sorted({alert.employee for alert in alerts}):
        left = [alert for alert in alerts if alert.employee == who]
        while left:
            window = [alert for alert in left if alert.at <= left[0].at + 70 * DAY]
            if _reached(window):
                left = left[len(window) :]
                events_ = frozenset(alert.event for alert in window)
                yield ("critical", who, None, None, None, events_)
            else:
                left = left[1:]
