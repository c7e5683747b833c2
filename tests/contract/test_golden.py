"""Bytes that must stay as they are: others wrote programs against them.

A golden file is one document, the event decoded from it, and that event's encodings. When one
of these tests fails, the contract has changed: that takes a new `type` version, not a new file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contract.alert import Alert, Bilingual, Evidence, Rule
from contract.decoding.decode import decode_structured
from contract.document import document
from contract.event import Event, Origin
from contract.kinds import KIND_OF_TYPE
from contract.spelling.folding import Sent

GOLDEN = Path(__file__).parent / "golden"


def load(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", KIND_OF_TYPE.values(), ids=lambda kind: kind.type)
def test_golden_documents_decode_and_encode_to_the_same_bytes(kind: Any) -> None:
    golden = load(kind.type)
    topic = kind.topic or "crm.edits"
    event = decode_structured(json.dumps(golden["document"]).encode(), Origin(topic, 2, 1041))
    assert isinstance(event, Event)
    assert json.loads(msgspec.json.encode(event)) == golden["event"]
    assert msgspec.msgpack.encode(event).hex() == golden["msgpack"]
    assert document(event) == golden["written"]
    packed = bytes.fromhex(golden["msgpack"])
    source, id_, time, data, origin, sent = msgspec.msgpack.decode(
        packed, type=tuple[str, str, int, msgspec.Raw, Origin, Sent]
    )
    read = msgspec.msgpack.decode(data, type=kind.data)
    assert Event(source, id_, time, read, origin, sent) == event


def test_there_is_a_golden_file_of_each_type_and_no_other() -> None:
    names = {path.stem for path in GOLDEN.glob("*.json")}
    assert names == {*KIND_OF_TYPE, "offbook.alert.v1"}


ALERT = Alert(
    alert_id="offbook-payment-3f9a1c0d5e7b2a44",
    revision=2,
    detector="offbook-payment",
    severity="critical",
    state="firing",
    score=80,
    title=Bilingual("Payment to a private account", "货款打入私人账户"),
    summary=Bilingual(
        "128,000.00 CNY of order SO-2026-0412 went to an account the company does not own.",
        "订单 SO-2026-0412 的货款 128,000.00 元打入了非公司账户。",
    ),
    employee="E-107",
    customer="C-2031",
    order="SO-2026-0412",
    account="6228480400012345678",
    first_event_at="2026-03-05T06:22:30Z",
    last_event_at="2026-03-06T13:17:44Z",
    detected_at="2026-03-06T13:17:45Z",
    evidence=(
        Evidence(
            "//bank-feed.example.com",
            "bank-20260305-000718",
            "offbook.payment.v1",
            "2026-03-05T06:22:30Z",
            "payments",
            3,
            42,
            "the payment",
        ),
    ),
    mode="live",
    rule=Rule({"talk_window": "7d"}, {"talk_window": "31h"}),
    account_holder="E-107",
)


def test_the_alert_is_written_as_the_golden_one_field_for_field_in_order() -> None:
    text = (GOLDEN / "offbook.alert.v1.json").read_text("utf-8")
    assert (
        json.dumps(json.loads(msgspec.json.encode(ALERT)), ensure_ascii=False, indent=2) + "\n"
        == text
    )
    assert msgspec.json.decode(text, type=Alert) == ALERT


def test_the_alerts_fields_stand_in_the_order_of_the_contract() -> None:
    promised = """alert_id revision detector severity state score title summary employee customer
        order account first_event_at last_event_at detected_at evidence mode"""
    golden = load("offbook.alert.v1")
    assert list(golden)[: len(promised.split())] == promised.split()
    assert list(golden)[len(promised.split()) :] == ["rule", "suppressed", "account_holder"]
    assert " ".join(golden["evidence"][0]) == "source id type time topic partition offset note"
    assert list(golden["title"]) == list(golden["summary"]) == ["en", "zh"]
