"""The tables that the worlds are drawn from: what a row says, and how far its events are apart."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.event import Event
from tests.detectors.timeline import at, deletes, hit
from tests.parts.may_happen import around, either, in_turn, may, once, some, story

NOON = at("2026-03-02 12:00")


def test_a_row_says_each_of_its_values_and_nothing_where_it_is_none() -> None:
    drawn: set[tuple[str, str | None]] = set()

    @settings(derandomize=True)
    @given(may(hit, ["E-1", "E-2"], customer=[None, "C-1"]))
    def draw(make: object) -> None:
        data = make(NOON).data  # type: ignore[operator]
        drawn.add((data.employee, data.customer))

    draw()
    assert drawn == {(who, whose) for who in ("E-1", "E-2") for whose in (None, "C-1")}


def test_what_stands_in_a_table_more_often_is_drawn_more_often() -> None:
    drawn: Counter[str] = Counter()
    often, seldom = st.just("often"), st.just("seldom")

    @settings(derandomize=True, max_examples=400)
    @given(st.lists(either((*[often] * 9, seldom)), min_size=5, max_size=5))
    def draw(words: list[str]) -> None:
        drawn.update(words)

    draw()
    assert drawn["often"] > 3 * drawn["seldom"] > 0


@given(
    story(
        st.just(NOON),
        once(may(deletes, "E-1"), then=[some((1, 1), (5,), may(deletes, "E-2"))]),
        in_turn((2, 2), (3,), may(deletes, "E-3")),
        some((2, 2), (3,), may(deletes, "E-4")),
    )
)
def test_acts_follow_one_another_or_all_begin_at_once(events: list[Event]) -> None:
    #   12:00 E-1 ── 5: E-2        12:00 ── 3: E-3 ── 6: E-3        12:00 ── 3: E-4, E-4
    away = [(it.data.actor, it.time - NOON) for it in events]  # type: ignore[union-attr]
    one, two, three, four = "E-1", "E-2", "E-3", "E-4"
    assert away == [(one, 0), (two, 5), (three, 3), (three, 6), (four, 3), (four, 3)]


def test_around_a_moment_are_the_microseconds_beside_it() -> None:
    assert around(5, 6) == [4, 5, 6, 7]
