"""What is folded into one fact no longer says of which events it is; each still counts once."""

from __future__ import annotations

from msgspec import structs

from contract.event import Event, Origin
from contract.times import SECOND
from detectors.engine.engine import Engine
from detectors.engine.state import EntityState, decode_state, encode_state
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.rules.data.bulk_export import DETECTOR as BULK_EXPORT
from tests.detectors.timeline import at, edit, time_is

NINE = at("2026-03-02 09:00")
KEY = "employee:E-1"
END = NINE + 3000 * SECOND


def view(number: int, offset: int, partition: int = 0) -> Event:
    """One of the views that are ten seconds apart, as it stands on a partition."""
    event = edit(NINE + number * 10 * SECOND, "E-1", "view", ("customer", "C-1"), id=f"v{offset}")
    return structs.replace(event, origin=Origin("crm.edits", partition, offset))


def engine_and_state() -> tuple[Engine, EntityState]:
    """After 300 views, most of which are folded."""
    engine = Engine([BULK_EXPORT], Reference(), Common(max_facts=100))
    state = EntityState()
    for number in range(300):
        event = view(number, number)
        engine.step(KEY, state, [event], time_is(event.time))
    assert len(state.notebooks["bulk-export"].facts) <= 100
    return engine, decode_state(encode_state(state))


def counted(state: EntityState) -> int:
    notebook = state.notebooks["bulk-export"]
    notebook.unseal()
    return sum(fact.weight for fact in notebook.facts)


def test_what_is_read_again_after_a_crash_counts_once() -> None:
    engine, state = engine_and_state()
    step = engine.step(
        KEY, state, [view(number, number) for number in range(50, 300)], time_is(END)
    )
    assert counted(state) == 300
    assert not step.alerts


def test_what_comes_late_counts_though_it_falls_among_what_was_folded() -> None:
    engine, state = engine_and_state()
    late = [view(55, 300), view(56, 7, partition=1)]
    engine.step(KEY, state, late, time_is(END))
    assert counted(state) == 302


def test_what_comes_from_a_file_counts_in_whatever_order_its_lines_stood() -> None:
    #   300 views, 3 at each moment, the last line first, as a sorted file may give them
    engine, state = Engine([BULK_EXPORT], Reference(), Common(max_facts=20)), EntityState()
    for number in range(300):
        event = view(number // 3, 300 - number, partition=-1)
        engine.step(KEY, state, [event], time_is(event.time))
    assert counted(state) == 300
