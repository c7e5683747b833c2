"""The nine questions as the peers in Python ask them: enough to see that each finds its fraud."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from bench.mix import Mix
from bench.peers.nine import NINE
from bench.peers.python import questions
from contract.times import parse_rfc3339, rfc3339

START = parse_rfc3339("2026-03-02T08:00:00Z")
HOUR = 3_600_000_000
#: What is due only when something else comes for the same customer or order.
WAITS = {"follow-up-lapsed", "unmatched-payment"}


def event(type_: str, hours: float, /, **data: Any) -> questions.Event:
    time = rfc3339(START + int(hours * HOUR))
    return {"id": f"{type_}-{hours}", "type": f"offbook.{type_}.v1", "time": time, "data": data}


def edit(hours: float, kind: str, op: str = "create", **more: Any) -> questions.Event:
    return event("crm.edit", hours, actor="E-1", op=op, object={"type": kind, "id": "X"}, **more)


def paid(hours: float, customer: str, **more: Any) -> questions.Event:
    return event(
        "payment", hours, payment=f"P-{hours}", customer=customer, payee_account="62", **more
    )


def asked(*events: questions.Event) -> set[str]:
    states: defaultdict[str, questions.State] = defaultdict(dict)
    return {
        alert[0]
        for one in events
        for key, fact in questions.route(one)
        for alert in questions.judge(states[key], fact)
    }


HITS = [
    event("chat.keyword-hit", n, employee="E-1", customer=f"C-{n}", category="kickback")
    for n in range(3)
]
DELETES = [event("endpoint.file", n / 60, employee="E-1", action="delete") for n in range(20)]
OPENED = edit(0, "opportunity", customer="C-0", after={"stage": "open"})
LOST = edit(30, "opportunity", "update", customer="C-0", after={"stage": "lost"})


@pytest.mark.parametrize(
    ("detector", "events"),
    [
        ("offbook-payment", [paid(0, "C-1")]),
        ("account-ring", [paid(n, f"C-{n}") for n in range(3)]),
        ("unmatched-payment", [paid(0, "C-1", order="X"), edit(73, "order")]),
        ("shipment-without-order", [event("shipment", 0, shipment="S", status="dispatched")]),
        ("bulk-delete", DELETES),
        (
            "deleted-before-resignation",
            [*DELETES[:3], event("hr.change", 9, employee="E-1", kind="resigned")],
        ),
        ("chat-burst", HITS),
        ("leak-then-lost", [*HITS[:1], LOST]),
        ("follow-up-lapsed", [OPENED, edit(24 * 7 + 1, "activity", customer="C-0")]),
    ],
)
def test_each_question_finds_its_fraud_and_not_without_the_last_event(
    detector: str, events: list[questions.Event]
) -> None:
    assert detector in asked(*events)
    assert detector not in asked(*events[:-1])


def test_each_alert_is_raised_once() -> None:
    state: questions.State = {}
    found = [questions.judge(state, fact) for _, fact in questions.route(paid(0, "C-1")) * 2]
    assert sum(alert[0] == "offbook-payment" for alerts in found for alert in alerts) == 1


def test_an_order_that_is_known_explains_a_payment() -> None:
    company = min(questions.COMPANY)
    known = [edit(0, "order"), paid(1, "C-1", order="X") | {}, edit(99, "order", "update")]
    known[1]["data"]["payee_account"] = company
    assert asked(*known) == set()


def test_the_mix_raises_all_that_needs_no_waiting() -> None:
    events = (json.loads(line.document) for line in Mix(20_000, customers=2_000, employees=200))
    assert set(NINE) - WAITS <= asked(*events)
