"""All entities in one place: the engine run over a list of events, as tests and replays do."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from contract.alert import Alert
from contract.event import Event
from detectors.engine.engine import Engine
from detectors.engine.look import Failure, Step
from detectors.engine.messages import Input, Review
from detectors.engine.state import EntityState
from detectors.engine.stream_time import UNKNOWN, Everywhere, Now
from detectors.engine.timers import Timers


class InMemoryRun:
    """Feeds events to an engine and keeps all state in memory.

    Stream time is the newest event's, as the contract says of a replay. Reference documents are
    put into `engine.reference` beforehand, not fed.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.states: dict[str, EntityState] = {}
        self.timers = Timers()
        self._now = UNKNOWN
        self._signs = engine.signs
        self._heard = 0
        self.failures: list[Failure] = []
        self.evicted: Counter[str] = Counter()

    @property
    def now(self) -> int | None:
        """Stream time (µs); None before the first event."""
        return self._now.forgets

    @now.setter
    def now(self, at: int | None) -> None:
        self._now = UNKNOWN if at is None else self._moment(at)

    def _moment(self, at: int) -> Now:
        return Everywhere(at)

    def feed(self, event: Event, keys: Sequence[str] | None = None) -> list[Alert]:
        """Take one event; the alert revisions that follow, those of passed deadlines first.

        `keys` are those of its entities, where somebody has looked them up.
        """
        alerts = self.advance(event.time)
        inputs: list[Input] = [event]
        if keys is None:
            keys = self.engine.route(event, self.engine.reference)
        for key in keys:
            alerts += self._step(key, inputs)
        if self._signs is not None and self._signs.version != self._heard:
            self._heard = self._signs.version
            alerts += self._release()
        return alerts

    def advance(self, to: int) -> list[Alert]:
        """Move stream time forward, from deadline to deadline; what went missing by then.

        In one leap over months, what one entity asks another at its deadline would be forgotten.
        """
        alerts: list[Alert] = []
        now = self._now.forgets
        if now is not None and to <= now:
            return alerts
        if self.timers.may_be_due(to):
            for due, key in self.timers.expired(to):
                now = due + 1 if now is None else max(now, due + 1)
                self._now = self._moment(now)
                alerts += self._step(key, [])
        self._now = self._moment(to)
        return alerts

    def review(self) -> list[Alert]:
        """Judge all anew, after a change of reference data."""
        return [alert for key in list(self.states) for alert in self._step(key, [Review()])]

    def _release(self) -> list[Alert]:
        """Judge what was withheld, as far as it lacks nothing any more."""
        withheld = [key for key, state in self.states.items() if state.withheld]
        return [alert for key in withheld for alert in self._step(key, [])]

    def run(self, events: Iterable[Event], until: int | None = None) -> list[Alert]:
        """Feed all, then advance to `until`."""
        alerts = [alert for event in events for alert in self.feed(event)]
        return alerts + self.advance(until) if until is not None else alerts

    def _step(self, key: str, inputs: list[Input]) -> list[Alert]:
        step = self._step_one(key, inputs)
        if not step.notes:
            return step.alerts
        alerts = step.alerts
        waiting = deque(step.notes)
        while waiting:
            key, note = waiting.popleft()
            step = self._step_one(key, [note])
            alerts += step.alerts
            waiting.extend(step.notes)
        return alerts

    def _step_one(self, key: str, inputs: list[Input]) -> Step:
        state = self.states.get(key)
        due = None if state is None else state.soonest
        step = self.engine.step(key, state, inputs, self._now)
        # Few looks move a deadline, and a state that has one is not empty.
        if step.changed and (due is None or step.state.soonest != due):
            self._keep(key, step.state)
        if step.evicted:
            self.evicted.update(step.evicted)
        if step.failures:
            self.failures += step.failures
        return step

    def _keep(self, key: str, state: EntityState) -> None:
        if state.is_empty():
            self.states.pop(key, None)
            self.timers.set(key, None)
        else:
            self.states[key] = state
            self.timers.set(key, state.soonest)
