from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.connectors.decoding.reading import fault, fixture, read_fixture, values
from tests.parts.examples import examples


def read(value: Any) -> dict[str, Any]:
    (found,) = values(json.dumps(value), format="debezium")
    return found


def of_decimal(text: str, scale: Any = "2") -> dict[str, Any]:
    column = {
        "type": "bytes",
        "field": "v",
        "name": "org.apache.kafka.connect.data.Decimal",
        "parameters": {"scale": scale},
    }
    return {"schema": {"type": "struct", "fields": [column]}, "payload": {"v": text}}


def test_with_a_schema_a_change_is_the_same_as_without() -> None:
    (plain,) = values(fixture("debezium/update_no_schema.json"), format="debezium")
    (known,) = read_fixture("debezium/update_with_schema.json")
    types = known.pop("__types")
    assert types["after.updated_at"] == "io.debezium.time.MicroTimestamp"
    assert types["before.closing_on"] == "io.debezium.time.Date"
    for row in ("before", "after"):
        assert known[row].pop("amount") == Decimal("128000.00")
        assert plain[row].pop("amount") == "AMNQAA=="
    assert known == plain


def test_an_empty_value_is_a_tombstone() -> None:
    for content in (fixture("debezium/tombstone.value"), b"null", b' {"schema":{},"payload":null}'):
        assert values(content, format="debezium") == [{"__tombstone": True}]


def test_what_has_not_changed_and_was_not_read_is_absent() -> None:
    (value,) = values(fixture("debezium/toast_unchanged.json"), format="debezium")
    assert "note" not in value["after"]
    assert read({"a": base64.b64encode(b"__debezium_unavailable_value").decode()}) == {}


def test_a_decimal_with_its_own_scale_needs_no_schema() -> None:
    (value,) = values(fixture("debezium/decimal_modes.json"), format="debezium")
    assert value["variable_scale (NUMERIC without scale)"]["amount"] == Decimal("128000.00")


def test_lists_and_rows_within_rows_are_read_too() -> None:
    items = {
        "type": "array",
        "field": "l",
        "items": {"type": "int64", "name": "io.debezium.time.Timestamp"},
    }
    inner = {
        "type": "struct",
        "field": "s",
        "fields": [{"field": "t", "name": "io.debezium.time.Date"}],
    }
    value = read(
        {"schema": {"fields": [items, inner]}, "payload": {"l": [1], "s": {"t": 5}, "u": None}}
    )
    assert value == {
        "l": [1],
        "s": {"t": 5},
        "u": None,
        "__types": {"l": "io.debezium.time.Timestamp", "s.t": "io.debezium.time.Date"},
    }


def test_a_routed_payload_is_a_text() -> None:
    assert read('{"order": "SO-1"}') == {"order": "SO-1"}
    assert fault(json.dumps("x"), format="debezium").last


def test_a_raw_outbox_has_json_in_a_column() -> None:
    (value,) = values(
        fixture("debezium/outbox_raw.json"), format="debezium", json_in=["after.payload"]
    )
    assert value["after"]["payload"]["order"] == "SO-2026-0412"


def test_a_row_with_columns_schema_and_payload_is_told_from_an_envelope() -> None:
    assert read({"schema": "public", "payload": {"a": 1}, "id": 1})["id"] == 1


@pytest.mark.parametrize(
    ("text", "scale"), [("!", "2"), ("", "2"), ("AA==", None), ("AA==", "9999"), ("AA" * 2000, "2")]
)
def test_what_is_no_decimal_is_refused(text: str, scale: str | None) -> None:
    item = fault(json.dumps(of_decimal(text, scale)), format="debezium")
    assert item.reason.startswith("v is no decimal")


@pytest.mark.parametrize("content", ["[1]", "1", "x", '{"schema":1,"payload":[]}'])
def test_what_is_no_change_is_refused(content: str) -> None:
    assert fault(content, format="debezium").last


@pytest.mark.parametrize("schema", [None, 1, {}, {"fields": 1}, {"fields": [1, {}, {"field": 1}]}])
def test_a_schema_that_is_none_says_nothing(schema: Any) -> None:
    assert read({"schema": schema, "payload": {"a": "AA=="}}) == {"a": "AA=="}


@settings(max_examples=examples(400))
@given(st.integers(-(10**60), 10**60), st.integers(0, 30))
def test_a_decimal_is_exact(number: int, scale: int) -> None:
    size = number.bit_length() // 8 + 1
    text = base64.b64encode(number.to_bytes(size, "big", signed=True)).decode()
    found = read(of_decimal(text, str(scale)))["v"]
    assert found.as_tuple().exponent == -scale
    assert int(f"{found:f}".replace(".", "")) == number
    assert read({"v": {"scale": scale, "value": text}})["v"].as_tuple() == found.as_tuple()
