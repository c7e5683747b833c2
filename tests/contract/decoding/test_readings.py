"""How what was sent is read, in words; no value among them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.decoding.decode import decode_record
from contract.decoding.readings import readings
from contract.event import Event, Origin

AS_NONE = "masked or placeholders, read as none"
BARE = "read without blanks, hyphens or dots"
ENDS = "read without blanks at the ends"
WIDTH = "read in half width"
INVISIBLE = "read without invisible characters"
FORM = "read without what a spreadsheet or a form adds (.0, IBAN)"


def told(type_: str, region: str = "CN", **data: Any) -> list[tuple[str, str]]:
    document = {
        "specversion": "1.0",
        "id": "1",
        "source": "//s",
        "type": type_,
        "time": "2026-03-02T10:00:00Z",
        "data": data,
    }
    event = decode_record(json.dumps(document).encode(), (), Origin("", -1, 1), region=region)
    assert isinstance(event, Event), event
    return list(readings(event, region))


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("6222 0000-1111.2222", [BARE]),
        (" 6222000011112222 ", [BARE]),
        ("de89 3704", [BARE, "read in upper case"]),
        ("６２２２", [WIDTH]),
        ("62\u200b22", [INVISIBLE]),
        ("６２ \u200b22", [INVISIBLE, WIDTH, BARE]),
        ("62220000.0", [BARE, FORM]),
        ("IBAN DE89370400440532013000", [BARE, FORM]),
        ("6222", []),
    ],
)
def test_an_account_is_read_in_these_ways(text: str, ways: list[str]) -> None:
    data = {"payment": "P", "amount": "1", "payee_account": text}
    assert told("offbook.payment.v1", **data) == [("data.payee_account", way) for way in ways]


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("O-1\t", [ENDS]),
        ("\u3000O-1", [WIDTH, ENDS]),
        ("Ｏ-1", [WIDTH]),
        ("O\u00ad-1", [INVISIBLE]),
        ("无", [AS_NONE]),
        ("--", [AS_NONE]),
        ("o-1", []),
    ],
)
def test_an_id_is_read_in_these_ways(text: str, ways: list[str]) -> None:
    data = {"payment": "P", "amount": "1", "payee_account": "1", "order": text}
    assert told("offbook.payment.v1", **data) == [("data.order", way) for way in ways]


@pytest.mark.parametrize(
    ("phone", "way"),
    [
        ("138 0013 8000", "read as E.164"),
        ("138****8000", AS_NONE),
        ("无", AS_NONE),
        ("123", "no valid numbers, read as none"),
    ],
)
def test_a_phone_is_read_in_these_ways(phone: str, way: str) -> None:
    data = {"shipment": "S", "status": "dispatched", "phone": phone}
    assert told("offbook.shipment.v1", **data) == [("data.phone", way)]


def test_a_phone_is_at_home_in_the_region_given() -> None:
    data = {"shipment": "S", "status": "dispatched", "phone": "030 901820"}
    assert told("offbook.shipment.v1", "DE", **data) == [("data.phone", "read as E.164")]


def test_fields_within_fields_and_lists_are_named_by_their_path() -> None:
    edit = {
        "actor": "E-1",
        "op": "update",
        "object": {"type": "customer", "id": " C-1"},
        "before": {"phone": "+8613800138000", "email": "A@x.example", "address": "Main Street 1"},
        "after": {"owner": "E-2 ", "email": "by post", "address": "自提"},
    }
    assert set(told("offbook.crm.edit.v1", **edit)) == {
        ("data.object.id", ENDS),
        ("data.before.email", "read as bare addresses in lower case"),
        ("data.before.address", "read without blanks, in one case and width"),
        ("data.after.owner", ENDS),
        ("data.after.email", "no addresses, read as none"),
        ("data.after.address", AS_NONE),
    }
    staff = {"employee": "E-1", "accounts": ["6222", "6222 0000"], "phones": ["123", "123"]}
    assert told("offbook.reference.employee.v1", **staff) == [
        ("data.phones[...]", "no valid numbers, read as none"),
        ("data.phones[...]", "no valid numbers, read as none"),
        ("data.accounts[...]", BARE),
    ]


TEXT = st.text(st.sampled_from("aZ1９Ａ -.·\u3000\u200b\u00adé*x无IBAN0"), min_size=1, max_size=8)


@given(TEXT, TEXT)
def test_whatever_is_read_otherwise_is_told_in_some_way(account: str, order: str) -> None:
    document = {
        "specversion": "1.0",
        "id": "1",
        "source": "//s",
        "type": "offbook.payment.v1",
        "time": "2026-03-02T10:00:00Z",
        "data": {"payment": "P", "amount": "1", "payee_account": account, "order": order},
    }
    event = decode_record(json.dumps(document).encode(), (), Origin("", -1, 1))
    if isinstance(event, Event):
        assert {field for field, _ in readings(event)} == {f"data.{path}" for path, _ in event.sent}
