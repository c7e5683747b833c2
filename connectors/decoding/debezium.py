"""Reads a change as Debezium writes it to Kafka, with its schema or without."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from connectors.decoding.broken import BrokenInputError
from connectors.decoding.json import NotJsonError, parsed, parsed_whole
from connectors.decoding.options import Decoding
from connectors.decoding.text import text_of, whole
from connectors.record import Record

#: What follows a delete, for Kafka to forget the row.
TOMBSTONE: Final = "__tombstone"
#: Which fields are times by the schema: `after.created_at` → `io.debezium.time.MicroTimestamp`.
TYPES: Final = "__types"

_DECIMAL: Final = "org.apache.kafka.connect.data.Decimal"
_VARIABLE: Final = "io.debezium.data.VariableScaleDecimal"
_TIMES: Final = (
    "io.debezium.time.",
    "org.apache.kafka.connect.data.Date",
    "org.apache.kafka.connect.data.Time",
)
#: What a column holds that is too large to be read again when it has not changed.
_ABSENT: Final = "__debezium_unavailable_value"
_UNCHANGED: Final = frozenset({_ABSENT, base64.b64encode(_ABSENT.encode()).decode()})
#: Of what has none of these and no schema everything stays as it is.
_TO_BE_READ: Final = (*_UNCHANGED, '"scale"', "\\u")
#: More digits than any database has.
_BYTES, _SCALE = 1000, 1000
_MEND: Final = "Set decimal.handling.mode to string at the connector of Debezium"
_NONE: Final[dict[str, Any]] = {}


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record]:
    """One: the payload, or `__tombstone` if the value is empty. Raises `BrokenInputError`.

    Decimals whose scale is known are `Decimal`; without a schema the others stay base64, for
    nothing tells them from text.
    """
    text = text_of(whole(stream), decoding.codec)
    value = parsed_whole(text) if text and not text.isspace() else None
    if isinstance(value, str):
        # The router of outboxes sends the payload as a text.
        try:
            value = parsed(value)
        except NotJsonError as error:
            raise BrokenInputError(f"the text it is: {error.reason}", "Send an object") from error
    schema: Any = None
    if isinstance(value, dict) and value.keys() == {"schema", "payload"}:
        schema, value = value["schema"], value["payload"]
    if value is None:
        yield Record({TOMBSTONE: True})
        return
    if not isinstance(value, dict):
        raise BrokenInputError(
            "it is no change: neither an object nor empty", "Send Debezium's JSON"
        )
    if schema is None and not any(it in text for it in _TO_BE_READ):
        yield Record(value)
        return
    types: dict[str, str] = {}
    made = _struct(value, _table(schema), "", types)
    if types:
        made[TYPES] = types
    yield Record(made)


def _read(value: Any, schema: dict[str, Any], path: str, types: dict[str, str]) -> Any:
    name = schema.get("name")
    if value is None:
        return None
    if name == _DECIMAL and isinstance(value, str):
        return _decimal(value, _table(schema.get("parameters")).get("scale"), path)
    if isinstance(value, dict):
        if value.keys() == {"scale", "value"} and (name == _VARIABLE or _variable(value)):
            return _decimal(value["value"], value["scale"], path)
        return _struct(value, schema, path, types)
    if isinstance(value, list):
        items = _table(schema.get("items"))
        return [_read(it, items, path, types) for it in value]
    if isinstance(name, str) and name.startswith(_TIMES):
        types[path] = name
    return value


def _struct(
    value: dict[str, Any], schema: dict[str, Any], path: str, types: dict[str, str]
) -> dict[str, Any]:
    listed = schema.get("fields")
    fields = {
        it["field"]: it
        for it in (listed if isinstance(listed, list) else [])
        if isinstance(it, dict) and isinstance(it.get("field"), str)
    }
    return {
        name: _read(it, fields.get(name, _NONE), f"{path}.{name}" if path else name, types)
        for name, it in value.items()
        if not _absent(it)
    }


def _variable(value: dict[str, Any]) -> bool:
    return isinstance(value["scale"], int) and isinstance(value["value"], str)


def _absent(value: Any) -> bool:
    # Of an array, an array of one of them.
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return isinstance(value, str) and value in _UNCHANGED


def _decimal(value: Any, scale: Any, path: str) -> Decimal:
    """From base64 of the big-endian two's complement of the number without its point."""
    try:
        places = int(str(scale)[:10])
        content = base64.b64decode(value, validate=True)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BrokenInputError(f"{path} is no decimal as Debezium writes it", _MEND) from error
    if not content or len(content) > _BYTES or abs(places) > _SCALE:
        raise BrokenInputError(f"{path} is no decimal as Debezium writes it", _MEND)
    number = int.from_bytes(content, "big", signed=True)
    # By its digits: any arithmetic would round it to 28.
    return Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -places))


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else _NONE
