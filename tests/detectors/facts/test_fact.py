"""Lists of facts: in order of time, each once, of a span only its ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detectors.facts.fact import Fact, by_about, insert, insert_ends

SPAN = 10


def fact(at: int, role: str = "seen", id: str = "") -> Fact:
    return Fact(at, role, "//test.example", id or str(at), 0, 0, 0)


def each_once(facts: list[Fact]) -> list[Fact]:
    known = {one.order: one for one in facts}
    return [known[order] for order in sorted(known)]


_facts = st.lists(
    st.builds(fact, st.integers(0, 35), st.sampled_from(("seen", "heard")), st.sampled_from("ab")),
    max_size=25,
)


@given(_facts)
def test_facts_stand_in_order_each_once(came: list[Fact]) -> None:
    facts: list[Fact] = []
    new = [insert(facts, one) for one in came]
    assert facts == each_once(came)
    assert sum(new) == len(facts)


@given(_facts)
def test_of_each_role_and_span_the_first_and_the_last_are_kept_in_whatever_order_they_came(
    came: list[Fact],
) -> None:
    facts: list[Fact] = []
    for one in came:
        before = list(facts)
        assert insert_ends(facts, one, SPAN) is (facts != before)
    spans: dict[tuple[str, int], list[Fact]] = {}
    for one in each_once(came):
        spans.setdefault((one.role, one.at // SPAN), []).append(one)
    assert facts == each_once([end for span in spans.values() for end in (span[0], span[-1])])


def test_a_span_begins_at_a_whole_multiple_of_its_length() -> None:
    facts: list[Fact] = []
    for at in (9, 10, 15, 19, 20):
        insert_ends(facts, fact(at), SPAN)
    assert [one.at for one in facts] == [9, 10, 19, 20]


def test_facts_by_what_they_are_about_stay_in_order() -> None:
    facts = [structs.replace(fact(at), about=about) for at, about in enumerate("abcab")]
    groups = {about: [one.at for one in of] for about, of in by_about(facts).items()}
    assert groups == {"a": [0, 3], "b": [1, 4], "c": [2]}
