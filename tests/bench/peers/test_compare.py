"""The alerts of Offbook and of the program for Flink, held against one another."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from bench.peers.compare import Found, agree, compared, newest, of_flink, of_offbook, words
from contract.alert import Evidence
from tests.scoring.cases import SOURCE, alert

NOON = 1_770_000_000_000_000
HIT = "offbook.chat.keyword-hit.v1"


def offbook(*alerts: Any) -> Found:
    return of_offbook(msgspec.json.encode(it) for it in alerts)


def evidence(id_: str, type_: str = "offbook.crm.edit.v1") -> Evidence:
    return Evidence(SOURCE, id_, type_, "2026-02-01T12:00:00Z", "", 0, 0, "")


def flink(detector: str, *ids: str, due: int = NOON, **changes: Any) -> bytes:
    fields = dict.fromkeys(("employee", "customer", "order", "account", "anchor"))
    fields |= {"detector": detector, "state": "firing", "due": due, "at": due, "score": 60}
    fields |= {"evidence": [f"{SOURCE}\n{id_}" for id_ in ids], **changes}
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            alert("A", "d1", "d2"), flink("bulk-delete", "d1", employee="E-1"), id="first event"
        ),
        pytest.param(
            alert("A", "d1", detector="deleted-before-resignation"),
            flink("deleted-before-resignation", "other", employee="E-1"),
            id="employee",
        ),
        pytest.param(
            alert("A", "p1", "p2", "p3", detector="account-ring", account="62"),
            flink("account-ring", "p1", "p2", account="62", employee="E-9"),
            id="account and first event",
        ),
        pytest.param(
            alert("A", "owner", "opened", detector="follow-up-lapsed", customer="C-1"),
            flink("follow-up-lapsed", "opened", customer="C-1"),
            id="customer and last event",
        ),
        pytest.param(
            alert("A", detector="offbook-payment", evidence=(evidence("p1"), evidence("h1", HIT))),
            flink("offbook-payment", "p1", "h1\nkickback"),
            id="the payment without the talk",
        ),
        pytest.param(
            alert("A", detector="leak-then-lost", evidence=(evidence("h1", HIT), evidence("o1"))),
            flink("leak-then-lost", "h1\nkickback", "o1"),
            id="the loss without the talk",
        ),
        pytest.param(
            alert("A", "p1", detector="unmatched-payment"),
            flink("unmatched-payment", "p1"),
            id="all of its events",
        ),
    ],
)
def test_one_cause_is_one_alert_in_both(ours: Any, theirs: bytes) -> None:
    rows = compared(offbook(ours), of_flink([theirs], NOON))
    assert [(row.both, row.only_offbook, row.only_flink) for row in rows] == [(1, (), ())]
    assert agree(rows)


def test_the_last_revision_stands() -> None:
    first, second = alert("A", "d1"), alert("A", "d1", state="withdrawn", revision=2)
    assert offbook(first, second) == {}


def test_what_is_not_yet_due_or_is_withdrawn_is_left_out_of_flinks() -> None:
    later = flink("unmatched-payment", "p1", due=NOON + 1)
    withdrawn = flink("unmatched-payment", "p2", state="withdrawn", evidence=None)
    assert of_flink([later, withdrawn], NOON) == {}


def test_what_one_of_them_found_alone_is_named() -> None:
    ours = offbook(*(alert(f"A-{n}", f"p{n}", detector="unmatched-payment") for n in range(5)))
    theirs = of_flink([flink("unmatched-payment", "p0"), flink("chat-burst", "h", "i")], NOON)
    rows = compared(ours, theirs)
    assert not agree(rows)
    assert words([rows]) == [
        "Offbook and Flink DISAGREE in round 1 on chat-burst:"
        " 1 found by Flink alone (None/h), 0 by both.",
        "Offbook and Flink DISAGREE in round 1 on unmatched-payment:"
        " 4 found by Offbook alone (p1, p2, p3), 1 by both.",
    ]


def test_rounds_in_which_they_agree_are_one_line() -> None:
    rows = compared(offbook(alert("A", "d1")), offbook(alert("A", "d1")))
    assert words([rows, rows]) == [
        "Offbook and Flink agree, one by one, on all 1 alerts of the mix that were due by its"
        " newest event (2 × compared)."
    ]


def test_that_nothing_was_compared_is_said() -> None:
    assert words([]) == ["Alerts were not compared: Offbook and Flink did not both run."]


def test_the_newest_event_is_found_whatever_the_order() -> None:
    times = ("2026-02-02T10:40:00+08:00", "2026-02-02T02:39:59Z")
    assert newest(json.dumps({"time": time}).encode() for time in times) == NOON
