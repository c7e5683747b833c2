"""No entity has more bytes than one may have, whatever it is told, and however long the names."""

from __future__ import annotations

from msgspec import structs

from contract.times import MINUTE
from detectors.engine.engine import Engine
from detectors.engine.shrinking import MOST
from detectors.engine.state import EntityState, encode_state
from detectors.facts.reference import Reference
from detectors.rules.catalogue import DETECTORS
from tests.detectors.timeline import at, deletes, edit, hit, time_is

NINE = at("2026-03-02 09:00")
KEY = "employee:E-1"


def flooded(name: str, count: int = 900) -> tuple[Engine, EntityState]:
    """The state of somebody who is in everything, with such a name in each id."""
    engine, state = Engine(DETECTORS, Reference()), EntityState()
    for number in range(count):
        moment = NINE + number * MINUTE
        events = (
            deletes(moment, "E-1", id=f"d{number}{name}"),
            hit(moment, "E-1", f"C-{number}{name}"),
            edit(moment, "E-1", "view", ("customer", f"C-{number}{name}"), id=f"v{number}{name}"),
        )
        engine.step(KEY, state, events, time_is(moment))
    return engine, state


def test_what_is_too_much_is_brought_well_below_the_bound() -> None:
    engine, state = flooded("x" * 200)
    before = len(encode_state(state))
    assert before > MOST
    left, gone = engine.shrink(state)
    assert left <= MOST * 3 // 4
    assert sum(gone.values()) > 0
    # Whoever keeps it there may tell it all the more: it goes on.
    later = engine.step(KEY, state, [deletes(NINE + 901 * MINUTE, "E-1")], time_is(None))
    assert not later.failures


def test_alerts_that_can_still_change_stand_and_the_newest_stay() -> None:
    engine, state = flooded("x" * 200)
    raised = {it: dict(notebook.raised) for it, notebook in state.notebooks.items()}
    engine.shrink(state)
    for detector_id, alerts in raised.items():
        notebook = state.notebooks.get(detector_id)
        left = notebook.raised if notebook is not None else {}
        for anchor, one in alerts.items():
            if anchor in left:
                assert structs.replace(left[anchor], finding=one.finding) == one
            else:
                assert state.past[detector_id][anchor].revision == one.revision


def test_what_no_thinning_brings_below_it_is_told_with_its_size() -> None:
    engine, state = flooded("x" * 200, 40)
    state.known = {f"customer:C-{n}": [] for n in range(3)}
    huge = "x" * (2 * MOST)
    engine.step(KEY, state, [deletes(NINE + 41 * MINUTE, "E-1", id=huge)], time_is(None))
    left, _ = engine.shrink(state)
    assert left > MOST
