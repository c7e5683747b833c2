"""The rules at the head of detectors.md, held against each detector alone in a world of its own.

A detector's test module says what its world is like: `SCENES`, a strategy of the events that
happen there, near the edges of its windows; `DOCUMENTS`, the reference data; and `oracle`, the
detector's question asked of all events at once by brute force; `SCALED`, where its numbers ask for
hundreds of events, the detector with smaller ones. `test_laws.py` holds the same rules against all
detectors at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from tests.detectors.histories import reference_of
from tests.detectors.modules import its_tests
from tests.detectors.random_company import END
from tests.detectors.respelt import respelt
from tests.detectors.restarts import (
    AGAIN_AFTER,
    BACKS,
    Backwards,
    all_again,
    half_known,
    is_short,
    with_time_back,
)
from tests.detectors.test_laws import (
    Batches,
    Distant,
    Forgetful,
    Leaping,
    Suspicious,
    anxious,
    told,
)
from tests.detectors.timeline import badly_worded, firing
from tests.parts.examples import examples

law = settings(
    max_examples=examples(40, nightly=1000),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

DELAYS = (0, 0, 0, HOUR, DAY, 3 * DAY, 7 * DAY)


HELD = [getattr(its_tests(detector), "SCALED", detector) for detector in DETECTORS]
each = pytest.mark.parametrize("detector", HELD, ids=lambda detector: detector.id)


def world(detector: Detector, run: Callable[[Engine], InMemoryRun] = InMemoryRun) -> InMemoryRun:
    module = its_tests(detector)
    others = [it for it in getattr(module, "ALONGSIDE", ()) if it.id != detector.id]
    watched = [detector, *others]
    return run(Engine(watched, reference_of(getattr(module, "DOCUMENTS", ())), mode="replay"))


def end(run: InMemoryRun, alerts: Iterable[Alert]) -> list[tuple[object, ...]]:
    alerts = [*alerts, *run.advance(END)]
    assert not run.failures, run.failures[0]
    assert not run.evicted
    assert not [alert.summary for alert in alerts if badly_worded(alert)]
    return told(alerts)


def arrivals(data: st.DataObject, detector: Detector) -> tuple[list[Event], list[Event]]:
    """What happened, in order of time and in order of arrival."""
    happened = {event.id: event for event in data.draw(its_tests(detector).SCENES)}
    events = sorted(happened.values(), key=lambda event: (event.time, event.id))
    delays = st.lists(st.sampled_from(DELAYS), min_size=len(events), max_size=len(events))
    late = [event.time + delay for event, delay in zip(events, data.draw(delays), strict=True)]
    order = sorted(range(len(events)), key=lambda place: late[place])
    return events, [events[place] for place in order]


@each
def test_neither_arrival_repeats_batches_snapshots_nor_jumps_of_time_matter(
    detector: Detector,
) -> None:
    @law
    @given(st.data(), st.randoms(use_true_random=False))
    def holds(data: st.DataObject, rng: Random) -> None:
        events, came = (list(map(respelt, it)) for it in arrivals(data, detector))
        run = world(detector)
        as_it_happened = end(run, run.run(events))

        run = world(detector)
        assert end(run, run.run(came)) == as_it_happened, "another order of arrival"

        run, alerts, newest = world(detector, Suspicious), [], 0
        for one in came:
            alerts += run.feed(one)
            newest = max(newest, one.time)
            again = rng.choice(came)
            if again.time <= one.time and newest - again.time <= 7 * DAY:
                alerts += run.feed(again)
        assert end(run, alerts) == as_it_happened, "repeats"

        run = world(detector, Forgetful)
        assert end(run, run.run(came)) == as_it_happened, "a snapshot at any moment"

        batched, alerts, left = world(detector, Batches), [], came
        assert isinstance(batched, Batches)
        while left:
            size = rng.randint(1, 6)
            alerts += batched.take(left[:size])
            left = left[size:]
        assert end(batched, alerts) == as_it_happened, "batches"

        step = rng.choice((HOUR * 7, DAY, 5 * DAY, 11 * DAY))
        run, alerts = world(detector), []
        for one in came:
            while run.now is not None and run.now + step < one.time:
                alerts += run.advance(run.now + step)
            alerts += run.feed(one)
        assert end(run, alerts) == as_it_happened, "small steps of time"

        distant = world(detector, Distant)
        assert isinstance(distant, Distant)
        alerts = distant.run(came, END) + distant.arrive()
        assert end(distant, alerts) == as_it_happened, "answers that take their time"

        world(detector, Leaping).run(came, END)

        run, backwards = world(detector), world(detector, Backwards)
        assert isinstance(backwards, Backwards)
        match rng.choice(("back", "again", "half")):
            case "back":
                alerts = with_time_back(backwards, came, [rng.choice(BACKS) for _ in range(5)])
                assert end(backwards, alerts) == as_it_happened, "time that goes back"
            case "again":
                alerts = all_again(run, came, rng.choice(AGAIN_AFTER))
                assert end(run, alerts) == as_it_happened, "all of it again"
            case _:
                known = end(run, half_known(run, came))
                assert known == as_it_happened or not is_short(came), "half of it known at first"

    holds()


@pytest.mark.parametrize(
    "detector",
    [it for it in HELD if it.concerns is not None or it.stands is not None or it.watches],
    ids=lambda detector: detector.id,
)
def test_whoever_judges_at_every_fact_and_every_word_finds_the_same(detector: Detector) -> None:
    """A cheap look that is wrong loses an alert without an error."""

    @law
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        came = list(map(respelt, arrivals(data, detector)[1]))
        ends = []
        for one in (detector, anxious(detector)):
            run = world(one)
            ends.append(end(run, run.run(came)))
        assert ends[0] == ends[1]

    holds()


@pytest.mark.parametrize(
    "detector", [it for it in HELD if it.spare is not None], ids=lambda detector: detector.id
)
def test_what_is_spared_would_have_concerned_nothing(detector: Detector) -> None:
    @law
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        came = arrivals(data, detector)[1]
        spared, asked = world(detector), world(replace(detector, spare=None))
        assert spared.run(came, END) == asked.run(came, END), "each revision"

    holds()


@pytest.mark.parametrize(
    "detector",
    [it for it in HELD if hasattr(its_tests(it), "oracle")],
    ids=lambda detector: detector.id,
)
def test_brute_force_over_all_events_finds_the_same(detector: Detector) -> None:
    """`oracle(events)` gives, of each alert that stands in the end, (severity, employee, customer,
    order, account, ids of its evidence)."""
    module = its_tests(detector)

    @law
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        events, came = arrivals(data, detector)
        run = world(detector)
        alerts = firing(run.run(came) + run.advance(END))
        assert {
            (
                alert.severity,
                alert.employee,
                alert.customer,
                alert.order,
                alert.account,
                frozenset(piece.id for piece in alert.evidence),
            )
            for alert in alerts
            if alert.detector == detector.id
        } == set(module.oracle(events))

    holds()


@each
def test_its_world_makes_it_fire(detector: Detector) -> None:
    """Else the laws above would hold of nothing. Once both were seen, more shows nothing more."""
    fired: list[int] = []

    def look(data: st.DataObject) -> None:
        events, _ = arrivals(data, detector)
        run = world(detector)
        found = firing(run.run(events) + run.advance(END))
        fired.append(sum(alert.detector == detector.id for alert in found))

    some = settings(
        max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    for turn in range(6):
        seed(turn)(some(given(st.data())(look)))()
        if sum(fired) >= 3 and 0 in fired:
            break
    assert sum(fired) >= 3
    assert 0 in fired, "and stay silent, too"
