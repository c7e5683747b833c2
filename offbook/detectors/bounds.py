"""All that is kept of an entity is bounded in time and in number; what gives way is counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence

from offbook.detectors.detector import Common, Detector, View
from offbook.detectors.fact import Fact, Order, by_time, joined
from offbook.detectors.retelling import TOLD
from offbook.detectors.roles import KEPT, REGISTER_KEPT, RETOLD_KEPT
from offbook.detectors.state import EntityState, Notebook
from offbook.events.times import DAY

#: New facts are no reason to look for old ones while there are fewer.
WORTH_PRUNING = 16

#: What may be forgotten waits so long, for what else may be forgotten of the entity: every look at
#: it costs the same, and it would be looked at for each of its notebooks. In a week most have
#: been looked at for another reason; what is kept meanwhile makes the state a fiftieth larger.
_TOGETHER = 7 * DAY

_NEVER = 2**63 - 1
_SHORTEST = min(KEPT.values())


def prune_notebook(
    detector: Detector,
    state: EntityState,
    now: int | None,
    common: Common,
    view: View | None = None,
) -> int:
    """Drop what can no longer matter, then what is too much; how many facts were too much.

    Without a `view`, after a judgement that failed, a detector that forgets by one forgets nothing.
    """
    notebook = state.notebooks[detector.id]
    notebook.unseal()
    facts = notebook.facts
    if view is not None:
        view.facts = facts
    if now is not None:
        over = now - common.lateness - common.grace
        done = over - detector.keeps(detector.params)
        raised = notebook.raised
        if raised and detector.dossier is None:
            # What is judged by the profile can be found as long as that is kept.
            for anchor in [it for it in raised if raised[it].finding.until < done]:
                state.let_go(detector.id, anchor)
        if detector.prune is not None:
            facts = detector.prune(facts, detector.params, over)
        elif detector.forget is not None:
            facts = detector.forget(view, detector.params, over) if view is not None else facts
        elif facts and facts[0].at < done:
            old = bisect_left(facts, done, key=by_time)
            if raised and detector.holds_evidence:
                held = _evidence(notebook)
                facts = [it for it in facts[:old] if it.order in held] + facts[old:]
            else:
                del facts[:old]
    evicted = 0
    most = common.max_facts
    if len(facts) > most:
        kept = facts
        if detector.folds:
            within = (detector.reach or detector.keeps)(detector.params)
            kept = _fold(
                facts,
                lambda fact: (fact.role, fact.about, fact.fields.get("currency")),
                within,
            )
            if len(kept) > most:
                kept = _fold(kept, lambda fact: fact.role, within)
        if len(kept) > most:
            notebook.floor = kept[-most - 1].at
            kept = kept[-most:]
        evicted = len(facts) - len(kept)
        facts = kept
    notebook.facts = facts
    if not facts and detector.dossier is None:
        # Nothing can be found of no facts, and `judge` may count on one.
        for anchor in list(notebook.raised):
            state.let_go(detector.id, anchor)
        notebook.waiting = []
    return evicted


def forget_unjudged(
    detector: Detector,
    state: EntityState,
    now: int | None,
    common: Common,
    view: View | None = None,
) -> int:
    """`prune_notebook` where nothing is due, which counts as a judgement.

    Else the next one would take what the forgotten facts had settled for news.
    """
    notebook = state.notebooks[detector.id]
    if now is not None and not notebook.waiting:
        notebook.judged = now if notebook.judged is None else max(now, notebook.judged)
    return prune_notebook(detector, state, now, common, view)


def prune_shared(
    state: EntityState,
    detectors: dict[str, Detector],
    touched: Collection[str],
    now: int | None,
    common: Common,
) -> int:
    """Bound the profile and the subscribers, drop empty notebooks; how much was too much.

    `touched` are the detectors that took something in, or judged: only theirs can be empty now.
    """
    most = common.max_facts
    evicted = 0
    if now is not None:
        over = now - common.lateness
        answered = state.answered()
        # Else a judgement that waits for an answer would be made of less than it was begun with.
        if answered and _has_forgettable(state.profile, over):
            state.profile = [fact for fact in state.profile if not _forgettable(fact, over)]
            # Facts so old go too, or they would be judged without what is forgotten now.
            for detector_id in state.notebooks:
                if detector_id in detectors:
                    forget_unjudged(detectors[detector_id], state, now, common)
            touched = list(state.notebooks)
        _forget_past(state, over - REGISTER_KEPT, most)
        if state.retold:
            old = over - RETOLD_KEPT
            state.retold = {word: it for word, it in state.retold.items() if it.at >= old}
        if state.subscribers and min(state.subscribers.values()) < over:
            state.subscribers = {
                by: until for by, until in state.subscribers.items() if until >= over
            }
        if state.asked and answered and min(state.asked.values()) < over:
            # A busy account would remember each customer that ever paid into it.
            state.asked = {about: until for about, until in state.asked.items() if until >= over}
            state.known = {about: state.known[about] for about in state.asked}
    if len(state.profile) > most:
        # Registers outlive talk and orders: without its owners a customer has no history.
        windowed = [fact for fact in state.profile if fact.role in KEPT]
        gone = {fact.order for fact in windowed[: len(state.profile) - most]}
        fallen = [fact for fact in state.profile if fact.order not in gone]
        kept = fallen[-most:]
        evicted += len(state.profile) - len(kept)
        if len(fallen) > most:
            for detector_id, notebook in state.notebooks.items():
                judging = detectors.get(detector_id)
                if judging is not None and judging.dossier is not None:
                    notebook.floor = fallen[-most - 1].at
        state.profile = kept
    while len(state.subscribers) > most:
        del state.subscribers[min(state.subscribers, key=state.subscribers.__getitem__)]
        evicted += 1
    # Whoever has asked may have nothing else to show for it than the question.
    answered = state.answered()
    for detector_id in touched:
        notebook = state.notebooks[detector_id]
        empty = not (notebook.facts or notebook.raised or notebook.waiting or notebook.due)
        detector = detectors.get(detector_id)
        if empty and (answered or detector is None or detector.dossier is None):
            del state.notebooks[detector_id]
    if not state.notebooks and state.asked:
        state.asked = {}
        state.known = {}
    return evicted


def set_due(
    state: EntityState,
    detectors: dict[str, Detector],
    touched: Collection[str],
    now: int | None,
    common: Common,
) -> None:
    """Work out when the entity wants to be looked at next: a deadline, or to be forgotten.

    Only the notebooks of `touched` detectors can want it at another time than before.

    Never a time that has passed: what outlives its time, such as an opportunity left open or a
    profile while an answer is outstanding, would ask to be looked at without end. A notebook whose
    detector is stopped keeps the deadline it has and asks for no other; what passes meanwhile is
    found at the first look once it runs again.
    """
    wait = common.lateness + common.grace
    for detector_id in touched:
        notebook, detector = state.notebooks.get(detector_id), detectors[detector_id]
        if notebook is None or detector.dossier is not None:
            continue
        last = notebook.facts[-1].at if notebook.facts else 0
        for raised in notebook.raised.values():
            last = max(last, raised.finding.until)
        expiry = last + detector.keeps(detector.params) + wait
        notebook.expires = expiry if now is None or expiry >= now else None
    if not state.profile:
        for detector_id in [it for it in state.notebooks if it in detectors]:
            if detectors[detector_id].dossier is not None:
                del state.notebooks[detector_id]
    due = _NEVER
    for detector_id, notebook in state.notebooks.items():
        expires = None if notebook.expires is None else notebook.expires + _TOGETHER
        for wanted in (notebook.due, expires):
            if wanted is None or wanted >= due:
                continue
            if detector_id in detectors or now is None or wanted >= now:
                due = wanted
    if state.profile:
        newest = state.profile[-1]
        forgotten = newest.at + KEPT.get(newest.role, REGISTER_KEPT) + wait
        # Passed, it waits for the answer to a judgement, which is a look of its own.
        if now is None or forgotten >= now:
            due = min(due, forgotten)
    for alerts in state.past.values():
        due = min(due, next(iter(alerts.values())).until + REGISTER_KEPT + wait)
    for retained in state.retold.values():
        due = min(due, retained.at + RETOLD_KEPT + wait)
    if state.subscribers:
        due = min(due, max(state.subscribers.values()) + wait)
    state.due = due if due < _NEVER else None


def _forget_past(state: EntityState, limit: int, most: int) -> None:
    """Alerts that are over are remembered as long as registers are, and are no more than facts."""
    for detector_id, alerts in list(state.past.items()):
        while alerts:
            oldest = next(iter(alerts))
            if alerts[oldest].until >= limit and len(alerts) <= most:
                break
            del alerts[oldest]
        if not alerts:
            del state.past[detector_id]


def _forgettable(fact: Fact, over: int) -> bool:
    return fact.at < over - KEPT.get(fact.role, REGISTER_KEPT)


def _has_forgettable(profile: Sequence[Fact], over: int) -> bool:
    """Looks at the oldest only: what is kept for a year stands before what is kept for a month.

    Words of one thing go together: without the first, the next would begin another.
    """
    if profile and profile[-1].role == TOLD:
        return _forgettable(profile[-1], over)
    for fact in profile:
        if fact.at >= over - _SHORTEST:
            return False
        if _forgettable(fact, over):
            return True
    return False


def _evidence(notebook: Notebook) -> Collection[Order]:
    raised = notebook.raised.values()
    return {fact.order for alert in raised for fact in alert.finding.facts}


def _fold(facts: list[Fact], what: Callable[[Fact], object], within: int) -> list[Fact]:
    """Every second fact joined to the one before it where both say the same: totals stay.

    Facts further apart than `within` belong to different runs and stay apart. By role alone, what
    the second is about is lost. That is better than the oldest fact, from which a run has its name:
    a robot that writes to a thousand customers would raise an alert a message.
    """
    folded: list[Fact] = []
    joinable = False
    for fact in facts:
        last = folded[-1] if folded else None
        if (
            joinable
            and last is not None
            and fact.at - last.at <= within
            and what(last) == what(fact)
        ):
            folded[-1] = joined(last, (last, fact))
            joinable = False
        else:
            folded.append(fact)
            joinable = True
    return folded
