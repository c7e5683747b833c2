"""Decodes the `data` of an event from JSON to its type, checked and in one spelling."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Raw, Struct

from contract import checks
from contract.decoding import explain
from contract.fields import MAX_ID
from contract.kinds import KIND_OF_TYPE, Kind
from contract.rejected import Rejected
from contract.spelling.folding import RefusedError, Sent, fold
from contract.spelling.spelling import folded
from contract.types import IMAGE_KEYS, CrmEdit, EventData

#: Decoders by event type, from the JSON of `data` to the type, without any change of spelling.
DECODE_DATA: dict[str, Callable[[bytes], EventData]] = {
    kind.type: msgspec.json.Decoder(kind.data).decode for kind in KIND_OF_TYPE.values()
}
_NOTHING = Raw(b"")


def read_data(kind: Kind, raw: bytes, region: str) -> tuple[EventData, Sent] | Rejected:
    """`data` as its type, and the original text of the fields whose spelling was changed."""
    try:
        data, sent = fold(DECODE_DATA[kind.type](raw), region)
        if not checks.doubtful(data, raw):
            return data, sent
        wrong = checks.fault(data, raw)
    except msgspec.ValidationError as error:
        wrong = explain.invalid(error, kind.data, "data", "data")
    except RefusedError as refused:
        return refused.rejected
    if wrong is None:
        return checks.without_always(data), sent
    tidy = _tidied(kind, raw)
    return wrong if tidy is None else read_data(kind, tidy, region)


def _tidied(kind: Kind, raw: bytes) -> bytes | None:
    """`raw` without what only looks wrong, or None if there is nothing of the kind: null for an
    absent field, padding that makes a text too long, and keys of field images that the contract
    does not define."""
    try:
        fields = msgspec.json.decode(raw, type=dict[str, Raw])
    except msgspec.ValidationError:
        return None
    kept = {key: _unpadded(field) for key, field in fields.items() if bytes(field) != b"null"}
    known = IMAGE_KEYS.get(_object_type(kept)) if kind.data is CrmEdit else None
    for name in ("object", "before", "after") if kind.data is CrmEdit else ():
        inner = kept.get(name, _NOTHING)
        if not bytes(inner).startswith(b"{"):
            continue
        keys = msgspec.json.decode(inner, type=dict[str, Raw])
        ours = {
            key: _unpadded(field)
            for key, field in keys.items()
            if name == "object" or known is None or key in known
        }
        if ours != keys:
            kept[name] = Raw(msgspec.json.encode(ours))
    return msgspec.json.encode(kept) if kept != fields else None


def _unpadded(field: Raw) -> Raw:
    """A text that is longer than an id may be, without the white space at its ends."""
    if len(bytes(field)) <= MAX_ID or not bytes(field).startswith(b'"'):
        return field
    text = msgspec.json.decode(field, type=str)
    tidy = folded(text)
    return Raw(msgspec.json.encode(tidy)) if len(tidy) < len(text) else field


class _ObjectType(Struct):
    type: str


def _object_type(fields: dict[str, Raw]) -> str:
    try:
        return msgspec.json.decode(fields.get("object", _NOTHING), type=_ObjectType).type
    except msgspec.DecodeError:
        return ""
