"""What entities tell each other: profiles that were asked for, alerts, words told again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from detectors.engine.alert_writer import known_alert
from detectors.engine.look import Step, StepView
from detectors.engine.messages import Implicated, Note, Retold, Subscribe, Told
from detectors.engine.running import Running
from detectors.engine.shrinking import room
from detectors.engine.state import EntityState, Notebook, Retained, writable
from detectors.facts.entity import EntityKind
from detectors.facts.fact import Fact, insert, redated
from detectors.facts.reads import Dossier
from detectors.facts.remembering import remember
from detectors.facts.retelling import TOLD, Retelling, concerned, retellings
from detectors.facts.roles import FREQUENT, WITHDRAWN
from detectors.facts.thinning import thinned
from detectors.facts.view import Common

#: The place of a fact that is held back: in the entity's profile. Else the id of a detector.
_PROFILE = ""


class Hearing:
    """Takes in notes, and says who must judge anew because of them."""

    def __init__(self, running: Mapping[str, Running], common: Common) -> None:
        self._running = running
        self._common = common
        self._dossiers: dict[EntityKind, list[tuple[str, Dossier]]] = {}
        self._watching: dict[str, list[Running]] = {}
        for id_, ran in running.items():
            dossier = ran.detector.dossier
            if dossier is not None:
                self._dossiers.setdefault(dossier.entity, []).append((id_, dossier))
            for role in ran.detector.watches:
                self._watching.setdefault(role, []).append(ran)
        #: By detector, the frequent roles that it asks nobody for.
        self._passed_over = {id_: FREQUENT - _judged_by(ran) for id_, ran in running.items()}
        self._weigh_alerts = [id_ for id_, ran in running.items() if ran.detector.weighs_alerts]

    def dossiers(self, kind: EntityKind) -> Sequence[tuple[str, Dossier]]:
        """The detectors that judge entities of a kind by their profile, and by what of it."""
        return self._dossiers.get(kind, ())

    def watching(self, role: str) -> Sequence[Running]:
        """The detectors that judge by a role of the profile besides their own facts."""
        return self._watching.get(role, ())

    def running(self, state: EntityState) -> Iterator[tuple[str, Notebook]]:
        """The notebooks of the detectors that run. One that was stopped finds its own as it left
        it."""
        for detector_id, notebook in state.notebooks.items():
            if detector_id in self._running:
                yield detector_id, notebook

    def take(self, step: Step, view: StepView, note: Note) -> None:
        """Take in one note."""
        if isinstance(note, Subscribe):
            known = step.state.subscribers = writable(step.state.subscribers)
            known[note.by] = max(note.until, known.get(note.by, note.until))
            step.notes.append((note.by, Told(step.key, list(step.state.profile))))
        elif isinstance(note, Told):
            self._learn(step, note)
        elif isinstance(note, Retold):
            self._hear_again(step, view, note)
        else:
            self._weigh(step, note)

    def _learn(self, step: Step, note: Told) -> None:
        state = step.state
        if note.about not in state.asked:
            return
        first = note.about not in state.known
        state.known = writable(state.known)
        known = state.known.setdefault(note.about, [])
        news = [fact for fact in note.facts if remember(known, fact)]
        most = self._common.max_facts
        if len(known) > most:
            state.known[note.about] = thinned(known, room(most))
        if news or first:
            step.changed = True
            told = {fact.role for fact in news}
            for detector_id, notebook in self.running(state):
                if first or not told <= self._passed_over[detector_id]:
                    notebook.waiting += (*news,)
                    step.mark_for_judging(detector_id, None, ())

    def _weigh(self, step: Step, note: Implicated) -> None:
        """The newest revision of an alert replaces what was known of it, whichever comes first."""
        for detector_id in self._weigh_alerts:
            if detector_id in step.state.aside:
                continue
            notebook = step.state.notebooks.setdefault(detector_id, Notebook())
            notebook.unseal()
            known = known_alert(notebook.facts, note.alert.about)
            if known is not None:
                if int(known.fields["revision"]) >= note.revision:
                    continue
                notebook.facts.remove(known)
            # What no longer stands is remembered too: an older revision may be told once more.
            alert = note.alert if note.firing else structs.replace(note.alert, role=WITHDRAWN)
            insert(notebook.facts, alert)
            notebook.waiting += (alert,)
            step.mark_for_judging(detector_id, None, (alert,))

    # Words that were told again.

    def pass_on(self, step: Step, view: StepView, again: Retelling) -> None:
        """Say what has become of a word to everybody else who was told it."""
        note = Retold("", again.word, again.since, again.by, again.known)
        for key in concerned(view.entity_kind, view.entity_id, again):
            step.notes.append((key, note))

    def tell_again(self, step: Step, view: StepView, news: Sequence[Fact]) -> None:
        """New words of a payment or a shipment may say what has become of earlier ones."""
        profile = step.state.profile
        if len(profile) == len(news):
            return
        fresh = {fact.order for fact in news}
        before = [it for it in profile if it.role == TOLD and it.order not in fresh]
        for again in retellings(before, news) if before else ():
            self.pass_on(step, view, again)
            note = Retold("", again.word, again.since, again.by, again.known)
            self._hear_again(step, view, note)

    def as_retold(self, step: Step, place: str, fact: Fact) -> Fact | None:
        """A new fact as what has become of its word; None if that is held back."""
        retained = step.state.retold.get(_key("", fact))
        if retained is None or fact.role == TOLD:
            return fact
        if retained.since is None:
            if all(held != (place, fact) for held in retained.held):
                retained.held.append((place, fact))
                step.changed = True
            return None
        return redated(fact, retained.since)

    def _hear_again(self, step: Step, view: StepView, note: Retold) -> None:
        state, key = step.state, _key(note.about, note.word)
        known = state.retold.get(key)
        if known is not None and known.known >= note.known:
            return
        step.changed = True
        held = [] if known is None else known.held
        retained = Retained(note.word.told_at, note.since, note.by, note.known)
        state.retold = writable(state.retold)
        state.retold[key] = retained
        if note.about:
            self._correct_known(step, note, retained, held)
            return
        lists = {_PROFILE: state.profile}
        for detector_id, notebook in state.notebooks.items():
            notebook.unseal()
            lists[detector_id] = notebook.facts
        roles: set[str] = set()
        touched: set[str] = set()
        found = [
            *held,
            *(
                (place, fact)
                for place, facts in lists.items()
                for fact in facts
                if fact.identity == note.word.identity and fact.role != TOLD
            ),
        ]
        for place, fact in found:
            facts = lists.get(place)
            if facts is None:
                if place not in self._running or place in state.aside:
                    continue
                # Nothing else was left in it when this was held back.
                state.notebooks[place] = Notebook(judged=step.reached(place))
                facts = lists[place] = state.notebooks[place].facts
            if fact in facts:
                facts.remove(fact)
            if retained.since is None:
                retained.held.append((place, redated(fact, fact.told_at)))
            else:
                insert(facts, redated(fact, retained.since))
            if place == _PROFILE:
                roles.add(fact.role)
            else:
                touched.add(place)
        by = structs.replace(note.by, role=TOLD)
        for detector_id, dossier in self.dossiers(view.entity_kind):
            if not dossier.roles.isdisjoint(roles) and detector_id not in state.aside:
                # One of which nothing was found is not kept.
                judged = step.reached(detector_id)
                state.notebooks.setdefault(detector_id, Notebook(judged=judged))
        for detector_id, notebook in self.running(state):
            reads = _judged_by(self._running[detector_id])
            if detector_id in touched or not reads.isdisjoint(roles):
                gone = note.word.identity
                left = (it for it in notebook.waiting if it.identity != gone)
                notebook.waiting = (*left, by)
                step.mark_for_judging(detector_id, None, ())
        if roles:
            onward = structs.replace(note, about=step.key)
            step.notes += [(subscriber, onward) for subscriber in state.subscribers]

    def _correct_known(
        self, step: Step, note: Retold, retained: Retained, held: list[tuple[str, Fact]]
    ) -> None:
        """The profile of another entity that this one was told of."""
        facts = step.state.known.get(note.about)
        if facts is None:
            return
        told = [fact for fact in facts if fact.identity == note.word.identity]
        for fact in told:
            facts.remove(fact)
        for fact in (*(it for _, it in held), *told):
            if retained.since is None:
                retained.held.append((_PROFILE, redated(fact, fact.told_at)))
            else:
                insert(facts, redated(fact, retained.since))
        if retained.held or told or held:
            for detector_id, notebook in self.running(step.state):
                notebook.waiting += (structs.replace(note.by, role=TOLD),)
                step.mark_for_judging(detector_id, None, ())


def _judged_by(ran: Running) -> frozenset[str]:
    """The roles of profiles that a detector judges by."""
    detector = ran.detector
    return detector.watches if detector.dossier is None else detector.dossier.roles


def _key(about: str, word: Fact) -> str:
    return f"{about}\n{word.kind}\n{word.source}\n{word.id}"
