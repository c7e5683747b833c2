"""Profiles: what an entity knows of itself, and whose it was when."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.facts import roles
from detectors.facts.drawing import customer_facts, opportunity_facts, order_facts
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile, customer_owner, order_owner
from detectors.facts.reference import Stated
from detectors.facts.remembering import remember
from tests.detectors.timeline import (
    after,
    at,
    company,
    customer,
    edit,
    hit,
    opens,
    order,
    owner,
    stage,
)

NOON = at("2026-03-10 12:00")


_IDS = {customer_facts: "C-1", order_facts: "O-1", opportunity_facts: "OP-1"}


def profile(facts: object, *events: Event) -> Profile:
    known: list[Fact] = []
    for event in events:
        for fact in facts(event, _IDS[facts]):  # type: ignore[operator, index]
            remember(known, fact)
    return Profile(known)


# Whose it was.


@pytest.mark.parametrize(
    "distance, micro, who",
    [
        #          E-1 ──┤ -2 d E-2 ──┤ +2 d E-3
        ("-3d", 0, "E-1"),
        ("-2d", -1, "E-1"),
        ("-2d", 0, "E-2"),
        ("2d", -1, "E-2"),
        ("2d", 0, "E-3"),
        ("90d", 0, "E-3"),
    ],
)
def test_the_owner_is_the_newest_named_by_then(distance: str, micro: int, who: str) -> None:
    known = profile(
        customer_facts,
        owner(after(NOON, "2d"), "C-1", "E-3", was="E-2"),
        owner(after(NOON, "-2d"), "C-1", "E-2", was="E-1"),
    )
    assert known.owner_at(after(NOON, distance, micro)) == who


def test_before_anybody_was_named_it_is_whom_the_first_edit_followed() -> None:
    turn = owner(NOON, "C-1", "E-2", was="E-1")
    assert profile(customer_facts, turn).owner_at(after(NOON, "-1d"), Stated("E-9", NOON)) == "E-1"


def test_else_the_documents_owner_else_the_first_one_named() -> None:
    turn = profile(customer_facts, owner(NOON, "C-1", "E-2"))
    later = after(NOON, "90d")
    assert turn.owner_at(after(NOON, "-1d"), Stated("E-9", later)) == "E-9"
    assert turn.owner_at(after(NOON, "-1d")) == "E-2"
    assert Profile([]).owner_at(NOON) is None


@pytest.mark.parametrize("days, who", [(0, "E-1"), (4, "E-1"), (5, "E-9"), (10, "E-2")])
def test_a_document_is_a_word_like_the_others_dated_by_itself(days: int, who: str) -> None:
    #   0 d E-1 (edit) ── 5 d E-9 (document) ── 10 d E-2 (edit)
    known = profile(
        customer_facts,
        owner(NOON, "C-1", "E-1"),
        owner(after(NOON, "10d"), "C-1", "E-2"),
    )
    stated = company(customer("C-1", "E-9", moment=after(NOON, "5d")))
    assert customer_owner(known, stated, "C-1", NOON + days * DAY) == who


@pytest.mark.parametrize("arrival", list(permutations(range(4))))
def test_of_words_that_only_repeat_the_owner_the_oldest_and_the_newest_are_kept(
    arrival: tuple[int, ...],
) -> None:
    #   E-1 = E-1 ── 1 d ── E-1 = E-1 ── 1 d ── E-1 = E-1 ── 1 d ── E-1 = E-1    in any order
    words = [owner(after(NOON, f"{n}d"), "C-1", "E-1", was="E-1") for n in range(4)]
    known = profile(customer_facts, *(words[n] for n in arrival))
    assert [fact.at for fact in known.facts] == [words[0].time, words[3].time]
    assert known.upto(after(NOON, "1d")).owner_at(after(NOON, "1d")) == "E-1"


@pytest.mark.parametrize("arrival", list(permutations(range(4))))
def test_a_word_is_kept_as_long_as_it_tells_a_handover(arrival: tuple[int, ...]) -> None:
    #   E-1 = E-1 ── 1 d ── E-2 ── 1 d ── E-2 = E-2 ── 1 d ── E-2 = E-2
    words = [
        owner(NOON, "C-1", "E-1", was="E-1"),
        owner(after(NOON, "1d"), "C-1", "E-2"),
        owner(after(NOON, "2d"), "C-1", "E-2", was="E-2"),
        owner(after(NOON, "3d"), "C-1", "E-2", was="E-2"),
    ]
    known = profile(customer_facts, *(words[n] for n in arrival))
    assert [fact.at for fact in known.facts] == [words[n].time for n in (0, 1, 3)]
    assert known.owner_at(after(NOON, "1d", -1)) == "E-1"
    assert known.owner_at(after(NOON, "1d")) == "E-2"


def test_an_edit_says_nothing_of_a_customer_or_an_order_it_only_names() -> None:
    """A branch whose edits name the head office does not hand the head office over."""
    where = ("customer", "C-BRANCH")
    named = edit(NOON, "E-BOSS", "update", where, customer="C-1", owner="E-2")
    assert profile(customer_facts, named).facts == []
    successor = edit(NOON, "E-2", "create", ("order", "O-2"), order="O-1", owner="E-2")
    assert [fact.role for fact in profile(order_facts, successor).facts] == ["mention"]


def test_an_order_is_its_owners_else_its_creators() -> None:
    created = order(NOON, "O-1", "E-CLERK")
    owned = edit(after(NOON, "1d"), "E-BOSS", "update", ("order", "O-1"), owner="E-2")
    assert order_owner(profile(order_facts, created), NOON) == "E-CLERK"
    assert order_owner(profile(order_facts, created, owned), after(NOON, "2d")) == "E-2"
    assert order_owner(Profile([]), NOON) is None


def test_what_was_known_then_leaves_out_what_came_later() -> None:
    known = profile(
        order_facts,
        order(NOON, "O-1", customer="C-1"),
        edit(after(NOON, "1d"), "E-1", "update", ("order", "O-1"), customer="C-2"),
    )
    assert known.customers() == ["C-1", "C-2"]
    assert known.upto(after(NOON, "1d")).customers() == ["C-1", "C-2"]
    assert known.upto(after(NOON, "1d", -1)).customers() == ["C-1"]
    assert known.upto(NOON - 1).customers() == []


# What is kept of it.


def test_a_thousand_edits_of_an_order_leave_its_first_mention() -> None:
    edits = [
        edit(NOON + n * HOUR, "E-1", "update", ("order", "O-1"), customer="C-1")
        for n in range(1000, -1, -1)
    ]
    known = profile(order_facts, *edits)
    assert [(fact.role, fact.at) for fact in known.facts] == [
        ("customer", NOON),
        ("mention", NOON),
    ]


def test_a_repeat_says_nothing_new() -> None:
    known: list[Fact] = []
    [fact] = customer_facts(owner(NOON, "C-1", "E-1"), "C-1")
    assert remember(known, fact)
    assert not remember(known, fact)


def test_only_sensitive_talk_is_kept_with_a_customer() -> None:
    for category in ("private_deal", "off_channel_payment", "kickback", "competitor"):
        said = customer_facts(hit(NOON, "E-1", "C-1", category), "C-1")
        assert [fact.role for fact in said] == ["hit"]
    for category in ("customer_data", "leaving", "other"):
        assert customer_facts(hit(NOON, "E-1", "C-1", category), "C-1") == []


def test_an_opportunity_that_is_created_is_open_unless_it_says_otherwise() -> None:
    known = profile(
        opportunity_facts,
        edit(NOON, "E-1", "create", ("opportunity", "OP-1"), customer="C-1"),
        stage(after(NOON, "1d"), "OP-1", "won"),
        edit(after(NOON, "2d"), "E-1", "update", ("opportunity", "OP-1"), amount="5"),
    )
    assert [fact.about for fact in known.of(roles.STAGE)] == ["open", "won"]
    assert known.customers() == ["C-1"]


def test_edits_of_other_objects_only_touch_the_customer() -> None:
    assert order_facts(edit(NOON, "E-1", "update", ("contract", "K-1"), order="O-1"), "O-1") == []
    assert opportunity_facts(order(NOON, "O-1", customer="C-1"), "OP-1") == []
    touch = customer_facts(opens(NOON, "OP-1", "C-1"), "C-1")
    assert [fact.role for fact in touch] == ["touch"]


@given(
    st.lists(st.integers(0, 12 * 12), unique=True, max_size=25),
    st.integers(0, 12 * 12),
    st.integers(12, 5 * 12),
)
def test_thinned_orders_answer_any_window_of_a_day_or_more_as_all_would(
    made: list[int], start: int, length: int
) -> None:
    #   ├── window of ≥ 1 d ──┤   is there an order in it? (times in steps of 2 h, in any order)
    step = 2 * HOUR
    known: list[Fact] = []
    for n in made:
        for fact in customer_facts(order(NOON + n * step, f"O-{n}", customer="C-1"), "C-1"):
            remember(known, fact)
    first, last = NOON + start * step, NOON + (start + length) * step
    thinned = any(first <= fact.at <= last for fact in known)
    assert thinned == any(start <= n <= start + length for n in made)


def test_a_thousand_orders_of_one_month_are_kept_as_a_few() -> None:
    made = [order(NOON + n * HOUR // 2, f"O-{n}", customer="C-1") for n in range(1000)]
    assert len(profile(customer_facts, *made).facts) < 60


# An order's end, and its approval.


def _status(moment: int, status: str, **more: object) -> Event:
    return edit(moment, "E-1", "update", ("order", "O-1"), status=status, **more)  # type: ignore[arg-type]


def _end(moment: int, status: str | None) -> Event:
    return _status(moment, status) if status else edit(moment, "E-1", "delete", ("order", "O-1"))


@pytest.mark.parametrize("micro, ended", [(-1, False), (0, True), (DAY, True)])
@pytest.mark.parametrize("status", ["cancelled", "rejected", None])
def test_an_order_ends_when_it_is_cancelled_rejected_or_deleted(
    status: str | None, micro: int, ended: bool
) -> None:
    known = profile(order_facts, order(NOON - DAY, "O-1"), _end(NOON, status))
    assert (known.ended(NOON + micro) is not None) is ended


@pytest.mark.parametrize("micro, ended", [(-1, True), (0, False)])
@pytest.mark.parametrize("status", ["cancelled", "rejected", None])
def test_an_order_that_is_taken_up_again_has_not_ended(
    status: str | None, micro: int, ended: bool
) -> None:
    #   created ── ended ── 1 d ── submitted, or restored
    again = NOON + DAY
    resumed = (
        _status(again, "submitted") if status else edit(again, "E-1", "restore", ("order", "O-1"))
    )
    known = profile(order_facts, order(NOON - DAY, "O-1"), _end(NOON, status), resumed)
    assert (known.ended(again + micro) is not None) is ended
    by = known.resumed(NOON)
    assert by is not None
    assert by.id == resumed.id


def test_neither_its_approval_nor_its_completion_ends_an_order() -> None:
    known = profile(order_facts, _status(NOON, "approved"), _status(NOON + 1, "completed"))
    assert known.ended(NOON + DAY) is None


@pytest.mark.parametrize(
    "edited, by",
    [
        (_status(NOON, "approved"), "E-1"),
        (_status(NOON, "approved", approved_by="E-9"), "E-9"),
        (_status(NOON, "completed", approved_by="E-9"), None),
    ],
)
def test_who_approved_an_order_is_known(edited: Event, by: str | None) -> None:
    [word] = profile(order_facts, edited).of(roles.STATUS)
    assert word.fields.get("by") == by
