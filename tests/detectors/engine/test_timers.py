"""Timers: which entity wants to be woken when."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detectors.engine.timers import Timers


def test_what_is_due_comes_out_in_order_and_once() -> None:
    timers = Timers()
    for key, due in (("b", 20), ("a", 10), ("c", 30)):
        timers.set(key, due)
    assert list(timers.expired(25)) == [(10, "a"), (20, "b")]
    assert list(timers.expired(25)) == []
    assert len(timers) == 1


def test_time_must_pass_the_deadline_not_reach_it() -> None:
    timers = Timers()
    timers.set("a", 10)
    assert list(timers.expired(10)) == []
    assert list(timers.expired(11)) == [(10, "a")]


def test_a_new_time_replaces_the_old_one_sooner_or_later() -> None:
    timers = Timers()
    timers.set("a", 10)
    timers.set("a", 20)
    timers.set("b", 20)
    timers.set("b", 5)
    assert timers.next() == 5
    assert list(timers.expired(15)) == [(5, "b")]
    assert list(timers.expired(21)) == [(20, "a")]


def test_a_time_that_comes_back_wakes_once() -> None:
    timers = Timers()
    for due in (10, 20, 10):
        timers.set("a", due)
    assert list(timers.expired(100)) == [(10, "a")]


def test_none_means_never() -> None:
    timers = Timers()
    timers.set("a", 10)
    timers.set("a", None)
    timers.set("unknown", None)
    assert timers.next() is None
    assert list(timers.expired(100)) == []
    assert len(timers) == 0


def test_what_is_set_while_others_expire_is_seen_in_the_same_go() -> None:
    timers = Timers()
    timers.set("a", 10)
    woken = []
    for due, key in timers.expired(100):
        woken.append((due, key))
        if due == 10:
            timers.set("a", 50)
            timers.set("b", 200)
    assert woken == [(10, "a"), (50, "a")]
    assert timers.next() == 200


def test_setting_the_same_time_again_costs_nothing() -> None:
    timers = Timers()
    for _ in range(1000):
        timers.set("a", 10)
    assert len(timers._heap) == 1


def test_putting_off_and_bringing_forward_takes_no_room_and_loses_nobody() -> None:
    timers = Timers()
    timers.set("rare", 7)
    for time in range(10, 100_000, 10):
        for key in "abc":
            timers.set(key, time)
            timers.set(key, time - 5)
    assert len(timers._heap) < 2000
    assert list(timers.expired(10**6)) == [(7, "rare"), *((99_985, key) for key in "abc")]


_TIMES = st.integers(0, 30)
_SETTINGS = st.tuples(st.sampled_from("abc"), st.none() | _TIMES)


@given(st.lists(_SETTINGS | _TIMES))
def test_timers_are_what_a_plain_search_over_all_would_find(steps: list[Any]) -> None:
    """A step sets a key's time, or moves time on."""
    timers = Timers()
    model: dict[str, int] = {}
    for step in steps:
        if isinstance(step, tuple):
            key, due = step
            timers.set(key, due)
            model.pop(key, None)
            if due is not None:
                model[key] = due
        else:
            expired = sorted((due, key) for key, due in model.items() if due < step)
            assert list(timers.expired(step)) == expired
            for _, key in expired:
                del model[key]
        assert timers.next() == min(model.values(), default=None)
        assert len(timers) == len(model)
