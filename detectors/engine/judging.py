"""Facts become findings: a detector looks at all it knows of an entity, and says what it finds.

Because a judgement is a function of the set of facts, neither their order of arrival nor a repeat
shows.
"""

from __future__ import annotations

from collections.abc import Mapping

from contract.times import HOUR
from detectors.engine.alert_writer import AlertWriter
from detectors.engine.bounds import WORTH_PRUNING, forget_unjudged, prune_notebook
from detectors.engine.look import Fresh, Step, StepView
from detectors.engine.messages import Subscribe
from detectors.engine.revisions import Revisions
from detectors.engine.running import Running
from detectors.engine.shrinking import room
from detectors.engine.state import EntityState, Notebook, writable
from detectors.facts.fact import Fact
from detectors.facts.thinning import thinned
from detectors.facts.view import Common
from detectors.language.allowance import Agreements
from detectors.language.detector import Detector

#: How long after a judgement that failed at its deadline it is tried again.
_WHILE = HOUR


class Judging:
    """Lets detectors judge one entity, and says what changes by it."""

    def __init__(
        self,
        running: Mapping[str, Running],
        common: Common,
        write: AlertWriter,
        agreements: Agreements,
    ) -> None:
        self._common = common
        weighed = any(it.detector.weighs_alerts for it in running.values())
        self._revisions = Revisions(common, write, agreements, alerts_are_weighed=weighed)

    def judge(self, step: Step, view: StepView, ran: Running, fresh: Fresh) -> None:
        """Judge anew, because of `fresh` facts or for another reason.

        A detector that raises forgets what was fresh, and what it found before stands.
        """
        detector, state = ran.detector, step.state
        notebook = state.notebooks[detector.id]
        notebook.unseal()
        notebook.left = None
        now, before = step.now.of(ran.clock), notebook.due
        view.facts, view.due, view.reached = _facts_of(detector, state), before, now
        view.wanted = set()
        try:
            anew = _anew(step, view, ran, notebook)
            # Until this has gone well.
            notebook.form = None
            if anew is not None:
                view.facts = anew
            findings = [*detector.judge(view, detector.params)] if view.facts else []
        except Exception as error:  # noqa: BLE001 - whatever it is, the other detectors go on
            poisoned = bool(fresh) and detector.dossier is None
            step.fail(detector.id, error, [event for event, _ in fresh], lasts=not poisoned)
            for _, fact in fresh:
                # A fact may have given way to another of the same step.
                if detector.dossier is None and fact in notebook.facts:
                    notebook.facts.remove(fact)
                notebook.waiting = tuple(it for it in notebook.waiting if it != fact)
            notebook.due = _tried_again(before, now)
            self.prune(step, None, ran)
            return
        notebook.due = None
        if self._ask(step, view, ran):
            return
        try:
            notebook.due = self._revisions.compare(step, view, ran, notebook, findings, anew)
        except Exception as error:  # noqa: BLE001 - it could not be put into words
            step.fail(detector.id, error, [event for event, _ in fresh])
            notebook.due = _tried_again(before, now)
        # What is over stays over, though stream time may go back for a while.
        if notebook.judged is None or (now is not None and now >= notebook.judged):
            # Else time has gone back: what is new may be due by what was judged, and not yet now.
            notebook.waiting = ()
            notebook.judged = now
            if detector.stands is not None and not step.failures:
                notebook.form = ran.fingerprint
        elif len(notebook.waiting) > self._common.max_facts:
            # Time may be back for as long as a sender is down.
            notebook.waiting = (*thinned(notebook.waiting, room(self._common.max_facts)),)
        waits = notebook.due is not None and not notebook.raised
        worth_pruning = not (fresh and waits) or len(notebook.facts) >= WORTH_PRUNING
        # Who judges by the profile has no facts of its own to drop.
        if worth_pruning and detector.dossier is None:
            self.prune(step, view, ran)

    def prune(self, step: Step, view: StepView | None, ran: Running) -> None:
        """Drop what can no longer matter. Nothing new is found by that."""
        step.evict(ran.detector.id, prune_notebook(step, ran, self._common, view))

    def forget(self, step: Step, view: StepView, ran: Running) -> None:
        """`prune` where nothing is due: that counts as a judgement."""
        step.evict(ran.detector.id, forget_unjudged(step, ran, self._common, view))

    def _ask(self, step: Step, view: StepView, ran: Running) -> bool:
        """Subscribe to what the judgement wanted. True: an answer is outstanding, judge later.

        An alert that names nobody would wake somebody for nothing, and the answer is one hop away.
        """
        if not view.wanted:
            return False
        state = step.state
        facts = view.facts
        until = (facts[-1].at if facts else 0) + ran.keeps
        for wanted in sorted(view.wanted):
            asked = state.asked.get(wanted)
            if asked is None or asked < until:
                # Beyond what is needed now, or every further fact would ask again.
                state.asked = writable(state.asked)
                state.asked[wanted] = until + self._common.lateness
                step.notes.append((wanted, Subscribe(step.key, until + self._common.lateness)))
        return any(wanted not in state.known for wanted in view.wanted)


def _tried_again(due: int | None, now: int | None) -> int | None:
    """When to judge though nothing comes, after a judgement that failed: at the deadline that it
    had, or in a while if that has passed."""
    if due is None or now is None or due >= now:
        return due
    return now + _WHILE


def _anew(step: Step, view: StepView, ran: Running, notebook: Notebook) -> list[Fact] | None:
    """The facts to judge if what was found of the others stands, else None."""
    stands, now, judged = ran.detector.stands, view.reached, notebook.judged
    if stands is None or ran.detector.id in step.whole or notebook.form != ran.fingerprint:
        return None
    if now is None or judged is None or now < judged:
        return None
    if any(fact.role not in stands.roles for fact in notebook.waiting):
        return None
    return stands.anew(view, notebook.waiting, judged, ran.detector.params)


def _facts_of(detector: Detector, state: EntityState) -> list[Fact]:
    """What a detector judges an entity by: its own facts, or those of the entity's profile."""
    if detector.dossier is None:
        return state.notebooks[detector.id].facts
    roles = detector.dossier.roles
    return [fact for fact in state.profile if fact.role in roles]
