"""The engine: `step(state, inputs, now) -> state, alerts, notes`. Pure; time comes in as data.

One entity at a time. Inputs become facts; a detector whose facts, deadline or profile changed
judges anew (`judging`), and what is kept is bounded (`bounds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from msgspec import structs

from offbook.detectors.alerts import AlertWriter
from offbook.detectors.bounds import WORTH_PRUNING, prune_shared, set_due
from offbook.detectors.detector import Common, Detector, Dossier
from offbook.detectors.drawing import Drawn
from offbook.detectors.entity import split
from offbook.detectors.fact import Fact, by_role, insert, insert_ends
from offbook.detectors.hearing import Hearing
from offbook.detectors.judging import Judging
from offbook.detectors.notes import Input, Subscribe, Told
from offbook.detectors.profile import Profile
from offbook.detectors.readers import Readers
from offbook.detectors.reference import Reference, ReferenceKind
from offbook.detectors.remembering import remember
from offbook.detectors.retelling import created_again
from offbook.detectors.roles import FREQUENT
from offbook.detectors.state import EntityState, Notebook
from offbook.detectors.step import Failure, Step, StepView
from offbook.events.alert import Mode
from offbook.events.event import Event
from offbook.events.times import DAY

#: Facts of which nothing is found are looked through for old ones so often.
_PRUNED_EVERY = DAY


class Engine:
    """Runs a set of detectors. Holds their settings and the reference data, no entity's state."""

    def __init__(
        self,
        detectors: Sequence[Detector],
        reference: Reference,
        common: Common | None = None,
        mode: Mode = "live",
    ) -> None:
        self.detectors = {detector.id: detector for detector in detectors}
        self.reference = reference
        self.common = common or Common()
        self._readers = Readers(detectors)
        self._judging = Judging(
            self.detectors, self.common, AlertWriter(reference, self.common, mode)
        )
        self._hearing = Hearing(self.detectors, self.common)
        self._reaches = {
            detector.id: detector.reach(detector.params)
            for detector in detectors
            if detector.reach is not None
        }
        #: Those of which it is not known yet that their reference data have arrived.
        self._needy = {detector.id for detector in detectors if detector.needs}

    def silent(self) -> dict[str, str]:
        """The detectors that stay silent for want of reference data, and which they want."""
        lacking: dict[str, str] = {}
        for detector_id in self.detectors:
            missing = self._lacks_reference(detector_id)
            if missing is not None:
                lacking[detector_id] = f"no document on reference.{missing} has arrived yet"
        return lacking

    def _lacks_reference(self, detector_id: str) -> ReferenceKind | None:
        for kind in self.detectors[detector_id].needs:
            if not self.reference.has(kind):
                return kind
        self._needy.discard(detector_id)
        return None

    def route(self, event: Event, known: Reference | None = None) -> list[str]:
        """The keys of the entities that have a reader for this event; often none.

        With the reference data as they are `known`, not those to which the event says nothing then.
        """
        data = event.data
        keys: list[str] = []
        for kind, reading in self._readers.of(data).items():
            if reading.always or reading.wanted(data):
                if reading.by_reference and known is not None and reading.says_nothing(data, known):
                    continue
                for id_ in reading.ids(data):
                    keys.append(f"{kind}:{id_}")  # noqa: PERF401 - a generator costs more for one
        return keys

    def step(
        self,
        key: str,
        state: EntityState | None,
        inputs: Iterable[Input],
        now: int | None,
        detected_at: int | None = None,
    ) -> Step:
        """Take `inputs` into the entity `key`, judge, and say what follows.

        `now` is stream time in microseconds, None while it is not known: then nothing that is
        missing counts as missing. `detected_at` is when an alert is said to be found; by default
        when its last event happened or its deadline passed. `state` is changed in place.
        """
        state = state if state is not None else EntityState()
        step = Step(key, state, now, detected_at)
        kind, id_ = split(key)
        view = StepView(kind, id_, state, self.common, self.reference, now)
        told: list[Fact] = []
        subscribed = False
        for item in inputs:
            if isinstance(item, Event):
                self._read(step, view, item, told)
            else:
                subscribed = subscribed or isinstance(item, Subscribe)
                self._hearing.take(step, view, item)
        if told:
            self._spread(step, view, told)
            step.changed = True
        grown = len(state.profile) > self.common.max_facts
        grown = grown or (step.changed and state.due is None)
        overdue = _passed(state.due, now)
        if not (grown or subscribed or overdue or step.dirty):
            # Something new at most of which nothing is found, behind a deadline that is set.
            return step
        expired = self._remind(step) if overdue else []
        for detector_id, fresh in step.dirty.items():
            self._judging.judge(step, view, detector_id, fresh)
        for detector_id in expired:
            self._judging.forget(step, view, detector_id)
        step.changed = True
        touched = [*step.dirty, *expired]
        step.evict("profile", prune_shared(state, self.detectors, touched, now, self.common))
        set_due(state, self.detectors, touched, now, self.common)
        return step

    def seal(self, state: EntityState) -> None:
        """Make a state ready to be encoded: what no look at a new fact needs is encoded for long.

        Where nothing is encoded between two steps, as in a replay, that would be of no use.
        """
        for detector_id, reach in self._reaches.items():
            notebook = state.notebooks.get(detector_id)
            if notebook is not None:
                notebook.seal(reach)

    def _unseal(self, detector_id: str, notebook: Notebook, at: int) -> None:
        """Have all facts at hand that a new one of the time `at` is held against."""
        reach = self._reaches.get(detector_id)
        notebook.unseal(None if reach is None else at - reach)

    # Events become facts.

    def _read(self, step: Step, view: StepView, event: Event, told: list[Fact]) -> None:
        data = event.data
        reading = self._readers.of(data).get(view.entity_kind)
        if reading is None:
            return
        drawn, asks = reading.drawn, reading.drawn_asks
        if drawn is not None and (asks is None or asks(data)):
            self._draw(step, view, event, drawn, told)
        notebooks, needy, retold = step.state.notebooks, self._needy, step.state.retold
        for id_, draw, asks, ends_of, detector in reading.readers:
            if id_ in needy and self._lacks_reference(id_):
                continue
            try:
                fact = draw(event, self.reference) if asks is None or asks(data) else None
            except Exception as error:  # noqa: BLE001 - whatever it is, the other detectors go on
                step.failures.append(Failure(id_, error, [event]))
                continue
            if fact is not None and retold:
                fact = self._hearing.as_retold(step, id_, fact)
            if fact is None:
                continue
            notebook = notebooks.get(id_)
            if notebook is None:
                notebook = notebooks[id_] = Notebook()
            if notebook.sealed is not None:
                self._unseal(id_, notebook, fact.at)
            facts = notebook.facts
            new = insert(facts, fact) if ends_of is None else insert_ends(facts, fact, ends_of)
            if new:
                step.changed = True
                if not self._changes_nothing(step, view, detector, notebook, fact):
                    notebook.waiting.append(fact)
                    step.soil(id_, event, (fact,))

    def _changes_nothing(
        self, step: Step, view: StepView, detector: Detector, notebook: Notebook, fact: Fact
    ) -> bool:
        """Whether a new fact is all there is to judge, and nothing found changes by it.

        It must be settled already when the facts are looked through, and no judgement wait for an
        answer: what it is to find would count as found before.
        """
        concerns, now, judged = detector.concerns, step.now, notebook.judged
        if concerns is None or now is None or judged is None or now < judged:
            return False
        expires, due = notebook.expires, notebook.due
        if expires is None or expires < now or _passed(due, now):
            return False
        if notebook.waiting or not step.state.answered():
            return False
        facts = notebook.facts
        view.facts, view.due = facts, due
        try:
            if concerns(view, fact, detector.params):
                return False
        except Exception:  # noqa: BLE001 - the judgement fails likewise, and is answered for there
            return False
        notebook.judged = now
        many = len(facts) if notebook.sealed is None else notebook.size()
        if many >= WORTH_PRUNING:
            another_day = now // _PRUNED_EVERY > judged // _PRUNED_EVERY
            if another_day or many > self.common.max_facts:
                self._judging.prune(step, view, detector.id)
        return True

    def _draw(
        self, step: Step, view: StepView, event: Event, drawn: Drawn, told: list[Fact]
    ) -> None:
        state, kind = step.state, view.entity_kind
        try:
            facts = drawn.facts(event, view.entity_id)
        except Exception as error:  # noqa: BLE001 - one event must not stop an entity
            step.failures.append(Failure("profile", error, [event]))
            return
        for fact in facts if kind == "order" else ():
            if fact.role == "created":
                known = Profile(state.profile).first("created")
                for again in created_again(known, fact):
                    self._hearing.pass_on(step, view, again)
        if state.retold:
            facts = [
                it for fact in facts if (it := self._hearing.as_retold(step, "", fact)) is not None
            ]
        news = [fact for fact in facts if remember(state.profile, fact)]
        told += news
        if kind in ("payment", "shipment") and news:
            self._hearing.tell_again(step, view, news)
        elif news and (dossiers := self._hearing.dossiers(kind)):
            self._note(step, dossiers, event, news)

    def _note(
        self,
        step: Step,
        dossiers: Sequence[tuple[str, Dossier]],
        event: Event,
        news: list[Fact],
    ) -> None:
        """The detectors that judge by the profile have news, if anything has begun for them."""
        state = step.state
        said: set[str] | None = None
        for detector_id, dossier in dossiers:
            facts = [fact for fact in news if fact.role in dossier.roles]
            if not facts:
                continue
            notebook = state.notebooks.get(detector_id)
            if notebook is None and dossier.begins:
                if said is None:
                    said = {it.role for it in state.profile} | {it.about for it in state.profile}
                if dossier.begins.isdisjoint(said):
                    continue
            if detector_id in self._needy and self._lacks_reference(detector_id):
                continue
            if notebook is None:
                # What the profile told before was judged, and nothing of it raised or waited for.
                notebook = state.notebooks[detector_id] = Notebook(judged=step.now)
            notebook.waiting += facts
            step.soil(detector_id, event, facts)

    def _spread(self, step: Step, view: StepView, told: list[Fact]) -> None:
        """Tell what is new in the profile to who subscribed, and to the detectors that watch it."""
        state = step.state
        step.notes += [(by, Told(step.key, list(told))) for by in state.subscribers]
        for role, news in by_role(told).items():
            for detector in self._hearing.watching(role):
                notebook = state.notebooks.get(detector.id)
                if notebook and not self._leave_alone(step, view, detector, notebook, news):
                    notebook.waiting += news
                    step.soil(detector.id, None, ())

    def _leave_alone(
        self,
        step: Step,
        view: StepView,
        detector: Detector,
        notebook: Notebook,
        news: list[Fact],
    ) -> bool:
        if news[0].role not in FREQUENT or detector.id in step.dirty:
            return False
        self._unseal(detector.id, notebook, min(it.at for it in news))
        return all(self._changes_nothing(step, view, detector, notebook, it) for it in news)

    def _remind(self, step: Step) -> list[str]:
        """Those whose deadline has passed judge anew; whose facts are old only looks through them.

        Gives the latter.
        """
        expired: list[str] = []
        for detector_id, notebook in self._hearing.running(step.state):
            if _passed(notebook.due, step.now):
                step.soil(detector_id, None, ())
            elif _passed(notebook.expires, step.now) and detector_id not in step.dirty:
                if not step.state.answered():
                    # What it asked for a judgement with may come yet. That is the next look.
                    notebook.expires = None
                elif notebook.waiting:
                    step.soil(detector_id, None, ())
                else:
                    expired.append(detector_id)
        return expired


def _passed(due: int | None, now: int | None) -> bool:
    return now is not None and due is not None and due < now


def configured(detector: Detector, **params: object) -> Detector:
    """`detector` with some of its numbers changed, as the tests and the settings do."""
    return replace(detector, params=structs.replace(detector.params, **params))
