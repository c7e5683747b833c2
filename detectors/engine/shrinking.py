"""What one entity may have in all, in bytes: a last bound, where all others leave too much.

Facts are bounded by number, those of each detector by themselves. Whoever is in everything at once,
under names as long as names may be, stays below each of these bounds and comes to megabytes. Then
as much gives way as it takes, of what there is most of; it is counted as what else gives way is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from detectors.engine.bounds import make_room, sketch, thin_profile
from detectors.engine.running import Running
from detectors.engine.state import EntityState, encode_state
from detectors.facts.thinning import thinned

#: Bytes that one entity may have.
MOST: Final = 256 * 1024
#: To so many bytes it is brought: at the bound itself, every further event would cost this again.
_ENOUGH: Final = MOST * 3 // 4
#: How much of one kind is kept, until it is enough.
_STEPS: Final = (512, 256, 128, 64, 32, 16)


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
