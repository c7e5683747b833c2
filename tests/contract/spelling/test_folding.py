"""Identity is decided where an event is decoded; what was sent stays to be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract.decoding.decode import decode_record
from contract.document import document
from contract.event import Event, Origin
from contract.rejected import Rejected


def read(kind: str, data: dict[str, Any]) -> Event | Rejected:
    sent = {
        "specversion": "1.0",
        "id": "1",
        "source": "//s",
        "type": f"offbook.{kind}.v1",
        "time": "2026-03-02T10:00:00Z",
        "data": data,
    }
    return decode_record(json.dumps(sent).encode(), (), Origin("", -1, 1))


def event(kind: str, data: dict[str, Any]) -> Event:
    read_ = read(kind, data)
    assert isinstance(read_, Event), read_
    return read_


PAYMENT = {"payment": "P-1", "amount": "1.00", "payee_account": "6222000011112222"}
EDIT = {"actor": "E-1", "op": "update", "object": {"type": "customer", "id": "C-1"}}


def test_every_field_that_names_something_is_folded_and_what_was_sent_is_kept() -> None:
    edit = event(
        "crm.edit",
        {
            "actor": " E-1",
            "op": "update",
            "object": {"type": "order", "id": "ＳＯ-1"},
            "customer": "C\u200b-1",
            "before": {"owner": "E-2 ", "phone": "138-0013-8000"},
            "after": {"owner": "Ｅ-3", "email": "A@X.cn"},
        },
    )
    assert (edit.data.actor, edit.data.object.id, edit.data.customer) == ("E-1", "SO-1", "C-1")
    assert edit.data.before.phone == "+8613800138000"
    assert (edit.data.after.owner, edit.data.after.email) == ("E-3", "a@x.cn")
    assert dict(edit.sent) == {
        "actor": " E-1",
        "object.id": "ＳＯ-1",
        "customer": "C\u200b-1",
        "before.owner": "E-2 ",
        "before.phone": "138-0013-8000",
        "after.owner": "Ｅ-3",
        "after.email": "A@X.cn",
    }


def test_what_was_sent_can_be_sent_again() -> None:
    staff = {"employee": "E-1 ", "phones": [" 13800138000", "无"], "accounts": ["6222 1", "6222"]}
    edited = {**EDIT, "after": {"owner": " E-1", "phone": "138****8000"}}
    for kind, data in (
        ("payment", {**PAYMENT, "payee_account": "6222 0000"}),
        ("reference.employee", staff),
        ("crm.edit", edited),
    ):
        assert document(event(kind, data))["data"] == data


@pytest.mark.parametrize(
    "kind, data, field",
    [
        ("payment", {**PAYMENT, "payment": "\u200b\ufeff"}, "data.payment"),
        ("payment", {**PAYMENT, "payment": "-"}, "data.payment"),
        ("payment", {**PAYMENT, "payee_account": "6.22E+18"}, "data.payee_account"),
        ("payment", {**PAYMENT, "payee_account": "6222****3456"}, "data.payee_account"),
        ("payment", {**PAYMENT, "order": "\u3000"}, "data.order"),
        ("crm.edit", {**EDIT, "actor": "N/A"}, "data.actor"),
        ("crm.edit", {**EDIT, "object": {"type": "order", "id": "无"}}, "data.object.id"),
        ("tip", {"tip": "T-1", "ｒｅｐｏｒｔｅｒ": "x"}, None),
        ("tip", {"tip": "T-1", "re\u200bporter": "x"}, None),
        ("tip", {"tip": "T-1", " Reporter ": "x"}, None),
    ],
)
def test_what_must_name_something_and_names_nothing_is_refused(
    kind: str, data: dict[str, Any], field: str | None
) -> None:
    refused = read(kind, data)
    assert isinstance(refused, Rejected)
    assert refused.mend
    if field is not None:
        assert refused.field == field


@pytest.mark.parametrize("nothing", ["-", "无", "N/A", "不详", "同上"])
def test_a_placeholder_where_nothing_must_stand_is_as_if_it_were_left_out(nothing: str) -> None:
    paid = event("payment", {**PAYMENT, "order": nothing, "payer_account": nothing})
    assert (paid.data.order, paid.data.payer_account) == (None, None)


def test_a_masked_account_that_need_not_stand_is_not_known() -> None:
    assert event("payment", {**PAYMENT, "payer_account": "6222****1"}).data.payer_account is None


def test_an_owner_that_is_null_is_said_and_one_that_is_left_out_is_not() -> None:
    freed = event("crm.edit", {**EDIT, "after": {"owner": None}}).data.after
    silent = event("crm.edit", {**EDIT, "after": {"name": "x"}}).data.after
    assert freed.owner is None
    assert silent.owner is not None
