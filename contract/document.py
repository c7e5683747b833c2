"""Turns an `Event` back into a CloudEvents document from which it can be read again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from contract.event import Event
from contract.spelling.folding import unfold
from contract.times import rfc3339


def document(event: Event) -> dict[str, Any]:
    """The structured CloudEvents document of `event`, as it was sent; fields equal to their default
    are left out."""
    data = _plain(msgspec.to_builtins(event.data, builtin_types=(Decimal,)))
    unfold(data, event.sent)
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.kind.type,
        "time": rfc3339(event.time),
        "data": data,
    }


def encode_document(event: Event) -> bytes:
    """`document(event)` as UTF-8 JSON on one line, without the line break."""
    return msgspec.json.encode(document(event))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f") if value else format(value.copy_abs(), "f")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
