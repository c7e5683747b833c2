"""What holds of all detectors and any company: the rules at the head of detectors.md."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import cycle
from random import Random
from unittest.mock import patch

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contract.alert import Alert
from contract.document import document
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.look import Step
from detectors.engine.messages import Input, Note
from detectors.engine.state import encode_state
from detectors.language.detector import Detector
from detectors.rules.catalogue import BY_ID, DETECTORS
from offbook.cli.check import laws
from offbook.cli.check.laws import elsewhere
from offbook.cli.check.standing import told
from tests.detectors.histories import Arrival, documents, histories, reference_of
from tests.detectors.random_company import END
from tests.detectors.respelt import respelt
from tests.detectors.restarts import (
    AGAIN_AFTER,
    BACKS,
    Backwards,
    all_again,
    half_known,
    is_short,
)
from tests.detectors.retold import corrected
from tests.detectors.timeline import (
    activity,
    after,
    badly_worded,
    earliest,
    event,
    firing,
    hit,
    only,
    opens,
    owner,
    payment,
    stage,
)
from tests.examples.nine_questions import ASKED, answers
from tests.parts.examples import examples

law = settings(
    max_examples=examples(120, nightly=5000),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Documents = tuple[Event, ...]


def local(documents: Documents) -> InMemoryRun:
    return InMemoryRun(Engine(DETECTORS, reference_of(documents), mode="replay"))


def end(run: InMemoryRun, alerts: Sequence[Alert]) -> list[Alert]:
    """All revisions, once all time has passed; and nothing failed, leaked or is badly said."""
    alerts = [*alerts, *run.advance(END)]
    assert not run.failures, run.failures[0]
    assert not run.evicted
    for alert in alerts:
        assert not badly_worded(alert), alert.summary
    return alerts


def one_by_one(documents: Documents, events: Iterable[Event]) -> list[Alert]:
    run = local(documents)
    return end(run, run.run(events))


def events_of(history: Iterable[Arrival]) -> list[Event]:
    return [arrival.event for arrival in history]


def in_time_order(history: Iterable[Arrival]) -> list[Event]:
    return sorted(events_of(history), key=lambda event: (event.time, event.id))


@law
@given(documents, histories())
def test_the_order_of_arrival_does_not_matter(documents: Documents, history: list[Arrival]) -> None:
    as_they_happened = one_by_one(documents, map(respelt, in_time_order(history)))
    as_they_came = one_by_one(documents, map(respelt, events_of(history)))
    assert told(as_they_came) == told(as_they_happened)


def some_again(run: InMemoryRun, history: Sequence[Arrival], rng: Random) -> list[Alert]:
    """Half of what came is repeated within a week."""
    again = [
        Arrival(arrival.event, arrival.event.time + rng.choice((HOUR, DAY, 7 * DAY)))
        for arrival in history
        if rng.random() < 0.5
    ]
    return run.run(events_of(sorted([*history, *again], key=lambda arrival: arrival.at)))


@law
@given(documents, histories(), st.randoms(use_true_random=False))
def test_repeats_change_nothing(documents: Documents, history: list[Arrival], rng: Random) -> None:
    run, came = local(documents), events_of(history)
    match rng.choice(("some", "all", "half")):
        case "some":
            alerts = some_again(run, history, rng)
        case "all":
            alerts = all_again(run, came, rng.choice(AGAIN_AFTER))
        case _:
            alerts = half_known(run, came)
            if not is_short(came):
                # What is late is not promised to count in full.
                end(run, alerts)
                return
    assert told(end(run, alerts)) == told(one_by_one(documents, came))


@law
@given(documents, histories())
def test_a_repeat_at_once_makes_no_revision(documents: Documents, history: list[Arrival]) -> None:
    twice = [event for event in events_of(history) for _ in range(2)]
    assert one_by_one(documents, twice) == one_by_one(documents, events_of(history))


def _elsewhere(arrival: Arrival) -> Arrival:
    """The same event in another company: every id is another."""
    data = elsewhere(document(arrival.event)["data"])
    renamed = msgspec.convert(data, type(arrival.event.data))
    return Arrival(event(arrival.event.time, renamed), arrival.at)


@law
@given(documents, histories(scenes=2, noise=2), histories(scenes=2, noise=2))
def test_events_of_other_keys_change_nothing(
    documents: Documents, history: list[Arrival], other: list[Arrival]
) -> None:
    ours = {arrival.event.id for arrival in history}
    both = sorted([*history, *map(_elsewhere, other)], key=lambda arrival: arrival.at)
    mixed = [
        alert for alert in one_by_one(documents, events_of(both)) if alert.evidence[0].id in ours
    ]
    assert told(mixed) == told(one_by_one(documents, events_of(history)))


class Forgetful(laws.Forgetful):
    """And every fact that may be kept encoded is."""

    def _step(self, key: str, inputs: list[Input]) -> list[Alert]:
        with patch("detectors.engine.state.SEALED_TOGETHER", 1):
            for state in self.states.values():
                self.engine.seal(state)
        return super()._step(key, inputs)


@law
@given(documents, histories())
def test_a_snapshot_at_any_moment_changes_nothing(
    documents: Documents, history: list[Arrival]
) -> None:
    run = Forgetful(Engine(DETECTORS, reference_of(documents), mode="replay"))
    assert end(run, run.run(events_of(history))) == one_by_one(documents, events_of(history))


class Suspicious(InMemoryRun):
    """Believes no step that it left a state as it was: what is not written then would be lost."""

    def _step_one(self, key: str, inputs: list[Input]) -> Step:
        known = self.states.get(key)
        before = None if known is None else encode_state(known)
        step = super()._step_one(key, inputs)
        if not step.changed and known is not None:
            assert encode_state(known) == before
        return step


@law
@given(documents, histories())
def test_a_step_that_says_it_changed_nothing_changed_nothing(
    documents: Documents, history: list[Arrival]
) -> None:
    run = Suspicious(Engine(DETECTORS, reference_of(documents), mode="replay"))
    events = events_of(history)
    end(run, run.run([*events, *events[-3:]]))


class Batches(InMemoryRun):
    """Takes several events at a time, as the monitor does: those of one entity in one step."""

    def take(self, events: Sequence[Event]) -> list[Alert]:
        keyed: dict[str, list[Input]] = {}
        for one in events:
            for key in self.engine.route(one):
                keyed.setdefault(key, []).append(one)
        alerts = [alert for key, inputs in keyed.items() for alert in self._step(key, inputs)]
        return alerts + self.advance(max(event.time for event in events))


@law
@given(documents, histories(), st.lists(st.integers(1, 6), min_size=1))
def test_batches_say_what_single_events_say(
    documents: Documents, history: list[Arrival], sizes: list[int]
) -> None:
    run = Batches(Engine(DETECTORS, reference_of(documents), mode="replay"))
    events, alerts, turn = events_of(history), [], 0
    while events:
        size = sizes[turn % len(sizes)]
        alerts += run.take(events[:size])
        events, turn = events[size:], turn + 1
    assert told(end(run, alerts)) == told(one_by_one(documents, events_of(history)))


class Restful(InMemoryRun):
    """Nobody may want to be looked at at a time that has passed."""

    def _step_one(self, key: str, inputs: list[Input]) -> Step:
        step = super()._step_one(key, inputs)
        due = earliest(step.state)
        assert due is None or self.now is None or due >= self.now, "it would be looked at for ever"
        return step


class Distant(Restful):
    """What entities ask and tell each other is under way while the next event is taken in."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.under_way: deque[tuple[str, Note]] = deque()

    def feed(self, event: Event) -> list[Alert]:
        return super().feed(event) + self.arrive()

    def advance(self, to: int) -> list[Alert]:
        alerts: list[Alert] = []
        for due, key in self.timers.expired(to):
            self.now = due + 1 if self.now is None else max(self.now, due + 1)
            alerts += self.before_a_deadline() + self._step(key, [])
        self.now = to if self.now is None else max(self.now, to)
        return alerts

    def before_a_deadline(self) -> list[Alert]:
        return self.arrive()

    def arrive(self) -> list[Alert]:
        alerts: list[Alert] = []
        while self.under_way:
            key, note = self.under_way.popleft()
            alerts += self._step(key, [note])
        return alerts

    def _step(self, key: str, inputs: list[Input]) -> list[Alert]:
        step = self._step_one(key, inputs)
        self.under_way.extend(step.notes)
        return step.alerts


