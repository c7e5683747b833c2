"""flooded-record: one actor updates one record 500 times within 24 h."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR, MINUTE, SECOND
from contract.types import CrmEdit
from detectors.engine.engine import configured
from detectors.engine.state import encode_state
from detectors.facts.view import Common
from detectors.language.allowance import Allowance
from detectors.rules.customers.customer_snatching import DETECTOR as SNATCHING
from detectors.rules.data.flooded_record import DETECTOR
from tests.detectors.order_oracle import Answer
from tests.detectors.random_company import BASE
from tests.detectors.test_laws import law
from tests.detectors.timeline import (
    Moment,
    activity,
    after,
    at,
    company,
    customer,
    edit,
    employee,
    evidence,
    firing,
    ids,
    local,
    only,
    play,
)

NINE = "2026-03-02 09:00"
CALL = ("activity", "A-17")
#: It is held to the laws where three updates are a flood: no law depends on the number.
SCALED = configured(DETECTOR, threshold=3)


def updates(
    start: Moment,
    count: int,
    actor: str = "E-1",
    record: tuple[str, str] = CALL,
    *,
    every: int = MINUTE,
    customer: str | None = None,
) -> list[Event]:
    """`count` updates of a record, one `every` so many microseconds."""
    return [
        edit(at(start) + n * every, actor, "update", record, customer=customer)
        for n in range(count)
    ]


FIRES = (updates(NINE, 500, "E-938", ("activity", "A-938"), every=SECOND), "1h")


@pytest.mark.parametrize("count, fires", [(499, False), (500, True)])
def test_five_hundred_are_a_flood_and_one_less_is_none(count: int, fires: bool) -> None:
    #   09:00 ········ 1 a minute ········ 17:18 the 499th | 17:19 the 500th ◄ fires
    assert (play(updates(NINE, count), DETECTOR) != []) is fires


def test_it_says_who_updated_what_how_often_and_since_when() -> None:
    #   09:00 ── 500 updates ── 17:19 ◄ fires
    flood = updates(NINE, 500, customer="C-8")
    alert = only(play(flood, DETECTOR, reference=company(employee("E-1", "唐静"))))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-8", None)
    assert alert.first_event_at == "2026-03-02T01:00:00Z"
    told = evidence(alert)
    assert (len(told), told[0], told[-1]) == (200, flood[0].id, flood[-1].id)
    assert {piece.note for piece in alert.evidence} == {"updated"}
    assert alert.summary.en == (
        "唐静 (E-1) made 500+ updates to activity A-17 within 1 day from 2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "唐静（E-1）自 2026-03-02 09:00 起 1 天内修改了跟进记录 A-17 共 500+ 次。"
    )


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_last_microsecond_of_the_day_counts_and_the_next_does_not(
    micro: int, fires: bool
) -> None:
    #   09:00 499 ────────── 24 h ──────────┤ 1
    flood = [*updates(NINE, 499), *updates(after(NINE, "24h", micro), 1)]
    assert (play(flood, DETECTOR) != []) is fires


def test_one_actor_on_two_records_is_no_flood() -> None:
    #   09:00  A-17 ×499    A-18 ×499
    flood = [*updates(NINE, 499), *updates(NINE, 499, record=("activity", "A-18"))]
    assert play(flood, DETECTOR) == []


def test_records_of_two_types_may_have_one_id() -> None:
    flood = [*updates(NINE, 499), *updates(NINE, 499, record=("order", "A-17"))]
    assert play(flood, DETECTOR) == []


def test_two_actors_on_one_record_are_no_flood() -> None:
    #   09:00  E-1 ×499     E-2 ×499
    assert play([*updates(NINE, 499), *updates(NINE, 499, "E-2")], DETECTOR) == []


@pytest.mark.parametrize("op", ["create", "delete", "restore", "view", "export"])
def test_other_operations_update_nothing(op: str) -> None:
    events = [edit(at(NINE) + n * SECOND, "E-1", op, CALL) for n in range(600)]
    assert play(events, DETECTOR) == []


def test_an_update_of_many_records_is_one_update_of_this_one() -> None:
    #   `count` says how many records one act touched, this one among them
    assert play([edit(NINE, "E-1", "update", CALL, count=5_000)], DETECTOR) == []


@pytest.mark.parametrize(
    "kind, zh, customer, order",
    [
        ("customer", "客户", "X-1", None),
        ("contact", "联系人", "C-8", None),
        ("opportunity", "商机", "C-8", None),
        ("quote", "报价", "C-8", None),
        ("contract", "合同", "C-8", None),
        ("order", "订单", "C-8", "X-1"),
        ("activity", "跟进记录", "C-8", None),
    ],
)
def test_a_record_may_be_of_any_type(
    kind: str, zh: str, customer: str | None, order: str | None
) -> None:
    alert = only(play(updates(NINE, 3, record=(kind, "X-1"), customer="C-8"), SCALED))
    assert (alert.employee, alert.customer, alert.order) == ("E-1", customer, order)
    assert f"3 updates to {kind} X-1" in alert.summary.en
    assert f"修改了{zh} X-1 共 3 次" in alert.summary.zh


def test_a_repeat_counts_once() -> None:
    flood = updates(NINE, 499)
    assert play([it for update in flood for it in (update, update)], DETECTOR) == []


def test_updates_of_one_instant_are_as_many_as_their_ids() -> None:
    flood = [edit(NINE, "E-1", "update", CALL, id=f"u-{n}") for n in range(500)]
    assert only(play(flood, DETECTOR)).first_event_at == "2026-03-02T01:00:00Z"


def test_the_window_starts_at_any_update_and_the_day_after_is_another_flood() -> None:
    #   09:00 1 ── 30 h ── 15:00 500 ◄ fires ── 3 d ── 500 ◄ fires again
    stray, first = updates(NINE, 1), updates(after(NINE, "30h"), 500, every=SECOND)
    second = updates(after(NINE, "102h"), 500, every=SECOND)
    alerts = firing(play([*stray, *first, *second], DETECTOR))
    assert [evidence(alert)[0] for alert in alerts] == ids(first[0], second[0])


def test_any_order_of_arrival_gives_the_same() -> None:
    flood = updates(NINE, 620)
    in_order = only(play(flood, DETECTOR))
    for seed in range(3):
        came = Random(seed).sample(flood, len(flood))
        (alert,) = firing(play(came, DETECTOR))
        assert (alert.alert_id, alert.summary) == (in_order.alert_id, in_order.summary)
        assert evidence(alert) == evidence(in_order)


def test_the_id_is_the_records_the_actors_and_the_first_updates() -> None:
    assert only(play(updates(NINE, 500), DETECTOR)).alert_id == "flooded-record-c19bd1134449b494"
    more = only(play(updates(NINE, 700), DETECTOR))
    assert more.alert_id == only(play(updates(NINE, 500), DETECTOR)).alert_id


def test_who_may_do_this_is_covered_by_an_allowance() -> None:
    #   E-SYNC writes back without end, and is known to
    known = Allowance(name="1", until=after(NINE, "1d"), reason="stock levels", employee="E-SYNC")
    allowing = replace(DETECTOR, allowances=(known,))
    alert = only(play(updates(NINE, 500, "E-SYNC"), allowing))
    assert alert.suppressed is not None
    assert alert.suppressed.reason == "stock levels"
    assert only(play(updates(NINE, 500), allowing)).suppressed is None


# A flood is made to bury something.


@pytest.mark.parametrize("claimed", ["6d", "1h"])
@pytest.mark.parametrize("flooder", ["E-2", "E-1"])
def test_what_lies_under_a_thousand_updates_is_found_and_so_are_they(
    flooder: str, claimed: str
) -> None:
    #   E-1, the owner, calls ── 600 updates ── E-2 quotes ── 400 updates, by the one or the other
    call, quote = activity(after(NINE, f"-{claimed}"), "E-1", "C-1"), ("quote", "Q-1")
    snatch = edit(after(NINE, "10m"), "E-2", "create", quote, customer="C-1")
    flood = updates(NINE, 1_000, flooder, every=SECOND, customer="C-1")
    story = sorted([call, *flood, snatch], key=lambda it: it.time)
    reference = company(employee("E-1"), employee("E-2"), customer("C-1", "E-1"))
    orders = (story, [*flood, snatch, call], story[::-1])
    for came in orders[: 3 if claimed == "6d" else 1]:
        alerts = play(came, SNATCHING, DETECTOR, reference=reference)
        found = {it.detector: it for it in firing(alerts)}
        flooded, snatched = found["flooded-record"], found["customer-snatching"]
        assert (flooded.employee, flooded.customer) == (flooder, "C-1")
        assert (snatched.employee, snatched.customer) == ("E-2", "C-1")
        assert snatch.id in evidence(snatched)


def test_no_other_record_and_no_other_name_of_a_customer_hides_a_flood() -> None:
    #   2 000 records once each, and between them the one; each update names another customer
    flood = updates(NINE, 500, every=SECOND)
    for n in range(2_000):
        moment, record = at(NINE) + n * SECOND // 4, ("activity", f"A-{n}-other")
        flood.append(edit(moment, "E-1", "update", record))
    for n in range(2_000):
        flood.append(edit(at(NINE) + n * SECOND, "E-2", "update", CALL, customer=f"C-{n}"))
    alerts = firing(play(sorted(flood, key=lambda it: it.time), DETECTOR))
    assert [(it.employee, it.customer) for it in alerts] == [("E-1", None), ("E-2", "C-0")]
    assert "made 2000+ updates" in alerts[1].summary.en


def test_a_robot_without_end_is_one_alert_a_day_and_stays_small() -> None:
    #   one update a minute for four days: 1 441 of them within 24 h
    run = local(DETECTOR)
    alerts = run.run(updates(NINE, 4 * 1_440))
    assert len(firing(alerts)) == 4
    assert all("made 1400+ updates" in it.summary.en for it in firing(alerts)[:-1])
    # Two digits are told of a total, and a few are for what is folded.
    assert max(Counter(it.alert_id for it in alerts).values()) <= 100
    (state,) = run.states.values()
    assert len(state.notebooks[DETECTOR.id].facts) <= Common().max_facts
    assert len(encode_state(state)) < 150_000


# The world it is held to the laws in.


_DISTANCES = (0, 0, 1, HOUR, *[DAY + micro for micro in (-1, 0, 0, 1)], 2 * DAY)


@st.composite
def _editing(draw: st.DrawFn) -> list[Event]:
    """Two people edit two records in runs of about a day, and do other things with them beside."""
    events: list[Event] = []
    for run in range(draw(st.integers(1, 3))):
        start = BASE + draw(st.sampled_from((0, 0, 1, HOUR, DAY, DAY + 1, 2 * DAY, 30 * DAY)))
        for turn in range(draw(st.integers(1, 6))):
            moment = start + draw(st.sampled_from(_DISTANCES))
            who = draw(st.sampled_from(("E-1", "E-1", "E-1", "E-2")))
            record = draw(st.sampled_from((CALL, CALL, CALL, ("order", "A-17"))))
            op = draw(st.sampled_from(("update", "update", "update", "update", "create", "view")))
            about = draw(st.sampled_from(("C-1", "C-1", "C-2", None)))
            count = draw(st.sampled_from((1, 1, 9)))
            id = f"edit-{run}-{turn}-{moment}"
            events.append(edit(moment, who, op, record, customer=about, count=count, id=id))
    return events


SCENES = _editing()


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    """Of each actor and record the days, from an update on, with three updates."""
    by_time = sorted(events, key=lambda it: (it.time, it.id))
    made = [(it, it.data) for it in by_time if isinstance(it.data, CrmEdit)]
    for who, kind in sorted({(it.actor, it.object.type) for _, it in made}):
        left = [
            (event, it)
            for event, it in made
            if (it.actor, it.object.type, it.op) == (who, kind, "update")
        ]
        while left:
            first, its = left[0]
            run = [it for it, _ in left if it.time <= first.time + DAY]
            if len(run) < 3:
                left = left[1:]
                continue
            order = "A-17" if kind == "order" else None
            yield "warning", who, its.customer, order, None, frozenset(it.id for it in run)
            left = left[len(run) :]


@law
@given(
    st.lists(st.sampled_from((0, 1, 2, 3, 30, 60, 71, 72, 73)), min_size=8, max_size=60), st.data()
)
def test_a_look_at_a_flood_finds_what_judging_at_each_of_it_finds(
    gaps: list[int], data: st.DataObject
) -> None:
    """Revision by revision, where five are evidence and six a flood."""
    spans = [sum(gaps[: n + 1]) * 20 * MINUTE for n in range(len(gaps))]
    # Nothing comes later than it may.
    moments = [at(NINE) + span for span in spans if span < Common().lateness]
    flood = [edit(it, "E-1", "update", CALL, id=f"u-{n}") for n, it in enumerate(moments)]
    came = data.draw(st.permutations(flood)) if data.draw(st.booleans()) else flood
    few = Common(max_evidence=5)
    assert play(came, SCALED, common=few) == play(came, replace(SCALED, concerns=None), common=few)
