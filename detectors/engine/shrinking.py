"""What gives way where there is too much of an entity: in number, and at last in bytes.

Facts are bounded by number, those of each detector by themselves. Whoever is in everything at once,
under names as long as names may be, stays below each of these bounds and comes to megabytes. Then
as much gives way as it takes, of what there is most of; it is counted as what else gives way is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from msgspec import structs

from detectors.engine.running import Running
from detectors.engine.state import EntityState, Notebook, encode_state
from detectors.facts.thinning import folded, furthest, thinned

#: Bytes that one entity may have.
MOST: Final = 256 * 1024
#: To so many bytes it is brought: at the bound itself, every further event would cost this again.
_ENOUGH: Final = MOST * 3 // 4
#: How much of one kind is kept, until it is enough.
_STEPS: Final = (512, 256, 128, 64, 32, 16)
#: Of an alert whose facts give way to those of newer ones, so many are kept.
_SKETCH: Final = 10


def room(most: int) -> int:
    """To how many facts too many are thinned: at the bound itself, every further fact would cost a
    look through all."""
    return max(most * 3 // 4, 1)


def make_room(ran: Running, notebook: Notebook, most: int) -> int:
    """Fold, then drop what there is most of. What was raised on what is dropped stands."""
    facts, before, enough = notebook.facts, len(notebook.facts), room(most)
    runs = [
        (one.finding.facts[0], {it.order for it in one.finding.facts})
        for one in notebook.raised.values()
    ]
    folds, params = ran.detector.folds, ran.detector.params
    if folds is not None and ran.window is not None:
        facts = folded(facts, enough, ran.window, lambda fact: folds.alike(fact, params), runs)
        notebook.folded = furthest(notebook.facts, notebook.folded)
    if len(facts) > most:
        kept = thinned(facts, enough, {order for _, orders in runs for order in orders})
        known = {fact.order for fact in kept}
        notebook.floor = max(fact.at for fact in facts if fact.order not in known)
        facts = kept
    notebook.facts = facts
    return before - len(facts)


def sketch(notebook: Notebook, most: int) -> None:
    """Alerts hold no more facts than their detector may: of the oldest, a few each."""
    alerts = list(notebook.raised.values())
    held = sum(len(one.finding.facts) for one in alerts)
    for one in alerts:
        if held <= most:
            return
        if len(one.finding.facts) <= _SKETCH:
            continue
        facts = tuple(thinned(one.finding.facts, _SKETCH))
        held -= len(one.finding.facts) - len(facts)
        one.finding = structs.replace(one.finding, facts=facts)


def thin_profile(state: EntityState, running: Mapping[str, Running], most: int) -> int:
    """What was raised by a profile of which something is gone stands."""
    kept = thinned(state.profile, room(most))
    known = {fact.order for fact in kept}
    gone = max(fact.at for fact in state.profile if fact.order not in known)
    for detector_id, notebook in state.notebooks.items():
        ran = running.get(detector_id)
        if ran is not None and ran.detector.dossier is not None:
            notebook.floor = gone if notebook.floor is None else max(gone, notebook.floor)
    evicted = len(state.profile) - len(kept)
    state.profile = kept
    return evicted


def shrunk(state: EntityState, running: Mapping[str, Running]) -> tuple[int, Counter[str]]:
    """Let go of as much as it takes. Gives how many bytes are left, which are more than `MOST` if
    nothing more can go, and what gave way, by detector; "profile" is what all share."""
    gone: Counter[str] = Counter()
    left = 0
    for most in _STEPS:
        for detector_id, notebook in state.notebooks.items():
            notebook.unseal()
            if len(notebook.facts) > most and detector_id in running:
                gone[detector_id] += make_room(running[detector_id], notebook, most)
            sketch(notebook, most)
            notebook.waiting = (*thinned(notebook.waiting, most),)
        if len(state.profile) > most:
            gone["profile"] += thin_profile(state, running, most)
        _let_go_of_alerts(state, most)
        for about, told in state.known.items():
            state.known[about] = thinned(told, most)
        left = len(encode_state(state))
        if left <= _ENOUGH:
            break
    return left, gone


def _let_go_of_alerts(state: EntityState, most: int) -> None:
    """Those that end first: they stand, but can change no more."""
    for detector_id, notebook in state.notebooks.items():
        by_end = sorted(notebook.raised, key=lambda anchor: notebook.raised[anchor].finding.until)
        for anchor in by_end[: max(0, len(by_end) - most)]:
            state.let_go(detector_id, anchor)
    for alerts in state.past.values():
        for anchor in list(alerts)[: max(0, len(alerts) - most)]:
            del alerts[anchor]
