"""The engine's parts: routing, steps, notes between entities, encoding."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from contract.duration import Duration
from contract.kinds import KIND_OF_TOPIC
from detectors.engine.alert_writer import alert_id, score
from detectors.engine.engine import Engine
from detectors.engine.messages import Subscribe, Told
from detectors.engine.state import EntityState, decode_state, encode_state, writable
from detectors.facts.entity import entity, split
from detectors.facts.fact import fact_of, in_time_order, insert
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.rules.catalogue import BY_ID, DETECTORS
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from detectors.rules.goods.shipment_without_order import DETECTOR as SHIPMENT
from tests.detectors.timeline import (
    activity,
    after,
    callback,
    company,
    customer,
    deletes,
    earliest,
    edit,
    employee,
    evidence,
    firing,
    hit,
    hr,
    ids,
    opens,
    order,
    owner,
    payment,
    play,
    shipment,
    stage,
    time_is,
    tip,
)

NINE = "2026-03-02 09:00"
ENGINE = Engine(DETECTORS, company())


# Durations.


@pytest.mark.parametrize(
    "text, micros, said",
    [
        ("90d", 90 * 86_400_000_000, "90d"),
        ("72h", 72 * 3_600_000_000, "3d"),
        ("30m", 30 * 60_000_000, "30m"),
        ("10s", 10_000_000, "10s"),
        ("1.5h", 5_400_000_000, "90m"),
        (" 7 d", 7 * 86_400_000_000, "7d"),
        ("0s", 0, "0s"),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, micros: int, said: str) -> None:
    assert Duration(text) == micros
    assert str(Duration(text)) == said
    assert Duration(str(Duration(text))) == micros


@pytest.mark.parametrize("text", ["", "7", "d", "-7d", "7 days", "1e3s", "7w"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match='"72h"'):
        Duration(text)


# Routing.


@pytest.mark.parametrize(
    "event, keys",
    [
        (deletes(NINE, "E-1"), {"employee:E-1"}),
        (activity(NINE, "E-1", "C-1"), {"employee:E-1", "customer:C-1"}),
        (
            order(NINE, "O-1", "E-1", customer="C-1"),
            {"employee:E-1", "order:O-1", "customer:C-1"},
        ),
        (edit(NINE, "E-1", "view", ("order", "O-1")), {"employee:E-1", "order:O-1"}),
        (edit(NINE, "E-1", "view", ("contact", "K-1")), {"employee:E-1"}),
        (edit(NINE, "E-1", "view", ("customer", "C-1")), {"employee:E-1", "customer:C-1"}),
        (
            owner(NINE, "C-1", "E-1"),
            {"employee:E-BOSS", "customer:C-1", "editor:E-BOSS\ncustomer\nC-1"},
        ),
        (
            opens(NINE, "OP-1", "C-1"),
            {"employee:E-1", "opportunity:OP-1", "customer:C-1"},
        ),
        (
            stage(NINE, "OP-1", "lost"),
            {"employee:E-1", "opportunity:OP-1", "editor:E-1\nopportunity\nOP-1"},
        ),
        (payment(NINE, "P-1", "X", order="O-1"), {"payment:P-1", "account:X", "order:O-1"}),
        (payment(NINE, "P-1", "X", customer="C-1"), {"payment:P-1", "account:X", "customer:C-1"}),
        (shipment(NINE, "S-1"), {"shipment:S-1"}),
        (
            shipment(NINE, "S-1", order="O-1", customer="C-1"),
            {"shipment:S-1", "order:O-1", "customer:C-1"},
        ),
        (shipment(NINE, "S-1", status="delivered"), {"shipment:S-1"}),
        (hit(NINE, "E-1", "C-1"), {"employee:E-1", "customer:C-1"}),
        (hit(NINE, "E-1", "C-1", "leaving"), {"employee:E-1"}),
        (hit(NINE, "E-1", "C-1", "other"), {"employee:E-1"}),
        (hr(NINE, "E-1", "resigned"), {"employee:E-1"}),
        (hr(NINE, "E-1", "transferred"), set()),
        (tip(NINE, "T-1", "E-1"), {"employee:E-1"}),
        (tip(NINE, "T-1"), set()),
        (callback(NINE, "B-1", "C-1"), {"customer:C-1"}),
    ],
)
def test_an_event_goes_to_the_entities_that_read_it_and_to_no_other(event, keys) -> None:
    routed = ENGINE.route(event)
    assert set(routed) == keys
    assert len(routed) == len(keys)


def test_an_engine_of_one_detector_routes_for_that_one_and_for_profiles() -> None:
    engine = Engine([BULK_DELETE], company())
    assert engine.route(payment(NINE, "P-1", "X")) == ["payment:P-1"]
    assert engine.route(deletes(NINE, "E-1")) == ["employee:E-1"]


def test_an_edit_that_names_its_own_object_goes_there_once() -> None:
    event = edit(NINE, "E-1", "delete", ("customer", "C-1"), customer="C-1")
    assert ENGINE.route(event).count("customer:C-1") == 1


def test_entity_keys_come_apart_again() -> None:
    assert split(entity("customer", "C:1:x")) == ("customer", "C:1:x")


# Steps.


def test_an_event_nobody_keeps_changes_nothing() -> None:
    step = ENGINE.step("account:ours", None, [payment(NINE, "P-1")], time_is(NINE))
    assert not step.changed
    assert step.state.is_empty()
    assert (step.alerts, step.notes, step.failures, step.evicted) == ([], [], (), {})


def test_a_repeat_changes_nothing() -> None:
    gone = deletes(NINE, "E-1")
    state = ENGINE.step("employee:E-1", None, [gone], time_is(NINE)).state
    before = encode_state(state)
    again = ENGINE.step("employee:E-1", state, [gone], time_is(NINE))
    assert not again.changed
    assert encode_state(again.state) == before


def test_nothing_is_missing_while_stream_time_is_unknown() -> None:
    engine = Engine([SHIPMENT], company())
    sent = shipment(NINE, "S-1", order="O-1")
    state = engine.step("order:O-1", None, [sent], time_is(None)).state
    assert earliest(state) == after(NINE, "25h")
    assert engine.step("order:O-1", state, [], time_is(None)).alerts == []
    assert engine.step("order:O-1", state, [], time_is(after(NINE, "25h"))).alerts == []
    assert len(engine.step("order:O-1", state, [], time_is(after(NINE, "25h", 1))).alerts) == 1


def test_a_deadline_is_passed_only_beyond_its_last_microsecond() -> None:
    #   S-1 due at 25 h ── S-2 dispatched at that very instant: S-1 is looked at, and still in time
    engine = Engine([SHIPMENT], company())
    due = after(NINE, "25h")
    state = engine.step(
        "order:O-1", None, [shipment(NINE, "S-1", order="O-1")], time_is(NINE)
    ).state
    second = shipment(due, "S-2", order="O-1")
    assert engine.step("order:O-1", state, [second], time_is(due)).alerts == []
    assert len(engine.step("order:O-1", state, [], time_is(due + 1)).alerts) == 1


def test_what_is_forgotten_is_not_found_again() -> None:
    #   opened ─ call ── 7 d ◄ lapsed ── 60 d (forgotten) ── somebody else calls: nothing new
    events = [
        opens(NINE, "OP-1", "C-1"),
        activity(after(NINE, "1d"), "E-1", "C-1"),
        hit(after(NINE, "60d"), "E-9"),
        activity(after(NINE, "61d"), "E-2", "C-1"),
        activity(after(NINE, "80d"), "E-2", "C-1"),
    ]
    reference = company(customer("C-1", "E-1"))
    assert len(play(events, BY_ID["follow-up-lapsed"], reference=reference)) == 1


def test_news_of_others_about_what_is_forgotten_does_no_harm() -> None:
    #   payment ◄ found ── 15 d, 16 d: the customer is still talked about
    events = [
        payment(NINE, "P-1", "X", customer="C-1"),
        *(hit(after(NINE, f"{day}d"), "E-1", "C-1") for day in (15, 16, 17)),
    ]
    assert len(play(events, BY_ID["offbook-payment"])) == 1


@pytest.mark.parametrize("micro, who", [(0, "E-CLERK"), (1, None)])
def test_an_alert_names_nobody_by_what_was_said_after_its_time(micro: int, who: str | None) -> None:
    #   payment for O-1 ── 7 d ──┤ O-1 is created by E-CLERK     however soon that arrives
    events = [
        payment(NINE, "P-1", "X", order="O-1"),
        order(after(NINE, "7d", micro), "O-1", customer="C-1"),
    ]
    [alert] = firing(play(events, BY_ID["offbook-payment"]))
    assert alert.employee == who
    assert alert.customer == ("C-1" if who else None)


def test_due_is_when_it_wants_to_be_looked_at_next() -> None:
    engine = Engine([BULK_DELETE], company())
    state = engine.step("employee:E-1", None, [deletes(NINE, "E-1")], time_is(NINE)).state
    expiry = after(NINE, "506h")  # the window, 14 d of lateness, 1 h of grace, 7 d to wait in
    assert earliest(state) == expiry
    kept = engine.step("employee:E-1", state, [], time_is(expiry))
    assert not kept.changed
    gone = engine.step("employee:E-1", state, [], time_is(expiry + 1))
    assert gone.changed
    assert gone.state.is_empty()
    assert gone.state.due == {}


def test_detected_at_is_told_or_follows_from_the_events() -> None:
    gone = [deletes(NINE, "E-1", 20)]
    [told] = ENGINE.step(
        "employee:E-1", None, gone, time_is(NINE), detected_at=after(NINE, "2h")
    ).alerts
    [follows] = ENGINE.step("employee:E-1", None, gone, time_is(after(NINE, "5d"))).alerts
    assert told.detected_at == "2026-03-02T03:00:00Z"
    assert follows.detected_at == "2026-03-02T01:00:00Z"


def test_the_mode_is_on_every_alert() -> None:
    for mode in ("live", "shadow", "replay"):
        engine = Engine([BULK_DELETE], company(), mode=mode)
        [alert] = engine.step(
            "employee:E-1", None, [deletes(NINE, "E-1", 20)], time_is(NINE)
        ).alerts
        assert alert.mode == mode


def test_evidence_says_where_the_record_can_be_read_again() -> None:
    [alert] = ENGINE.step("employee:E-1", None, [deletes(NINE, "E-1", 20)], time_is(NINE)).alerts
    [piece] = alert.evidence
    assert (piece.source, piece.topic, piece.partition, piece.offset) == (
        "//test.example",
        "crm.edits",
        0,
        0,
    )
    assert piece.type == KIND_OF_TOPIC["crm.edits"].type
    assert piece.time == alert.first_event_at == "2026-03-02T01:00:00Z"


def test_several_events_in_one_step_make_one_revision() -> None:
    gone = [deletes(after(NINE, f"{n}m"), "E-1", 20) for n in range(5)]
    step = ENGINE.step("employee:E-1", None, gone, time_is(NINE))
    assert [(alert.revision, evidence(alert)) for alert in step.alerts] == [(1, ids(*gone))]


# Notes between entities.


def test_who_must_know_another_entity_asks_it_and_alerts_when_answered() -> None:
    #   payment:P-1 ── Subscribe ──► customer:C-1 ── Told ──► payment:P-1 ◄ alert
    engine = Engine([BY_ID["offbook-payment"]], company())
    paid, turn = payment(NINE, "P-1", "X", customer="C-1"), owner(after(NINE, "-1d"), "C-1", "E-1")
    owned = engine.step("customer:C-1", None, [turn], time_is(NINE)).state

    asking = engine.step("payment:P-1", None, [paid], time_is(NINE))
    assert asking.alerts == []
    [(to, note)] = asking.notes
    assert to == "customer:C-1"
    assert isinstance(note, Subscribe)
    assert note.by == "payment:P-1"

    answering = engine.step("customer:C-1", owned, [note], time_is(NINE))
    [(back, told)] = answering.notes
    assert back == "payment:P-1"
    assert isinstance(told, Told)

    [alert] = engine.step("payment:P-1", asking.state, [told], time_is(NINE)).alerts
    assert alert.employee == "E-1"


def test_an_empty_answer_is_an_answer() -> None:
    engine = Engine([BY_ID["offbook-payment"]], company())
    asking = engine.step(
        "payment:P-1", None, [payment(NINE, "P-1", "X", customer="C-1")], time_is(None)
    )
    told = Told("customer:C-1", [])
    [alert] = engine.step("payment:P-1", asking.state, [told], time_is(None)).alerts
    assert alert.employee is None


def test_later_changes_are_told_to_whoever_subscribed() -> None:
    engine = Engine([BY_ID["offbook-payment"]], company())
    note = Subscribe("payment:P-1", after(NINE, "7d"))
    state = engine.step("customer:C-1", None, [note], time_is(NINE)).state
    step = engine.step("customer:C-1", state, [hit(NINE, "E-1", "C-1")], time_is(NINE))
    [(to, told)] = step.notes
    assert to == "payment:P-1"
    assert [fact.role for fact in told.facts] == ["hit"]
    again = engine.step("customer:C-1", step.state, [hit(NINE, "E-1", "C-1")], time_is(NINE))
    assert again.notes == []


def test_what_was_not_asked_for_is_not_listened_to() -> None:
    step = ENGINE.step("payment:P-1", None, [Told("customer:C-1", [])], time_is(NINE))
    assert not step.changed


def test_the_same_answer_twice_changes_no_alert() -> None:
    engine = Engine([BY_ID["offbook-payment"]], company(customer("C-1", "E-1")))
    asking = engine.step(
        "payment:P-1", None, [payment(NINE, "P-1", "X", customer="C-1")], time_is(None)
    )
    told = Told(
        "customer:C-1", [fact_of(hit(NINE, "E-1", "C-1"), "hit", "E-1", category="kickback")]
    )
    first = engine.step("payment:P-1", asking.state, [told], time_is(None))
    assert len(first.alerts) == 1
    assert engine.step("payment:P-1", first.state, [told], time_is(None)).alerts == []


# States.


def test_a_state_comes_back_as_it_was() -> None:
    events = [payment(NINE, "P-1", "X", order="O-1"), order(NINE, "O-1", "E-1", customer="C-1")]
    state = EntityState()
    for event in events:
        state = ENGINE.step("order:O-1", state, [event], time_is(NINE)).state
    assert decode_state(encode_state(state)) == state


@pytest.mark.parametrize("value", [b"", b"\x80", b"{}", b"\xff" * 9, b"\x91\xc0"])
def test_what_is_no_state_is_refused(value: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_state(value)


def test_an_empty_state_is_empty() -> None:
    assert EntityState().is_empty()


def test_what_two_states_have_nothing_of_is_filled_in_the_one_only() -> None:
    one, other = EntityState(), EntityState()
    with pytest.raises(TypeError, match="writable"):
        one.asked["order:O-1"] = 1
    with pytest.raises(TypeError, match="writable"):
        one.asked |= {"order:O-1": 1}
    one.asked = writable(one.asked)
    one.asked["order:O-1"] = 1
    assert one.asked
    assert not other.asked
    assert writable(one.asked) is one.asked


# Small parts.


def test_scores_are_by_severity_and_corroboration() -> None:
    assert [score(severity, False) for severity in ("critical", "warning", "info")] == [60, 30, 10]
    assert [score(severity, True) for severity in ("critical", "warning", "info")] == [80, 50, 30]


def test_an_id_follows_from_detector_and_anchor_alone() -> None:
    assert alert_id("offbook-payment", "P-1") == "offbook-payment-76d88561144ddecb"
    assert alert_id("offbook-payment", "P-2") != alert_id("offbook-payment", "P-1")
    assert alert_id("bulk-delete", "P-1") != alert_id("offbook-payment", "P-1")


def test_facts_keep_their_order_and_their_number() -> None:
    late, early, same = (
        fact_of(deletes(after(NINE, s), "E-1"), "delete") for s in ["2h", "1h", "1h"]
    )
    facts = []
    assert insert(facts, late)
    assert insert(facts, early)
    assert not insert(facts, same)
    assert facts == [early, late]
    assert in_time_order(late, early, same) == (early, late)


def test_silence_is_explained_until_the_reference_arrives() -> None:
    reference = Reference()
    engine = Engine(DETECTORS, reference)
    by_account = {"offbook-payment", "account-ring"}
    by_employee = {
        "contact-tampering",
        "unauthorised-transfer",
        "diverted-consignee",
        "big-order-unattended",
        "customer-snatching",
        "key-customer-access",  # and by customer
    }
    assert set(engine.silent()) == by_account | by_employee
    reference.put(customer("C-1", "E-1"))
    assert set(engine.silent()) == by_account | by_employee
    reference.put(employee("E-1"))
    assert set(engine.silent()) == by_account
    assert Engine(DETECTORS, company(employee("E-1"), customer("C-1"))).silent() == {}


def test_a_longer_lateness_keeps_things_longer() -> None:
    patient = Engine([BULK_DELETE], company(), Common(lateness=Duration("30d")))
    state = patient.step("employee:E-1", None, [deletes(NINE, "E-1")], time_is(NINE)).state
    assert earliest(state) == after(NINE, "37d") + Duration("2h")


def test_a_detector_with_no_reads_reads_nothing() -> None:
    deaf = replace(BULK_DELETE, reads=())
    assert Engine([deaf], company()).route(deletes(NINE, "E-1")) == []


def test_what_is_new_while_time_is_back_is_bounded() -> None:
    #   judged at 10:00 │ time is back at 09:00, 300 deletes come of 09:30: all are new until 10:00
    engine = Engine([BULK_DELETE], company(), Common(max_facts=20))
    state = engine.step("employee:E-1", None, [deletes(NINE, "E-1")], time_is(after(NINE, "1h")))
    kept = state.state
    for number in range(300):
        deed = deletes(after(NINE, "30m", number), "E-1")
        kept = engine.step("employee:E-1", kept, [deed], time_is(NINE)).state
    assert len(kept.notebooks["bulk-delete"].waiting) <= 20
