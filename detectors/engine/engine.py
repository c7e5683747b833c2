"""The engine: `step(state, inputs, now) -> state, alerts, notes`. Pure; time comes in as data.

One entity at a time. Inputs become facts (`taking`, `hearing`); a detector whose facts, deadline or
profile changed judges anew (`judging`), and what is kept is bounded (`bounds`). Whatever a detector
raises is its own trouble, at one entity: it is told, and the rest goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from msgspec import structs

from contract.alert import Mode
from contract.event import Event
from detectors.engine.alert_writer import AlertWriter
from detectors.engine.bounds import is_spent, is_too_much, prune_shared, withhold
from detectors.engine.event_index import Readers
from detectors.engine.hearing import Hearing
from detectors.engine.judging import Judging
from detectors.engine.look import Step, StepView
from detectors.engine.messages import Input, Review, Subscribe
from detectors.engine.next_look import set_due
from detectors.engine.running import Running, started
from detectors.engine.shrinking import shrunk
from detectors.engine.silent import Signs, Silent
from detectors.engine.state import EntityState
from detectors.engine.stream_time import Now
from detectors.engine.taking import Taking
from detectors.facts.entity import split
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.language.allowance import Agreements
from detectors.language.detector import Detector

#: Looks in a row at which a detector must have failed on an entity to be set aside for it.
_ENOUGH = 3


class Engine:
    """Runs a set of detectors. Holds their settings, the reference data and what was agreed on, no
    entity's state."""

    def __init__(
        self,
        detectors: Sequence[Detector],
        reference: Reference,
        common: Common | None = None,
        mode: Mode = "live",
        signs: Signs | None = None,
        agreements: Agreements | None = None,
    ) -> None:
        self._running, broken = started(detectors)
        self.detectors = {id_: ran.detector for id_, ran in self._running.items()}
        self.reference = reference
        self.agreements = Agreements() if agreements is None else agreements
        self.common = common or Common()
        self._settles = self.common.lateness + self.common.grace
        self._readers = Readers(self._running.values())
        self._silent = Silent(self.detectors, broken, reference, signs)
        write = AlertWriter(reference, self.common, mode)
        self._judging = Judging(self._running, self.common, write, self.agreements)
        self._hearing = Hearing(self._running, self.common)
        self._taking = Taking(
            self._running, self.common, self._readers, self._hearing, self._judging, self._silent
        )

    def silent(self) -> dict[str, str]:
        """The detectors that stay silent though they should not, and why."""
        return self._silent.reasons()

    def signless(self) -> dict[str, str]:
        """The detectors that stay silent for want of any sign of what they miss, and why."""
        return self._silent.signless()

    @property
    def signs(self) -> Signs | None:
        """What was told of so far; None if nothing is made of that."""
        return self._silent.signs

    def route(self, event: Event, known: Reference | None = None) -> list[str]:
        """The keys of the entities that have a reader for this event; often none.

        With the reference data as they are `known`, not those to which the event says nothing then.
        """
        data = event.data
        keys: list[str] = []
        for prefix, ids, to_all, reading in self._readers.of(data).routes:
            if to_all or reading.wants(data, known):
                for id_ in ids(data):
                    keys.append(prefix + id_)  # noqa: PERF401 - a generator costs more for one
        return keys

    def step(
        self,
        key: str,
        state: EntityState | None,
        inputs: Collection[Input],
        now: Now,
        detected_at: int | None = None,
    ) -> Step:
        """Take `inputs` into the entity `key`, judge, and say what follows.

        While stream time is not known of a topic, nothing that could come on it counts as missing.
        `detected_at` (µs) is when an alert is said to be found; by default when its last event
        happened or its deadline passed. `state` is changed in place, or gives way to an empty one.
        """
        state = state if state is not None else EntityState()
        forgets, forgot = now.forgets, state.forgot
        if forgot is not None and (forgets is None or forgets < forgot):
            forgets = forgot
        over = None if forgets is None else forgets - self._settles
        step = Step(key, state, now, self._running, forgets, over, detected_at)
        if not inputs and is_spent(step, self.common):
            step.state, step.changed = EntityState(), True
            return step
        kind, id_ = split(key)
        view = StepView(kind, id_, state, self.common, self.reference)
        if state.aside:
            self._try_again(state)
        if state.withheld:
            self._release(step)
        told: list[Fact] = []
        subscribed = False
        for item in inputs:
            if isinstance(item, Event):
                self._taking.read(step, view, item, told)
            elif isinstance(item, Review):
                self._review(step)
            else:
                subscribed = subscribed or isinstance(item, Subscribe)
                self._hearing.take(step, view, item)
        if told:
            self._taking.spread(step, view, told)
            step.changed = True
        grown = step.changed and state.soonest is None
        if len(state.profile) > self.common.max_facts:
            grown = grown or is_too_much(len(state.profile), state.profile, step, self.common)
        overdue = _is_overdue(state, now)
        if not (grown or subscribed or overdue or step.to_judge or step.begun or step.failures):
            # Something new at most of which nothing is found, behind a deadline that is set.
            return step
        expired = self._remind(step) if overdue else []
        for detector_id in (*step.to_judge, *expired):
            ran, fresh = self._running[detector_id], step.to_judge.get(detector_id)
            if detector_id in state.withheld:
                self._withhold(step, ran)
            elif fresh is not None:
                self._judging.judge(step, view, ran, fresh)
            else:
                self._judging.forget(step, view, ran)
        if step.failures or state.failing:
            self._count_failures(step)
        step.changed = True
        state.forgot = forgets
        touched = dict.fromkeys((*step.to_judge, *step.begun, *expired))
        for detector_id in step.aside:
            touched.pop(detector_id, None)
        step.evict("profile", prune_shared(step, view, self._running, touched, self.common))
        set_due(step, self._running, touched, self._settles)
        return step

    def seal(self, state: EntityState) -> None:
        """Make a state ready to be encoded: what no look at a new fact needs is encoded for long.

        Where nothing is encoded between two steps, as in a replay, that would be of no use.
        """
        for detector_id, notebook in state.notebooks.items():
            ran = self._running.get(detector_id)
            if ran is not None and ran.reach is not None:
                notebook.seal(ran.reach)

    def shrink(self, state: EntityState) -> tuple[int, Counter[str]]:
        """`shrunk`, for a state of more bytes than one entity may have."""
        left, gone = shrunk(state, self._running)
        self.seal(state)
        return left, gone

    def _remind(self, step: Step) -> list[str]:
        """Those whose deadline has passed judge anew; whose facts are old only looks through them.

        Gives the latter.
        """
        expired: list[str] = []
        for detector_id, notebook in self._hearing.running(step.state):
            if _passed(notebook.due, step.reached(detector_id)):
                step.mark_for_judging(detector_id, None, (), alone=True)
            elif _passed(notebook.expires, step.now.forgets) and detector_id not in step.to_judge:
                if not step.state.answered():
                    # What it asked for a judgement with may come yet. That is the next look.
                    notebook.expires = None
                elif notebook.waiting:
                    step.mark_for_judging(detector_id, None, ())
                else:
                    expired.append(detector_id)
        return expired

    # Reference data.

    def _withhold(self, step: Step, ran: Running) -> None:
        detector_id = ran.detector.id
        step.evict(detector_id, withhold(step, ran, self.common))
        if not step.state.notebooks[detector_id].facts:
            step.state.withheld -= {detector_id}

    def _release(self, step: Step) -> None:
        """What was taken in without reference data is judged now that they are there."""
        state = step.state
        for detector_id in list(state.withheld):
            if detector_id not in self._running or self._silent.lacks(detector_id):
                continue
            state.withheld -= {detector_id}
            notebook = state.notebooks.get(detector_id)
            if notebook is not None:
                notebook.unseal()
                notebook.waiting = tuple(notebook.facts)
                step.mark_for_judging(detector_id, None, ())

    def _review(self, step: Step) -> None:
        """All is judged anew."""
        for detector_id, _ in self._hearing.running(step.state):
            if detector_id not in step.state.withheld:
                step.mark_for_judging(detector_id, None, ())

    # Detectors that fail.

    def _count_failures(self, step: Step) -> None:
        """Set aside for the entity what has failed on it again and again."""
        state = step.state
        failed = {failure.detector for failure in step.failures if failure.lasts}
        state.failing = {
            it: count
            for it, count in state.failing.items()
            if it in failed or it not in step.to_judge
        }
        for detector_id in failed:
            state.failing[detector_id] = state.failing.get(detector_id, 0) + 1
            if state.failing[detector_id] >= _ENOUGH:
                ran = self._running[detector_id]
                state.set_aside(detector_id, step.forgets or 0, ran.fingerprint)
                step.aside = (*step.aside, detector_id)

    def _try_again(self, state: EntityState) -> None:
        """What was set aside and is another now may fare better."""
        for detector_id, aside in list(state.aside.items()):
            ran = self._running.get(detector_id)
            if ran is not None and ran.fingerprint != aside.fingerprint:
                del state.aside[detector_id]


def _is_overdue(state: EntityState, now: Now) -> bool:
    # Asked at every step: of most no clock has come that far.
    soonest, latest = state.soonest, now.latest
    if soonest is None or latest is None or latest <= soonest:
        return False
    return any(_passed(due, now.of(clock)) for clock, due in state.due.items())


def _passed(due: int | None, now: int | None) -> bool:
    return now is not None and due is not None and due < now


def configured(detector: Detector, **params: object) -> Detector:
    """`detector` with some of its numbers changed, as the tests and the settings do."""
    return replace(detector, params=structs.replace(detector.params, **params))
