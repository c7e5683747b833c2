"""All that is kept of an entity is bounded in time and in number; what gives way is counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

from detectors.engine.look import Step, StepView
from detectors.engine.running import Running
from detectors.engine.shrinking import make_room, room, sketch, thin_profile
from detectors.engine.state import EntityState, Notebook, Raised
from detectors.facts.fact import Fact, Order, by_time
from detectors.facts.retelling import TOLD
from detectors.facts.roles import KEPT, REGISTER_KEPT
from detectors.facts.thinning import thinned
from detectors.facts.view import Common, View

#: New facts are no reason to look for old ones while there are fewer.
WORTH_PRUNING = 16

#: So many times as many facts may be kept while time is behind them.
_AT_MOST = 4

_SHORTEST = min(KEPT.values())


def is_too_much(count: int, facts: Sequence[Fact], step: Step, common: Common) -> bool:
    """Whether `count` facts are more than may be kept in one place, the newest of them in `facts`.

    More may while time is behind them, as where a history is loaded or a sender is away: of what
    came since, nothing can be forgotten yet.
    """
    most = common.max_facts
    if count <= most:
        return False
    if step.forgets is None:
        return count > _AT_MOST * most
    behind = max(facts[-1].at - step.forgets, 0)
    return count > min(most + most * behind // max(common.lateness, 1), _AT_MOST * most)


def is_forgotten(fact: Fact, forgets: int, common: Common) -> bool:
    """Whether the profile remembers nothing as old as this fact."""
    return fact.at < forgets - common.lateness - KEPT.get(fact.role, REGISTER_KEPT)


def is_spent(step: Step, common: Common) -> bool:
    """Whether it is time to look, and nothing kept of the entity matters to what is to come.

    Of many that is so weeks after all that was ever heard of them, and to look through it costs as
    much as all that was done with it before.
    """
    state, forgets, over = step.state, step.now.forgets, step.over
    if forgets is None or over is None or state.soonest is None or state.soonest >= forgets:
        return False
    if state.profile or state.subscribers or state.past or state.asked:
        return False
    if state.retold or state.aside or state.withheld or state.closed:
        return False
    for detector_id, notebook in state.notebooks.items():
        ran, facts = step.running.get(detector_id), notebook.facts
        if ran is None or (facts and facts[-1].at >= over - ran.keeps):
            return False
        if notebook.raised or notebook.waiting or notebook.due is not None:
            return False
    return True


def prune_notebook(step: Step, ran: Running, common: Common, view: StepView | None) -> int:
    """Drop what can no longer matter, then what is too much; how many facts were too much.

    Without a `view`, after a judgement that failed, a detector that forgets by one forgets nothing.
    """
    detector, state = ran.detector, step.state
    notebook = state.notebooks[detector.id]
    notebook.unseal()
    over = step.over
    if over is not None:
        # Whatever time it is said to be then: what was forgotten cannot be judged again.
        state.forgot = step.forgets
        facts, alerts = notebook.facts, ended(notebook, over) if notebook.raised else {}
        if alerts and detector.dossier is None:
            # What is judged by the profile can be found as long as that is kept.
            done = over - ran.keeps
            for anchor in [it for it, one in notebook.raised.items() if one.finding.until < done]:
                state.let_go(detector.id, anchor)
        try:
            notebook.facts = _still_of_use(ran, notebook, view, over)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other detectors go on
            step.fail(detector.id, error)
        if alerts and len(notebook.facts) < len(facts):
            close(state, ran, facts, alerts)
    evicted = 0
    if is_too_much(len(notebook.facts), notebook.facts, step, common):
        evicted = make_room(ran, notebook, common.max_facts)
    if notebook.raised:
        sketch(notebook, common.max_facts)
    if not notebook.facts and detector.dossier is None:
        # Nothing can be found of no facts, and `judge` may count on one.
        for anchor in list(notebook.raised):
            state.let_go(detector.id, anchor)
        notebook.waiting = ()
    return evicted


def withhold(step: Step, ran: Running, common: Common) -> int:
    """Bound what waits for reference data: it is kept as long as it would be if it were judged. How
    many facts were too many."""
    notebook = step.state.notebooks[ran.detector.id]
    notebook.unseal()
    notebook.left = None
    over = step.over
    if over is not None:
        del notebook.facts[: bisect_left(notebook.facts, over - ran.keeps, key=by_time)]
    before = len(notebook.facts)
    if is_too_much(before, notebook.facts, step, common):
        notebook.facts = thinned(notebook.facts, room(common.max_facts))
    notebook.waiting = ()
    return before - len(notebook.facts)


def _still_of_use(ran: Running, notebook: Notebook, view: View | None, over: int) -> list[Fact]:
    detector, facts = ran.detector, notebook.facts
    if detector.prune is not None:
        return detector.prune(facts, detector.params, over - ran.stays)
    if detector.forget is not None:
        if view is None:
            return facts
        view.facts = facts
        return detector.forget(view, detector.params, over)
    done = over - ran.keeps
    if not facts or facts[0].at >= done:
        return facts
    old = bisect_left(facts, done, key=by_time)
    if notebook.raised and detector.holds_evidence:
        held = _evidence(notebook)
        return [it for it in facts[:old] if it.order in held] + facts[old:]
    return facts[old:]


def forget_unjudged(step: Step, ran: Running, common: Common, view: StepView | None) -> int:
    """`prune_notebook` where nothing is due, which counts as a judgement.

    Else the next one would take what the forgotten facts had settled for news.
    """
    notebook = step.state.notebooks[ran.detector.id]
    now = step.now.of(ran.clock)
    if now is not None and not notebook.waiting:
        notebook.judged = now if notebook.judged is None else max(now, notebook.judged)
    return prune_notebook(step, ran, common, view)


def prune_shared(
    step: Step,
    view: StepView,
    running: Mapping[str, Running],
    touched: Collection[str],
    common: Common,
) -> int:
    """Bound the profile and the subscribers, drop empty notebooks; how much was too much.

    `touched` are the detectors that took something in, or judged: only theirs can be empty now.
    """
    state, most = step.state, common.max_facts
    evicted = 0
    answered = state.answered()
    if step.forgets is not None:
        over = step.forgets - common.lateness
        # Else a judgement that waits for an answer would be made of less than it was begun with.
        if answered and state.profile and _has_forgettable(state.profile, over):
            state.profile = [
                fact for fact in state.profile if not is_forgotten(fact, step.forgets, common)
            ]
            # Facts so old go too, or they would be judged without what is forgotten now.
            for detector_id in state.notebooks:
                if detector_id in running:
                    forget_unjudged(step, running[detector_id], common, None)
            touched = list(state.notebooks)
        if state.past or state.closed or state.aside or state.retold or state.subscribers:
            _forget_old(state, over, most)
        if state.asked and answered and min(state.asked.values()) < over:
            # A busy account would remember each customer that ever paid into it.
            state.asked = {about: until for about, until in state.asked.items() if until >= over}
            state.known = {about: state.known[about] for about in state.asked}
    if is_too_much(len(state.profile), state.profile, step, common):
        evicted += thin_profile(state, running, most)
    while len(state.subscribers) > most:
        del state.subscribers[min(state.subscribers, key=state.subscribers.__getitem__)]
        evicted += 1
    # Whoever has asked may have nothing else to show for it than the question.
    for detector_id in touched:
        notebook = state.notebooks[detector_id]
        empty = not (notebook.facts or notebook.raised or notebook.waiting or notebook.due)
        ran = running.get(detector_id)
        if empty and (answered or ran is None or ran.detector.dossier is None):
            del state.notebooks[detector_id]
    if not state.notebooks and state.asked:
        state.asked = {}
        state.known = {}
    return evicted


def _forget_old(state: EntityState, over: int, most: int) -> None:
    """What has its time and belongs to no profile and no notebook."""
    limit = over - REGISTER_KEPT
    for detector_id, alerts in list(state.past.items()):
        while alerts:
            oldest = next(iter(alerts))
            if alerts[oldest].until >= limit and len(alerts) <= most:
                break
            del alerts[oldest]
        if not alerts:
            del state.past[detector_id]
    if state.closed:
        open_again(state, limit)
    if state.aside:
        state.aside = {id_: it for id_, it in state.aside.items() if it.at >= limit}
    if state.retold:
        state.retold = {word: it for word, it in state.retold.items() if it.at >= limit}
    if state.subscribers and min(state.subscribers.values()) < over:
        state.subscribers = {by: until for by, until in state.subscribers.items() if until >= over}


def _has_forgettable(profile: Sequence[Fact], over: int) -> bool:
    """Looks at the oldest only: what is kept for a year stands before what is kept for a month.

    Words of one thing go together: without the first, the next would begin another.
    """
    if profile and profile[-1].role == TOLD:
        return profile[-1].at < over - KEPT[TOLD]
    for fact in profile:
        if fact.at >= over - _SHORTEST:
            return False
        if fact.at < over - KEPT.get(fact.role, REGISTER_KEPT):
            return True
    return False


def _evidence(notebook: Notebook) -> Collection[Order]:
    return {fact.order for alert in notebook.raised.values() for fact in alert.finding.facts}


# What alerts that are over rested on is forgotten: nothing that comes of it again is judged. It
# would be half of what there was: told with less evidence, taken for a run of its own, or added to
# a run that goes on.


def ended(notebook: Notebook, over: int) -> dict[str, Raised]:
    """The alerts that ended before `over`, by anchor."""
    return {anchor: one for anchor, one in notebook.raised.items() if one.finding.until < over}


def close(
    state: EntityState, ran: Running, before: Sequence[Fact], alerts: Mapping[str, Raised]
) -> None:
    """Close what of the facts that there were `before` is gone, the `alerts` having ended.

    Those that rested on it are past. Where facts are added up, nothing is taken in any more of the
    time up to the last that is gone: no window that is open has any of it.
    """
    detector_id = ran.detector.id
    notebook = state.notebooks[detector_id]
    kept = {fact.order for fact in notebook.facts}
    gone = {fact.order: fact for fact in before if fact.order not in kept}
    for anchor, one in alerts.items():
        if anchor in notebook.raised and any(it.order in gone for it in one.finding.facts):
            state.let_go(detector_id, anchor)
    if ran.window is None:
        return
    end = max(one.finding.until for one in alerts.values())
    closed = {fact.role: fact.at for fact in gone.values() if fact.at <= end}
    if closed:
        known = state.closed.get(detector_id, {})
        latest = {role: max(at, known.get(role, at)) for role, at in closed.items()}
        state.closed = {**state.closed, detector_id: {**known, **latest}}


def is_closed(closed: Mapping[str, Mapping[str, int]], detector_id: str, fact: Fact) -> bool:
    """Whether a fact is of a time that is closed for its detector and role."""
    upto = closed.get(detector_id)
    return upto is not None and fact.role in upto and fact.at <= upto[fact.role]


def open_again(state: EntityState, limit: int) -> None:
    """What is closed is remembered no longer than the alerts that it was of."""
    known = state.closed
    state.closed = {id_: upto for id_, upto in known.items() if max(upto.values()) >= limit}
