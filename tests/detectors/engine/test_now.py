"""Each topic has a time of its own: a deadline waits for those that could bring what it misses."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from contract.alert import Alert
from contract.kinds import STREAM_TOPICS
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.running import awaited
from detectors.engine.stream_time import EVERY_TOPIC, FORGETTING, UNKNOWN, Everywhere, Now, topics
from detectors.engine.timers import Clocks
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from tests.detectors.test_contract import FIRING, NINE, OWNED, alongside
from tests.detectors.timeline import after, company, firing

CRM, BANK = topics(["crm.edits"]), topics(["payments"])
BOTH = CRM | BANK


# One moment.


def test_a_set_of_topics_is_as_far_as_its_slowest() -> None:
    now = Now({"crm.edits": 20, "payments": 10})
    assert (now.of(CRM), now.of(BANK), now.of(BOTH)) == (20, 10, 10)


def test_while_nothing_is_known_of_one_nothing_is_known_of_the_set() -> None:
    now = Now({"crm.edits": 20})
    assert (now.of(CRM), now.of(BOTH), now.of(EVERY_TOPIC)) == (20, None, None)
    assert (UNKNOWN.of(CRM), UNKNOWN.forgets) == (None, None)
    assert not UNKNOWN.passed(0, CRM)


def test_forgetting_goes_by_the_slowest_of_all_unless_it_is_told() -> None:
    times = dict.fromkeys(STREAM_TOPICS, 20) | {"tips": 5}
    assert Now(times).forgets == Now(times).of(FORGETTING) == 5
    assert Now(times, 3).forgets == 3
    assert Now({"crm.edits": 20}, 3).of(FORGETTING) == 3


def test_a_deadline_is_passed_beyond_it_and_not_at_it() -> None:
    now = Now({"crm.edits": 20, "payments": 10})
    assert [now.passed(due, CRM) for due in (19, 20)] == [True, False]
    assert [now.passed(due, BOTH) for due in (9, 10)] == [True, False]


def test_in_a_replay_all_topics_are_read_up_to_the_same_time() -> None:
    now = Everywhere(7)
    assert {now.of(which) for which in (CRM, BOTH, EVERY_TOPIC, FORGETTING)} == {7}


def test_a_topic_there_is_none_of_is_refused() -> None:
    with pytest.raises(KeyError):
        topics(["crm.edit"])


# Timers by clock.


def test_an_entity_is_woken_by_the_clock_that_has_passed() -> None:
    clocks = Clocks()
    clocks.set("a", {CRM: 10, BANK: 30})
    clocks.set("b", {BANK: 10})
    assert list(clocks.expired(Now({"crm.edits": 11, "payments": 10}))) == ["a"]
    assert list(clocks.expired(Now({"crm.edits": 99, "payments": 11}))) == ["b"]
    assert list(clocks.expired(Now({"crm.edits": 99, "payments": 31}))) == ["a"]


def test_nobody_is_woken_by_a_clock_of_which_nothing_is_known() -> None:
    clocks = Clocks()
    clocks.set("a", {BOTH: 10})
    assert list(clocks.expired(Now({"crm.edits": 99}))) == []
    assert list(clocks.expired(Now({"crm.edits": 99, "payments": 11}))) == ["a"]


def test_what_is_set_anew_replaces_all_that_was_set() -> None:
    clocks = Clocks()
    clocks.set("a", {CRM: 10, BANK: 10})
    clocks.set("a", {BANK: 20})
    later = Now({"crm.edits": 99, "payments": 20})
    assert (list(clocks.expired(later)), len(clocks)) == ([], 1)
    clocks.set("a", {})
    assert len(clocks) == 0
    assert list(clocks.expired(Everywhere(99))) == []


# Deadlines.


class Lagging(InMemoryRun):
    """Some topics have been read no further than to the first event."""

    behind: Collection[str] = ()

    def _moment(self, at: int) -> Now:
        reached = dict.fromkeys(STREAM_TOPICS, at)
        return Now(reached | dict.fromkeys(self.behind, after(NINE, "-90d")), at)

    def look_at_all(self, now: int) -> list[Alert]:
        self.now = now
        return [alert for key in list(self.states) for alert in self._step(key, [])]


def found(detector: Detector, behind: Collection[str]) -> tuple[Lagging, list[Alert]]:
    """What its timeline brings while some topics lag."""
    events, until = FIRING[detector.id]
    run = Lagging(Engine(alongside(detector), company(*OWNED), mode="replay"))
    run.behind = behind
    return run, run.run(events, after(NINE, until))


def ids_of(alerts: list[Alert], detector: Detector) -> list[str]:
    return [alert.alert_id for alert in firing(alerts) if alert.detector == detector.id]


waiting = pytest.mark.parametrize(
    "detector", [it for it in DETECTORS if it.waits], ids=lambda detector: detector.id
)


@waiting
def test_it_waits_for_no_topic_that_could_bring_nothing_it_misses(detector: Detector) -> None:
    _, in_time = found(detector, ())
    _, others_lag = found(detector, set(STREAM_TOPICS) - awaited(detector))
    assert ids_of(others_lag, detector) == ids_of(in_time, detector) != []


@waiting
def test_it_waits_for_each_topic_that_could_bring_what_it_misses(detector: Detector) -> None:
    _, in_time = found(detector, ())
    for topic in awaited(detector):
        run, alerts = found(detector, {topic})
        assert ids_of(alerts, detector) == []
        run.behind = ()
        alerts += run.look_at_all(run.now or 0)
        assert ids_of(alerts, detector) == ids_of(in_time, detector)
