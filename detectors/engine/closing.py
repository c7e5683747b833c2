"""What alerts that are over rested on is forgotten: nothing that comes of it again is judged.

It would be half of what there was: told with less evidence, taken for a run of its own, or added to
a run that goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detectors.engine.running import Running
from detectors.engine.state import EntityState, Notebook, Raised
from detectors.facts.fact import Fact


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
