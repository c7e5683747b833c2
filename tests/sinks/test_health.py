"""What the probes answer."""

from __future__ import annotations

import json

import msgspec

from sinks.health import Health


class Clock:
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.now = 1_772_442_900.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_ready_before_every_expected_condition_holds() -> None:
    health = Health()
    health.expect("broker", "redis")
    health.ok("broker")
    assert not health.readiness().ok
    health.ok("redis")
    assert health.readiness().ok


def test_expecting_a_condition_that_is_known_changes_nothing() -> None:
    health = Health()
    health.ok("redis")
    health.expect("redis")
    assert health.readiness().ok


def test_the_report_says_what_is_wrong_why_and_since_when() -> None:
    clock = Clock()
    health = Health(clock=clock)
    health.ok("broker")
    clock.now += 60
    health.bad("redis", "refused")
    clock.now += 60
    health.bad("redis", "still refused")
    assert msgspec.json.decode(health.readiness().json()) == {
        "status": "unready",
        "checks": {
            "broker": {"ok": True, "reason": "", "since": "2026-03-02T09:15:00Z"},
            "redis": {"ok": False, "reason": "still refused", "since": "2026-03-02T09:16:00Z"},
        },
    }


def test_an_outage_outside_restarts_nobody_and_a_fatal_condition_does() -> None:
    health = Health()
    health.bad("redis", "refused")
    assert health.liveness().ok
    health.fatal("recovery", "records are gone")
    assert not health.liveness().ok
    assert not health.readiness().ok
    health.ok("recovery")
    assert health.liveness().ok


def test_a_loop_that_stands_still_is_neither_alive_nor_ready_until_it_goes_on() -> None:
    clock = Clock()
    health = Health(monotonic=clock)
    health.pulse("delivery", within=30)
    clock.now += 30
    assert health.liveness().ok
    assert health.readiness().ok
    clock.now += 1
    assert not health.liveness().ok
    assert "31 s" in health.readiness().checks["delivery loop"].reason
    health.pulse("delivery", within=30)
    assert health.liveness().ok
    assert health.readiness().ok


def test_what_has_ended_on_purpose_is_missed_by_nobody() -> None:
    clock = Clock()
    health = Health(monotonic=clock)
    health.bad("delivery", "refused")
    health.pulse("delivery")
    health.forget("delivery")
    clock.now += 3600
    assert health.readiness().ok
    assert health.liveness().ok


def test_what_is_shown_beside_the_conditions_decides_nothing() -> None:
    health = Health()
    shown = {"tips": {"silent": True}}
    health.show("feeds", lambda: shown)
    report = json.loads(health.readiness().json())
    assert report == {"status": "ok", "checks": {}, "feeds": {"tips": {"silent": True}}}
    assert "feeds" not in json.loads(health.liveness().json())
    health.show("feeds", None)
    assert json.loads(health.readiness().json()) == {"status": "ok", "checks": {}}
