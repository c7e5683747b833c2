"""Events become facts: of the entity's profile, and of the detectors that read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract.event import Event
from contract.times import DAY
from detectors.engine.bounds import WORTH_PRUNING, is_closed, is_forgotten, is_too_much
from detectors.engine.event_index import Readers
from detectors.engine.hearing import Hearing
from detectors.engine.judging import Judging
from detectors.engine.look import Step, StepView
from detectors.engine.messages import Told
from detectors.engine.running import Running
from detectors.engine.silent import Silent
from detectors.engine.state import Left, Notebook
from detectors.facts import roles
from detectors.facts.drawing import Drawn
from detectors.facts.fact import Fact, by_role, insert, insert_ends
from detectors.facts.profile import Profile
from detectors.facts.reads import Dossier
from detectors.facts.remembering import remember
from detectors.facts.retelling import created_again
from detectors.facts.roles import FREQUENT
from detectors.facts.sent import as_sent
from detectors.facts.thinning import is_folded
from detectors.facts.view import Common

#: Facts of which nothing is found are looked through for old ones so often.
_PRUNED_EVERY = DAY


class Taking:
    """Takes in events, and says who must judge anew because of them."""

    def __init__(
        self,
        running: Mapping[str, Running],
        common: Common,
        readers: Readers,
        hearing: Hearing,
        judging: Judging,
        silent: Silent,
    ) -> None:
        self._running = running
        self._common = common
        self._readers = readers
        self._hearing = hearing
        self._judging = judging
        self._silent = silent

    def read(self, step: Step, view: StepView, event: Event, told: list[Fact]) -> None:
        """Take in what an event says of the entity; what is new of it in the profile is `told`."""
        data = event.data
        reading = self._readers.of(data).readings.get(view.entity_kind)
        if reading is None:
            return
        drawn, asks = reading.drawn, reading.drawn_asks
        if drawn is not None and (asks is None or asks(data)):
            self._draw(step, view, event, drawn, told)
        state, reference = step.state, self._silent.reference
        notebooks, closed, retold = state.notebooks, state.closed, state.retold
        silent, aside = self._silent.ids, state.aside
        # What is older than a detector remembers would be found to lack what had come and is gone.
        behind, late = 0 if step.over is None else step.over - event.time, False
        for ran, id_, draw, asks, ends_of, patience in reading.readers:
            if aside and id_ in aside:
                continue
            try:
                if asks is not None and not asks(data):
                    continue
                if patience is not None and behind > patience:
                    late = True
                    continue
                fact = draw(event, reference)
                if fact is None:
                    continue
                if event.sent:
                    contacts = ran.detector.judges_contacts
                    fact = as_sent(fact, event, view.entity_id, contacts=contacts)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other detectors go on
                step.fail(id_, error, [event], lasts=False)
                continue
            if retold:
                told_as = self._hearing.as_retold(step, id_, fact)
                if told_as is None:
                    continue
                fact = told_as
            if closed and is_closed(closed, id_, fact):
                late = True
                continue
            notebook = notebooks.get(id_)
            if notebook is None:
                notebook = notebooks[id_] = Notebook()
            if notebook.sealed is not None:
                self._unseal(ran, notebook, fact.at)
            facts = notebook.facts
            if notebook.folded and is_folded(fact, facts, notebook.folded):
                continue
            new = insert(facts, fact) if ends_of is None else insert_ends(facts, fact, ends_of)
            if not new:
                continue
            step.changed = True
            if id_ in silent and self._silent.lacks(id_):
                state.withheld |= {id_}
                if self._silent.without_reference(id_) is not None:
                    step.withhold(id_)
                step.mark_for_judging(id_, event, ())
            elif not self._changes_nothing(step, view, ran, notebook, fact):
                notebook.waiting += (fact,)
                step.mark_for_judging(id_, event, (fact,), alone=True)
        if late:
            step.keep_out(event)

    def spread(self, step: Step, view: StepView, told: list[Fact]) -> None:
        """Tell what is new in the profile to who subscribed, and to the detectors that watch it."""
        state = step.state
        if state.subscribers:
            step.notes += [(by, Told(step.key, list(told))) for by in state.subscribers]
        for role, news in by_role(told).items():
            for ran in self._hearing.watching(role):
                id_ = ran.detector.id
                notebook = state.notebooks.get(id_)
                if notebook is not None and not self._leave_alone(step, view, ran, notebook, news):
                    notebook.waiting += (*news,)
                    step.mark_for_judging(id_, None, ())

    def _unseal(self, ran: Running, notebook: Notebook, at: int) -> None:
        """Have all facts at hand that a new one of the time `at` is held against."""
        notebook.unseal(None if ran.reach is None else at - ran.reach)

    def _changes_nothing(
        self, step: Step, view: StepView, ran: Running, notebook: Notebook, fact: Fact
    ) -> bool:
        """Whether a new fact is all there is to judge, and nothing found changes by it.

        It must be settled already when the facts are looked through, and no judgement wait for an
        answer: what it is to find would count as found before.
        """
        detector, state = ran.detector, step.state
        concerns = detector.concerns
        if concerns is None or notebook.waiting or (state.asked and not state.answered()):
            return False
        now, forgets = step.now.of(ran.clock), step.now.forgets
        if now is None or forgets is None:
            return False
        facts, judged = notebook.facts, notebook.judged
        expires, due = notebook.expires, notebook.due
        if judged is None:
            if len(facts) != 1 or notebook.sealed is not None:
                return False
        elif now < judged or expires is None or expires < forgets:
            return False
        if due is not None and due < now:
            return False
        spare, left = detector.spare, notebook.left
        if spare is not None and (
            len(facts) < 2
            or facts[-1] is not fact
            or fact.role not in spare.roles
            or facts[-2].at >= fact.at
            or facts[-2].about != fact.about
        ):
            # It does not go on where the newest was.
            spare = None
        if left is not None and (spare is None or left.fingerprint != ran.fingerprint):
            left = None
        if left is not None and fact.weight < left.weight:
            left.weight -= fact.weight
        else:
            view.facts, view.due, view.reached = facts, due, now
            try:
                if concerns(view, fact, detector.params):
                    return False
                notebook.left = None
                if spare is not None:
                    notebook.left = Left(spare.left(view, detector.params), ran.fingerprint)
            except Exception as error:  # noqa: BLE001 - it may concern: judged, it is answered for
                step.fail(detector.id, error, lasts=False)
                return False
        notebook.judged = now
        if judged is None:
            step.begun = (*step.begun, detector.id)
            return True
        many = len(facts) if notebook.sealed is None else notebook.size()
        if many >= WORTH_PRUNING:
            today = now - now % _PRUNED_EVERY
            if judged < today or is_too_much(many, facts, step, self._common):
                self._judging.prune(step, view, ran)
        return True

    def _draw(
        self, step: Step, view: StepView, event: Event, drawn: Drawn, told: list[Fact]
    ) -> None:
        state, kind = step.state, view.entity_kind
        try:
            facts = drawn.facts(event, view.entity_id)
            if event.sent:
                facts = [as_sent(it, event, view.entity_id) for it in facts]
        except Exception as error:  # noqa: BLE001 - one event must not stop an entity
            step.fail("profile", error, [event], lasts=False)
            return
        signs = self._silent.listening
        if signs is not None:
            signs.hear(event, facts)
        if step.forgets is not None and event.time < step.forgets - self._common.lateness:
            kept = [it for it in facts if not is_forgotten(it, step.forgets, self._common)]
            if len(kept) < len(facts):
                step.keep_out(event)
                facts = kept
        if kind == "order":
            self._pass_on_created(step, view, facts)
        if state.retold:
            facts = [
                it for fact in facts if (it := self._hearing.as_retold(step, "", fact)) is not None
            ]
        news = [fact for fact in facts if remember(state.profile, fact)]
        if not news:
            return
        told += news
        if kind in ("payment", "shipment"):
            self._hearing.tell_again(step, view, news)
        elif dossiers := self._hearing.dossiers(kind):
            self._note(step, dossiers, event, news)

    def _pass_on_created(self, step: Step, view: StepView, facts: Sequence[Fact]) -> None:
        """An order that is said to be created once more was created once."""
        for fact in facts:
            if fact.role == "created":
                known = Profile(step.state.profile).of(roles.CREATED)
                for again in created_again(known, fact):
                    self._hearing.pass_on(step, view, again)

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
        roles = {fact.role for fact in news}
        for detector_id, dossier in dossiers:
            if dossier.roles.isdisjoint(roles) or detector_id in state.aside:
                continue
            notebook = state.notebooks.get(detector_id)
            if notebook is None and dossier.begins:
                if said is None:
                    said = {it.role for it in state.profile} | {it.about for it in state.profile}
                if dossier.begins.isdisjoint(said):
                    continue
            if detector_id in self._silent.ids and self._silent.lacks(detector_id):
                continue
            if notebook is None:
                # What the profile told before was judged, and nothing of it raised or waited for.
                notebook = state.notebooks[detector_id] = Notebook(judged=step.reached(detector_id))
            facts = [fact for fact in news if fact.role in dossier.roles]
            notebook.waiting += (*facts,)
            step.mark_for_judging(detector_id, event, facts)

    def _leave_alone(
        self,
        step: Step,
        view: StepView,
        ran: Running,
        notebook: Notebook,
        news: list[Fact],
    ) -> bool:
        if news[0].role not in FREQUENT or ran.detector.id in step.to_judge:
            return False
        for fact in news:
            if notebook.sealed is not None:
                self._unseal(ran, notebook, fact.at)
            if not self._changes_nothing(step, view, ran, notebook, fact):
                return False
        return True