@law
@given(documents, histories())
def test_answers_may_take_their_time(documents: Documents, history: list[Arrival]) -> None:
    run = Distant(Engine(DETECTORS, reference_of(documents), mode="replay"))
    alerts = run.run(events_of(history), END) + run.arrive()
    assert told(end(run, alerts)) == told(one_by_one(documents, events_of(history)))


class Slow(Distant):
    """What is under way arrives only after so many further events, and no earlier for a deadline:
    in a backlog days pass by between a question and its answer. A week does not."""

    def __init__(self, engine: Engine, pauses: Sequence[int]) -> None:
        super().__init__(engine)
        self.pauses = cycle(pauses)
        self.pause = next(self.pauses)

    def feed(self, event: Event) -> list[Alert]:
        alerts = InMemoryRun.feed(self, event)
        self.pause -= 1
        if self.pause > 0:
            return alerts
        self.pause = next(self.pauses)
        return alerts + self.arrive()

    def advance(self, to: int) -> list[Alert]:
        week = self.now is not None and to - self.now >= 7 * DAY
        return (self.arrive() if week else []) + super().advance(to)

    def before_a_deadline(self) -> list[Alert]:
        return []


@law
@given(documents, histories(), st.lists(st.integers(1, 8), min_size=1, max_size=5))
def test_answers_may_come_after_days(
    documents: Documents, history: list[Arrival], pauses: list[int]
) -> None:
    run = Slow(Engine(DETECTORS, reference_of(documents), mode="replay"), pauses)
    alerts = run.run(events_of(history))
    while run.now is not None and run.now < END - 100 * DAY:
        alerts += run.advance(run.now + 6 * DAY) + run.arrive()
    assert told(end(run, alerts)) == told(one_by_one(documents, events_of(history)))


