"""What is remembered, what is forgotten, and that memory is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offbook.streams.repeats import Repeats


def test_an_event_is_new_once() -> None:
    repeats = Repeats()
    assert [repeats.seen("/crm", "1") for _ in range(3)] == [False, True, True]


def test_source_and_id_together_identify_an_event() -> None:
    repeats = Repeats()
    assert not repeats.seen("/crm", "1")
    assert not repeats.seen("/erp", "1")
    assert not repeats.seen("/cr", "m1")
    assert not repeats.seen("", "/crm1")


@given(st.lists(st.integers(0, 60), max_size=400), st.integers(1, 20))
def test_the_last_events_up_to_the_capacity_are_always_known(ids: list[int], capacity: int) -> None:
    repeats = Repeats(capacity)
    met: list[int] = []
    for number in ids:
        known = repeats.seen("/crm", str(number))
        recent = list(dict.fromkeys(reversed(met)))[:capacity]
        assert known or number not in recent
        assert not known or number in met
        met.append(number)


def test_memory_is_bounded_by_twice_the_capacity() -> None:
    repeats = Repeats(100)
    for number in range(10_000):
        assert not repeats.seen("/crm", str(number))
        assert len(repeats) <= 200


def test_an_event_that_keeps_coming_is_never_forgotten() -> None:
    repeats = Repeats(100)
    repeats.seen("/crm", "again")
    for number in range(10_000):
        repeats.seen("/crm", str(number))
        if number % 50 == 0:
            assert repeats.seen("/crm", "again")


def test_no_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity"):
        Repeats(0)
