"""What a detector forgets: each way of it, against its own words taken at their word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.times import HOUR
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference
from detectors.language import (
    Duration,
    Params,
    covering,
    day_by_day,
    no_older_than,
    number,
    opportunities_that_stay,
    since_the_first,
    thing_by_thing,
    with_their_answers,
)
from detectors.language.memory import Memory
from tests.detectors.language.tiny import more
from tests.detectors.timeline import at


class SpanParams(Params):
    """How long."""

    span: Duration = number("10s", "so long", "多久")


SPAN = 10
PARAMS = SpanParams(span=Duration(SPAN))


def fact(at: int, role: str = "seen", about: str = "", **fields: str) -> Fact:
    return Fact(at, role, "//test.example", f"{at}{role}{about}", 0, 0, 0, about, 1, fields)


def ordered(facts: list[Fact]) -> list[Fact]:
    return sorted({it.order: it for it in facts}.values(), key=lambda it: it.order)


def several(roles: tuple[str, ...] = ("seen",)) -> st.SearchStrategy[list[Fact]]:
    moments, abouts = st.integers(0, 50), st.sampled_from(["a", "b", "c"])
    one = st.builds(fact, moments, st.sampled_from(roles), abouts)
    return st.lists(one, max_size=14).map(ordered)


limits = st.integers(-5, 75)


def kept(memory: Memory, facts: list[Fact], limit: int, params: Any = PARAMS) -> list[Fact]:
    assert memory.prune is not None
    return memory.prune([*facts], params, limit)


@more
@given(several(), limits)
def test_no_older_than_drops_what_is_older(facts: list[Fact], limit: int) -> None:
    expected = [it for it in facts if limit - it.at <= SPAN]
    assert kept(no_older_than("span"), facts, limit) == expected


@more
@given(several(), limits)
def test_thing_by_thing_keeps_all_of_a_thing_while_the_newest_of_it_is_young(
    facts: list[Fact], limit: int
) -> None:
    young = {it.about for it in facts if limit - it.at <= SPAN}
    assert kept(thing_by_thing("span"), facts, limit) == [it for it in facts if it.about in young]


@more
@given(several(), limits)
def test_since_the_first_keeps_the_fewest_of_which_each_has_its_first(
    facts: list[Fact], limit: int
) -> None:
    #   what is young stays; whatever stays has the first of its thing before it, and all since
    def stands(since: int) -> bool:
        firsts = {it.about: place for place, it in reversed([*enumerate(facts)])}
        return all(limit - it.at > SPAN for it in facts[:since]) and all(
            firsts[it.about] >= since for it in facts[since:]
        )

    since = max(since for since in range(len(facts) + 1) if stands(since))
    assert kept(since_the_first("span"), facts, limit) == facts[since:]


@more
@given(several(("seen", "other")), limits)
def test_covering_keeps_one_for_every_question_and_the_others_by_their_own_rule(
    facts: list[Fact], limit: int
) -> None:
    #   whoever asks, at the limit or later, whether a thing was seen within the span
    memory = covering("seen", "span", lambda _, __, ___: lambda it: it.about == "b")
    left = kept(memory, facts, limit)
    assert [it for it in left if it.role == "other"] == [
        it for it in facts if (it.role, it.about) == ("other", "b")
    ]
    for about in "abc":
        seen, stays = (
            [it.at for it in some if (it.role, it.about) == ("seen", about)]
            for some in (facts, left)
        )
        for now in range(limit, 90):
            within = range(now - SPAN, now + 1)
            assert any(it in within for it in seen) is any(it in within for it in stays)
        assert all(late - early > SPAN for early, late in zip(stays, stays[2:], strict=False))


@more
@given(
    st.lists(
        st.builds(
            lambda moment, about, stage: fact(moment, "opportunity", about, stage=stage),
            st.integers(0, 50),
            st.sampled_from(["a", "b"]),
            st.sampled_from(["open", "won"]),
        ),
        max_size=9,
    ).map(ordered),
    limits,
)
def test_the_stages_of_an_opportunity_stay_while_it_is_open_or_the_newest_is_young(
    facts: list[Fact], limit: int
) -> None:
    newest = {it.about: it for it in facts}
    stay = {
        about
        for about, it in newest.items()
        if it.fields["stage"] == "open" or limit - it.at <= SPAN
    }
    memory = covering("activity", "span", opportunities_that_stay("span"))
    assert kept(memory, facts, limit) == [it for it in facts if it.about in stay]


@more
@given(several(("deed", "answer", "talk")), limits)
def test_what_may_be_found_stays_with_what_lies_near_it_and_with_what_may_still_answer(
    facts: list[Fact], limit: int
) -> None:
    stay = 20
    memory = with_their_answers(
        lambda it, _: it.role == "deed", lambda it: it.role == "answer", "span", stay
    )
    deeds = [it.at for it in facts if it.role == "deed"]
    if deeds and max(deeds) < limit - stay:
        deeds = []
    assert kept(memory, facts, limit) == [
        it
        for it in facts
        if any(abs(it.at - deed) <= SPAN for deed in deeds)
        or (it.role == "answer" and limit - it.at <= SPAN)
    ]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
@more
@example([60], 109)
@given(st.lists(st.integers(0, 48 * 10), max_size=20).map(sorted), st.integers(-30, 48 * 11))
def test_days_go_whole_and_never_the_one_that_it_is_even_where_it_has_25_hours(
    zone: str, halves: list[int], limit: int
) -> None:
    #   ten days around the last Sunday of October and the first of November
    reference, first = Reference(zone), at("2026-10-24 00:00")
    facts = ordered(
        [fact(moment := first + it * HOUR // 2, day=str(reference.day(moment))) for it in halves]
    )
    now = first + limit * HOUR // 2
    left = kept(day_by_day(), facts, now)
    days = {it.fields["day"] for it in left}
    assert left == [it for it in facts if it.fields["day"] in days]
    assert days >= {it.fields["day"] for it in facts if it.at >= now}
    assert days >= {str(reference.day(now))} & {it.fields["day"] for it in facts}
    assert all(it.at >= now - 2 * 25 * HOUR for it in left)