def test_what_a_judgement_asked_with_is_not_forgotten_before_the_answer() -> None:
    #   payment ── 25 h ──┤ asks for the order ── 8 d ──┤ its facts are old   the answer ◄ fires
    paid = payment("2026-03-02 09:00", "P-1", "X", order="O-1", customer="C-1")
    run = Slow(Engine([BY_ID["ghost-deal"]], reference_of(()), mode="replay"), [1])
    assert run.run([paid]) == []
    assert run.advance(after("2026-03-02 09:00", "6d")) == []
    assert run.under_way
    assert run.advance(after("2026-03-02 09:00", "11d")) == []
    alerts = run.arrive() + run.arrive()
    assert only(alerts).customer == "C-1"


class Leaping(Restful):
    """Time leaps at once, as where a backlog ends."""

    def advance(self, to: int) -> list[Alert]:
        self.now = to if self.now is None else max(self.now, to)
        return [alert for _, key in self.timers.expired(to) for alert in self._step(key, [])]


@law
@given(documents, histories(), st.sampled_from((7 * DAY, 40 * DAY, 600 * DAY)))
def test_a_leap_of_time_comes_to_an_end(
    documents: Documents, history: list[Arrival], leap: int
) -> None:
    run = Leaping(Engine(DETECTORS, reference_of(documents), mode="replay"))
    events = events_of(history)
    run.run(events, max((event.time for event in events), default=0) + leap)


