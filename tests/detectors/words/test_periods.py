"""Times for which something held: the part that two share, and what lies between events in one."""

from __future__ import annotations

from contract.times import NEVER
from detectors.facts.fact import Fact
from detectors.words.periods import Spell


def fact(at: int) -> Fact:
    return Fact(at, "seen", "//test.example", str(at), 0, 0, 0)


OPEN = Spell(10, 30, fact(10), ended=fact(30))


def test_what_two_share_begins_with_the_later_and_ends_with_the_earlier() -> None:
    #   open    10 ├──────────┤ 30
    #   owned        20 ├───────────► E-1
    owned = Spell(20, NEVER, fact(20), "E-1")
    both = Spell(20, 30, fact(20), "E-1", fact(30))
    assert OPEN.during(owned) == both
    assert owned.during(OPEN) == both


def test_where_both_begin_or_end_together_the_first_named_says_by_what() -> None:
    named, same = fact(11), Spell(10, 30, None, "E-1")
    assert OPEN.during(same) == Spell(10, 30, fact(10), "E-1", fact(30))
    assert Spell(10, 30, named).during(OPEN) == Spell(10, 30, named)


def test_spells_that_only_touch_share_nothing() -> None:
    assert OPEN.during(Spell(30, NEVER, fact(30), "E-1")) is None
    assert OPEN.during(Spell(0, 10, fact(0), "E-1")) is None


def test_a_spell_is_cut_where_something_happens_in_it() -> None:
    #   10 ├─────┤ 20 ├─────┤ 30     what happens at its end, or outside, cuts nothing
    parts = list(OPEN.cut([fact(9), fact(20), fact(30), fact(31)]))
    assert parts == [
        Spell(10, 20, fact(10), ended=fact(20)),
        Spell(20, 30, fact(20), ended=fact(30)),
    ]


def test_what_happens_as_it_begins_begins_it_anew() -> None:
    again = Fact(10, "seen", "//test.example", "again", 0, 0, 0)
    first, second = OPEN.cut([again])
    assert (first.start, first.end, first.ended) == (10, 10, again)
    assert (second.start, second.end, second.began) == (10, 30, again)


def test_nothing_in_it_leaves_it_whole() -> None:
    assert list(OPEN.cut([])) == [OPEN]
