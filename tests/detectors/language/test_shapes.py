"""The shapes that detectors are made of: sliding runs, sequences, absences."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.facts.fact import Fact
from detectors.facts.sequences import absence, around, covered, is_newest, sequence
from detectors.language.detector import ENDLESS
from detectors.language.sliding import (
    Enough,
    distinct_of,
    either,
    near_a_run,
    open_runs,
    runs,
    spare_before_a_run,
    total_of,
)


def fact(at: int, about: str = "", weight: int = 1) -> Fact:
    return Fact(at, "seen", "//test.example", f"{at}-{about}-{weight}", 0, 0, 0, about, weight)


def facts(*times: int) -> list[Fact]:
    return [fact(at) for at in times]


def times(run: Sequence[Fact]) -> list[int]:
    return [one.at for one in run]


# What is enough.


def test_weights_are_summed_and_the_threshold_itself_is_enough() -> None:
    assert not total_of(5)([fact(0, weight=2), fact(1, weight=2)])
    assert total_of(5)([fact(0, weight=2), fact(1, weight=3)])


def test_distinct_abouts_are_counted_and_the_empty_one_is_nobody() -> None:
    assert not distinct_of(2)([fact(0, "C-1"), fact(1, "C-1"), fact(2, "")])
    assert distinct_of(2)([fact(0, "C-1"), fact(1, "C-2")])


def test_either_is_enough_if_one_is() -> None:
    enough = either(total_of(3), distinct_of(2))
    assert enough([fact(0, "C-1"), fact(1, "C-2")])
    assert enough(facts(0, 1, 2))
    assert not enough(facts(0, 1))


# Sliding runs.


@pytest.mark.parametrize("last, found", [(10, [[0, 10]]), (11, [])])
def test_a_window_is_a_closed_interval(last: int, found: list[list[int]]) -> None:
    #   0 ───── 10 ┤ last
    assert [times(run) for run in runs(facts(0, last), 10, total_of(2))] == found


def test_a_run_begins_where_enough_is_first_reached() -> None:
    #   0 · · 9 10 11        window 5, three needed: 0 is not part of it
    assert [times(run) for run in runs(facts(0, 9, 10, 11), 5, total_of(3))] == [[9, 10, 11]]


def test_a_run_takes_all_of_its_window_and_the_next_begins_after_it() -> None:
    #   0 1 2 3 10 │ 11 12 13        window 10
    found = [times(run) for run in runs(facts(0, 1, 2, 3, 10, 11, 12, 13), 10, total_of(2))]
    assert found == [[0, 1, 2, 3, 10], [11, 12, 13]]


def test_what_is_left_behind_a_run_must_be_enough_by_itself() -> None:
    assert [times(run) for run in runs(facts(0, 1, 11), 10, total_of(2))] == [[0, 1]]


def test_no_facts_make_no_runs() -> None:
    assert list(runs([], 10, total_of(1))) == []


_facts = st.lists(
    st.builds(fact, st.integers(0, 60), st.sampled_from(["", "a", "b", "c"]), st.integers(1, 3)),
    max_size=12,
    unique_by=lambda one: one.order,
).map(lambda some: sorted(some, key=lambda one: one.order))
_conditions = st.sampled_from([total_of(2), total_of(4), distinct_of(2), distinct_of(3)])


@given(_facts, st.integers(0, 20), _conditions)
def test_runs_are_those_of_a_brute_force(some: list[Fact], window: int, enough: object) -> None:
    rest, expected = some, []
    while rest:
        run = [one for one in rest if one.at <= rest[0].at + window]
        if enough(run):  # type: ignore[operator]
            expected.append(run)
            rest = rest[len(run) :]
        else:
            rest = rest[1:]
    assert [list(run) for run in runs(some, window, enough)] == expected  # type: ignore[arg-type]


@given(
    _facts.filter(bool),
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4))),
    st.integers(0, 20),
    _conditions,
)
def test_what_there_is_room_for_is_near_no_run(
    some: list[Fact], steps: list[tuple[int, int]], window: int, enough: Enough
) -> None:
    #   ── some ──┤ then one after another, of the newest's about, as long as there is room
    known, left = list(some), spare_before_a_run(some, window, enough)
    for later, weight in steps:
        left -= weight
        if left <= 0:
            break
        known.append(fact(known[-1].at + later, known[-1].about, weight))
        assert not near_a_run(known, known[-1], window, enough)


def test_of_a_total_there_is_room_for_what_it_lacks_and_of_one_thing_without_end() -> None:
    assert spare_before_a_run(facts(0, 1, 9), 5, total_of(4)) == 3
    assert spare_before_a_run(facts(0, 1, 9), 8, either(total_of(4), distinct_of(2))) == 2
    assert spare_before_a_run([fact(0, "C-1")], 5, distinct_of(2)) == ENDLESS
    assert spare_before_a_run([fact(0, "C-1"), fact(1, "C-2")], 5, distinct_of(2)) == 0


@given(_facts, _facts, st.integers(0, 20), st.integers(0, 60), _conditions)
def test_dropping_what_is_over_changes_no_run_that_is_not(
    some: list[Fact], more: list[Fact], window: int, limit: int, enough: object
) -> None:
    #   ── dropped ──┤limit       what comes later is never older than the limit
    def still_open(known: list[Fact]) -> list[list[Fact]]:
        found = runs(known, window, enough)  # type: ignore[arg-type]
        return [list(run) for run in found if run[0].at + window >= limit]

    later = [one for one in more if one.at >= limit and one not in some]
    kept = open_runs(some, window, enough, limit)  # type: ignore[arg-type]

    def with_later(known: list[Fact]) -> list[Fact]:
        return sorted([*known, *later], key=lambda one: one.order)

    assert still_open(with_later(kept)) == still_open(with_later(some))


def test_an_old_run_is_dropped_whole() -> None:
    #   0 1 8 10 │ limit 15 ·  9 … : 8 and 10 alone would look like a run of their own
    kept = open_runs(facts(0, 1, 8, 10, 18), 10, total_of(3), 15)
    assert times(kept) == [18]


def test_a_run_that_can_still_change_is_kept_whole() -> None:
    kept = open_runs(facts(0, 1, 8), 10, total_of(3), 10)
    assert times(kept) == [0, 1, 8]


@given(_facts, _facts, st.integers(0, 20), st.integers(0, 60), st.integers(0, 30), _conditions)
def test_a_run_that_stays_is_kept_whole_and_what_is_in_none_goes(
    some: list[Fact], more: list[Fact], window: int, limit: int, stays: int, enough: object
) -> None:
    def standing(known: list[Fact]) -> list[list[Fact]]:
        found = runs(known, window, enough)  # type: ignore[arg-type]
        return [list(run) for run in found if run[0].at + window + stays >= limit]

    later = [one for one in more if one.at >= limit and one not in some]
    kept = open_runs(some, window, enough, limit, stays)  # type: ignore[arg-type]
    everything, remembered = (
        sorted([*known, *later], key=lambda one: one.order) for known in (some, kept)
    )
    assert standing(remembered) == standing(everything)
    in_runs = {one.order for run in standing(some) for one in run}
    assert all(one.order in in_runs or one.at + window >= limit for one in kept)


@given(_facts, st.data(), st.integers(0, 20), _conditions)
def test_what_is_near_no_run_changes_none(
    some: list[Fact], data: st.DataObject, window: int, enough: object
) -> None:
    if some:
        fresh = data.draw(st.sampled_from(some))
        without = [one for one in some if one is not fresh]
        if not near_a_run(some, fresh, window, enough):  # type: ignore[arg-type]
            found, before = (list(runs(it, window, enough)) for it in (some, without))  # type: ignore[arg-type]
            assert found == before


def test_near_is_up_to_a_window_on_both_sides() -> None:
    some = facts(0, 10, 20)
    assert near_a_run(some, some[1], 10, total_of(3))
    assert not near_a_run(some, some[0], 10, total_of(3))
    assert not near_a_run(some, some[1], 9, total_of(2))
    assert times(around(some, 10, 10)) == [0, 10, 20]
    assert times(around(some, 11, 10)) == [10, 20]


# Sequences.


@pytest.mark.parametrize("first, follows", [(0, True), (-1, False), (10, True), (11, False)])
def test_a_sequence_is_a_closed_interval_before_the_second(first: int, follows: bool) -> None:
    #   0 ├───── 10 ─────┤ second at 10      neither sooner nor after it
    assert (sequence(facts(first), fact(10), 10) != []) is follows


# Absences.


@pytest.mark.parametrize("at, found", [(4, False), (5, True), (10, True), (11, False)])
def test_a_piece_counts_from_since_to_the_deadline_both_included(at: int, found: bool) -> None:
    #   5 ├───── piece ─────┤ 10
    assert (absence(facts(at), 5, 10) is not None) is found


def test_without_since_any_earlier_piece_counts() -> None:
    assert absence(facts(-1000), None, 10) == fact(-1000)


def test_the_earliest_piece_in_time_is_the_one() -> None:
    assert absence(facts(1, 6, 7, 12), 5, 10) == fact(6)
    assert absence([], None, 10) is None


# What others cover for.


def test_what_lies_between_two_near_enough_is_covered() -> None:
    #   0 ── 4 ── 9 ── 10 ── 21      span 10: 4 by 0 and 9, 9 by 0 and 10, then 21 is too far
    needless = covered(facts(0, 4, 9, 10, 21), 10)
    assert [order[0] for order in sorted(needless)] == [4, 9]


def test_nobody_covers_for_another() -> None:
    assert covered([fact(0, "a"), fact(1, "b"), fact(2, "a")], 10) == set()


@given(st.lists(st.integers(0, 60), max_size=12, unique=True), st.integers(1, 30))
def test_every_window_of_the_span_that_had_one_has_one_still(at: list[int], span: int) -> None:
    some = facts(*sorted(at))
    needless = covered(some, span)
    kept = [one.at for one in some if one.order not in needless]
    for start in range(-span, 61):
        seen = any(start <= one.at <= start + span for one in some)
        assert any(start <= at <= start + span for at in kept) is seen


def test_the_newest_is_later_than_all_others() -> None:
    first, second, beside = fact(1), fact(2, "a"), fact(2, "b")
    assert is_newest([first], first)
    assert is_newest([first, second], second)
    assert not is_newest([first, second], first)
    assert not is_newest([first, second, beside], beside)
