"""What was added up, told and forgotten is closed: nothing of its time is taken in any more.

What comes of it again would be taken for a run of its own, or be added to one that goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from offbook.detectors.fact import Fact
from offbook.detectors.state import EntityState, Notebook


def is_closed(closed: Mapping[str, Mapping[str, int]], detector_id: str, fact: Fact) -> bool:
    """Whether a fact is of a time that is closed for its detector and role."""
    upto = closed.get(detector_id)
    return upto is not None and fact.role in upto and fact.at <= upto[fact.role]


def ended(notebook: Notebook, over: int) -> int | None:
    """When the last of the alerts ended that have ended before `over`."""
    ends = [one.finding.until for one in notebook.raised.values()]
    return max((end for end in ends if end < over), default=None)


def close(
    state: EntityState,
    detector_id: str,
    before: Sequence[Fact],
    facts: Sequence[Fact],
    end: int,
) -> None:
    """Close the time of what there was `before` and is no more, of the facts up to `end`."""
    closed = state.closed.get(detector_id, {})
    kept = {fact.order for fact in facts}
    for fact in before:
        if fact.at <= end and fact.order not in kept:
            closed[fact.role] = max(fact.at, closed.get(fact.role, fact.at))
    if closed:
        state.closed[detector_id] = closed


def open_again(state: EntityState, limit: int) -> None:
    """Nothing that is older than `limit` is remembered, nor that it is closed."""
    state.closed = {id_: upto for id_, upto in state.closed.items() if max(upto.values()) >= limit}
