"""The record of an allowance: what it must be to allow anything."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from contract.allowance import AllowanceRecord, standard_id

RECORD = AllowanceRecord(
    allowance_id="a-1",
    by="lena",
    since="2026-03-02T01:00:00Z",
    until="2026-03-31T15:59:59.999999Z",
    reason="the group's own account",
    account="622202",
)


def test_a_record_is_read_as_it_was_written_and_what_is_not_said_is_not_there() -> None:
    written = msgspec.json.encode(RECORD)
    assert AllowanceRecord.decoded(written) == RECORD
    assert set(msgspec.json.decode(written)) == {
        *("allowance_id", "by", "since", "until", "reason", "account"),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"until": "2026-03-01T00:00:00Z"},
        {"ended_at": "2026-03-01T00:00:00Z"},
        {"until": "tomorrow"},
        {"since": "0000-00-00T00:00:00Z"},
        {"until": "9999-12-31T23:59:60-23:59"},
        {"reason": None},
        {"detectors": "bulk-delete"},
    ],
)
def test_what_is_no_allowance_allows_nothing(changes: dict[str, Any]) -> None:
    value = msgspec.json.encode(msgspec.to_builtins(RECORD) | changes)
    with pytest.raises(ValueError):
        AllowanceRecord.decoded(value)


@pytest.mark.parametrize("value", [b"", b"{", b"null", b"\xff", b"[" * 10_000])
def test_what_is_no_record_is_a_value_error(value: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        AllowanceRecord.decoded(value)


@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("employee", " Ｅ-1\u200b", "E-1"),
        ("account", "6222 02-00.1", "622202001"),
        ("account", "gb29 nwbk", "GB29NWBK"),
        ("customer", "客户-1", "客户-1"),
    ],
)
def test_an_id_is_taken_however_it_was_typed(name: str, typed: str, found: str) -> None:
    assert standard_id(name, typed) == found


@pytest.mark.parametrize(
    ("name", "typed"),
    [("employee", " "), ("employee", "无"), ("customer", "a\nb"), ("account", "6222****0001")],
)
def test_what_names_nobody_is_refused_without_it(name: str, typed: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: ") as refused:
        standard_id(name, typed)
    assert not typed.strip() or typed not in str(refused.value)
