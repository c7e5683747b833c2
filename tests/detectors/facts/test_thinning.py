"""Too many facts give way, and what happened once gives way to nothing that repeats itself."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, MINUTE, SECOND
from detectors.engine.engine import configured
from detectors.facts.fact import Fact
from detectors.facts.thinning import folded, shown, thinned
from detectors.facts.view import Common
from detectors.language.detector import Detector, same_thing
from detectors.rules.catalogue import BY_ID
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from tests.detectors.timeline import (
    after,
    at,
    callback,
    company,
    customer,
    deletes,
    edit,
    evidence,
    firing,
    hit,
    local,
    only,
    order,
    owner,
    payment,
    shipment,
)

NINE = "2026-03-02 09:00"


def fact(at: int, role: str = "view", about: str = "", weight: int = 1, **fields: str) -> Fact:
    return Fact(at, role, "//s", f"{at:06}", 0, 0, 0, about, weight, fields)


def of_time(facts: Sequence[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda it: it.order)


# What goes.

roles = st.sampled_from(("owner", "view", "amount"))
some_facts = st.lists(
    st.builds(fact, st.integers(0, 999), roles, st.sampled_from("ABC"), st.integers(1, 50)),
    max_size=60,
    unique_by=lambda it: it.at,
).map(of_time)


@given(some_facts, st.integers(1, 40))
def test_what_is_kept_is_no_more_than_may_be_and_in_order(facts: list[Fact], most: int) -> None:
    kept = thinned(facts, most)
    assert len(kept) == min(len(facts), most)
    assert kept == [it for it in facts if it in kept]


@given(some_facts, st.integers(9, 40))
def test_of_what_there_is_too_much_of_the_first_the_last_and_the_heaviest_stay(
    facts: list[Fact], most: int
) -> None:
    """Each of three roles has three places at least, if one thing is all that they are about."""
    facts = [structs.replace(it, about="A") for it in facts]
    kept = thinned(facts, most)
    for role in {it.role for it in facts}:
        of_role = [it for it in facts if it.role == role]
        heaviest = max(of_role, key=lambda it: it.weight)
        assert of_role[0] in kept
        assert of_role[-1] in kept
        assert any(it.role == role and it.weight == heaviest.weight for it in kept)


@given(some_facts, st.integers(1, 40), st.sets(st.integers(0, 59)))
def test_what_is_pinned_stays_if_there_is_room(
    facts: list[Fact], most: int, places: set[int]
) -> None:
    pinned = [it for place, it in enumerate(facts) if place in places]
    kept = thinned(facts, most, {it.order for it in pinned})
    assert len(kept) <= most
    assert len(pinned) > most or all(it in kept for it in pinned)


def test_who_fills_one_role_or_thing_fills_no_other() -> None:
    claims = [fact(n, "owner", "E-1") for n in range(3)]
    flood = [fact(10 + n, "view", "C-1") for n in range(2_000)]
    other = [fact(5_000 + n, "view", "C-2") for n in range(5)]
    kept = thinned([*claims, *flood, *other], 100)
    assert all(it in kept for it in (*claims, *other))


# What is joined.


def window_of(facts: Sequence[Fact], most: int, window: int) -> list[Fact]:
    return folded(facts, most, window, lambda it: same_thing(it, None), ())


@given(some_facts, st.integers(1, 40), st.integers(1, 600))
def test_what_is_joined_keeps_its_total_and_its_first_and_last_time(
    facts: list[Fact], most: int, window: int
) -> None:
    kept = window_of(facts, most, window)
    for role in {it.role for it in facts}:
        before, now = ([it for it in some if it.role == role] for some in (facts, kept))
        assert sum(it.weight for it in now) == sum(it.weight for it in before)
        assert min(it.at for it in now) == min(it.at for it in before)
        assert max(it.end for it in now) == max(it.end for it in before)
    assert of_time(kept) == kept


@given(some_facts, st.integers(1, 40), st.integers(1, 600), st.integers(1, 600))
def test_nothing_is_joined_that_lies_further_apart_than_the_window_nor_by_joining_twice(
    facts: list[Fact], most: int, window: int, smaller: int
) -> None:
    once = window_of(facts, most, min(window, smaller))
    for kept in (once, window_of(once, max(most // 2, 1), window)):
        assert all(it.lasts <= window for it in kept)


def test_amounts_are_added_exactly_and_only_in_their_currency() -> None:
    paid = [
        fact(n, "received", "P", amount=amount, currency=currency)
        for n, (amount, currency) in enumerate(
            (("0.10", "CNY"), ("0.20", "CNY"), ("7", "USD"), ("123456789012345678", "CNY"))
        )
    ]
    kept = window_of(paid, 2, 600)
    totals = {it.fields["currency"]: Decimal(it.fields["amount"]) for it in kept}
    assert totals == {"CNY": Decimal("123456789012345678.30"), "USD": Decimal(7)}


times = st.lists(st.integers(0, 600), max_size=80).map(sorted)


@given(times, st.integers(6, 20))
def test_a_total_is_never_made_of_what_lies_further_apart_than_its_window(
    minutes: list[int], most: int
) -> None:
    """However few facts may be kept, no run is found that is none of the events themselves."""
    detector = configured(BULK_DELETE, threshold=8)
    run = local(detector, common=Common(max_facts=most))
    alerts = firing(
        run.run([deletes(at(NINE) + m * MINUTE, "E-1", id=f"d{n}") for n, m in enumerate(minutes)])
    )
    runs = [it for it in minutes if sum(it <= other <= it + 60 for other in minutes) >= 8]
    assert bool(alerts) <= bool(runs)


# As evidence.


def test_evidence_of_a_flood_has_the_first_the_last_and_the_heaviest() -> None:
    #   500 views ── 400 exported at once ── 500 views   all within the day
    seconds = [at(NINE) + n * SECOND for n in range(1_001)]
    events = [edit(it, "E-1", "view", ("customer", "C-1"), id=f"v{it}") for it in seconds]
    events[500] = edit(seconds[500], "E-1", "export", ("report", "R-1"), count=400)
    common = Common(max_evidence=20)
    run = local(BY_ID["bulk-export"], common=common)
    told = evidence(only([*run.run(events), *run.advance(at(NINE) + 2 * DAY)]))
    assert len(told) <= 20
    assert {events[0].id, events[500].id, events[-1].id} <= set(told)


def test_shown_of_few_is_all_of_them() -> None:
    facts = [fact(n) for n in range(20)]
    assert shown(facts, 20) == facts


@pytest.mark.parametrize("count, digits", [(99, 99), (101, 101), (1_234, 1_200)])
def test_what_is_shown_of_a_flood_changes_only_with_its_total(count: int, digits: int) -> None:
    facts = [fact(n) for n in range(count)]
    assert shown(facts, 20) == shown(facts[: digits + (digits < count)], 20)


# What an alert needs.


def _flood(moment: int, number: int) -> Event:
    """What anybody can have done to an order and its customer as often as they like."""
    when = moment + number * SECOND
    return (
        callback(when, f"B-{number}", "C-1", order="O-1"),
        shipment(when, f"S-F{number}", order="O-1", customer="C-1", status="delivered"),
        hit(when, f"E-{number % 7}", "C-1", "competitor"),
        edit(when, "E-9", "update", ("activity", f"A-{number}"), customer="C-1"),
    )[number % 4]


MADE = order(NINE, "O-1", "E-1", customer="C-1", owner="E-2")
NEEDED: list[tuple[Detector, list[Event], Event, str | None]] = [
    (
        BY_ID["duties-conflict"],
        [MADE],
        payment(after(NINE, "5h"), "P-1", order="O-1", recorded_by="E-2"),
        "E-2",
    ),
    (
        BY_ID["duties-conflict"],
        [MADE],
        shipment(after(NINE, "5h"), "S-1", order="O-1", released_by="E-2"),
        "E-2",
    ),
    (
        BY_ID["shipment-before-approval"],
        [MADE],
        shipment(after(NINE, "5h"), "S-1", order="O-1"),
        "E-2",
    ),
    (
        BY_ID["offbook-payment"],
        [owner(NINE, "C-1", "E-3")],
        payment(after(NINE, "5h"), "P-1", "X", customer="C-1"),
        "E-3",
    ),
]


@pytest.mark.parametrize(
    "detector, before, deed, who", NEEDED, ids=["money", "goods", "approval", "owner"]
)
def test_nothing_repeatable_buries_what_an_alert_needs(
    detector: Detector, before: list[Event], deed: Event, who: str | None
) -> None:
    #   whose it is ── 1 500 times what anybody can do ── the deed ── 1 500 times ◄ fires as ever
    run = local(
        detector,
        reference=company(customer("C-1")),
        common=Common(max_facts=100, grace=Duration("1h")),
    )
    alerts = run.run(before)
    for start in (after(NINE, "1h"), after(NINE, "6h")):
        for number in range(1_500):
            alerts += run.feed(_flood(start, number))
        if start < deed.time:
            alerts += run.feed(deed)
    [alert] = firing(alerts + run.advance(after(NINE, "3d")))
    assert run.evicted["profile"] > 0
    assert alert.employee == who
    assert deed.id in evidence(alert)


def test_an_order_is_approved_however_often_it_is_edited_then() -> None:
    #   entered, approved by the manager ── 1 500 prices ── goods leave: in order
    run = local(BY_ID["shipment-before-approval"], common=Common(max_facts=100))
    approved = edit(after(NINE, "1h"), "E-BOSS", "update", ("order", "O-1"), status="approved")
    alerts = run.run([MADE, approved])
    for n in range(1_500):
        moment = after(NINE, "2h") + n * SECOND
        alerts += run.feed(
            edit(moment, "E-1", "update", ("order", "O-1"), amount=Decimal(n), currency="CNY")
        )
    alerts += run.feed(shipment(after(NINE, "5h"), "S-1", order="O-1"))
    assert run.evicted["profile"] > 0
    assert [*alerts, *run.advance(after(NINE, "9d"))] == []