@law
@given(documents, histories(), st.sampled_from((HOUR // 2, DAY, 5 * DAY, 11 * DAY, 40 * DAY)))
def test_time_may_go_in_small_steps_or_in_jumps(
    documents: Documents, history: list[Arrival], step: int
) -> None:
    run, alerts = local(documents), []
    for one in events_of(history):
        while run.now is not None and run.now + step < one.time:
            alerts += run.advance(run.now + step)
        alerts += run.feed(one)
    while history and run.now is not None and run.now < END - 100 * DAY:
        alerts += run.advance(run.now + step)
    assert told(end(run, alerts)) == told(one_by_one(documents, events_of(history)))


@law
@given(documents, histories(), st.lists(st.sampled_from(BACKS), min_size=3))
def test_time_that_goes_back_takes_nothing_back(
    documents: Documents, history: list[Arrival], backs: list[int]
) -> None:
    run, alerts = Backwards(Engine(DETECTORS, reference_of(documents), mode="replay")), []
    for turn, one in enumerate(events_of(history)):
        alerts += run.advance(one.time)
        standing = {alert.alert_id for alert in firing(alerts)}
        run.back = backs[turn % len(backs)]
        alerts += run.look_at_all()
        assert standing <= {alert.alert_id for alert in firing(alerts)}
        alerts += run.feed(one)
        run.back = 0
    assert told(end(run, alerts)) == told(one_by_one(documents, events_of(history)))


def anxious(detector: Detector) -> Detector:
    """Judges at every fact, and at every word of a profile that anybody judges at."""
    words = frozenset(role for it in DETECTORS for role in it.watches)
    return replace(detector, concerns=None, stands=None, watches=words)


@law
@given(documents, histories())
def test_whoever_judges_at_every_fact_and_every_word_finds_the_same(
    documents: Documents, history: list[Arrival]
) -> None:
    events = events_of(history)
    judges = [anxious(detector) for detector in DETECTORS]
    run = InMemoryRun(Engine(judges, reference_of(documents), mode="replay"))
    assert told(end(run, run.run(events))) == told(one_by_one(documents, events))


def test_what_settles_an_alert_while_time_is_back_counts_however_far_time_jumps_then() -> None:
    #   activity ── 7 d ──┼ 1 h ┤ ◄ fires    (back 2 d) won in time    300 d on ◄ withdrawn
    nine = "2026-03-02 09:00"
    run = Backwards(Engine([BY_ID["follow-up-lapsed"]], reference_of(()), mode="replay"))
    alerts = run.run(
        [
            opens(nine, "OP-1", "C-1", "E-1"),
            owner(nine, "C-1", "E-1"),
            activity(after(nine, "1h"), "E-1", "C-1"),
            hit(after(nine, "8d"), "E-9", category="other"),
        ]
    )
    assert only(alerts).state == "firing"
    run.back = 2 * DAY
    alerts += run.feed(stage(after(nine, "2d"), "OP-1", "won"))
    run.back = 0
    alerts += run.advance(END)
    assert only(alerts).state == "withdrawn"


@law
@given(documents, histories())
def test_a_brute_force_over_all_events_finds_the_same(
    documents: Documents, history: list[Arrival]
) -> None:
    quiet = hit(END, "E-QUIET", category="other")
    run = local(documents)
    alerts = run.run([*events_of(history), quiet])
    engine = Counter(
        (
            alert.detector,
            alert.employee,
            alert.customer,
            alert.order,
            alert.account,
            alert.score,
            tuple(sorted(piece.id for piece in alert.evidence)),
        )
        for alert in firing(alerts)
        if alert.detector in ASKED
    )
    asked = answers(
        [document(one) for one in documents],
        [document(one) for one in [*corrected(in_time_order(history)), quiet]],
    )
    brute = Counter(
        (
            found.detector,
            found.employee,
            found.customer,
            found.order,
            found.account,
            found.score,
            tuple(sorted(found.evidence)),
        )
        for found in asked
        if found.state == "firing"
    )
    assert engine == brute


@law
@given(documents, histories())
def test_in_the_end_nothing_is_left(documents: Documents, history: list[Arrival]) -> None:
    """Two years on only an opportunity that is open still may be remembered."""
    run = local(documents)
    run.run(events_of(history))
    run.advance(END + 700 * DAY)
    run.advance(END + 1400 * DAY)
    still_open = {
        key
        for key, state in run.states.items()
        if any(fact.role == "opportunity" for fact in _facts(state))
    }
    assert set(run.states) == still_open


def _facts(state: object) -> list[object]:
    return [fact for notebook in state.notebooks.values() for fact in notebook.facts]  # type: ignore[attr-defined]


def test_the_random_companies_make_every_detector_fire_of_which_the_question_is_asked() -> None:
    """Else the laws above would hold of nothing. Once all did, more companies show nothing more."""
    fired: Counter[str] = Counter()

    def look(documents: Documents, history: list[Arrival]) -> None:
        alerts = firing(one_by_one(documents, events_of(history)))
        fired.update({alert.detector for alert in alerts})

    some = settings(max_examples=100, deadline=None, database=None, phases=[Phase.generate])
    for turn in range(8):
        seed(turn)(some(given(documents, histories())(look)))()
        if min(fired[id_] for id_ in ASKED) >= 3:
            break
    assert min(fired[id_] for id_ in ASKED) >= 3, fired
