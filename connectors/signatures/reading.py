"""Reads what strangers wrote. Each function returns `None` for what is malformed, and raises
nothing."""

from __future__ import annotations

import base64
import hmac
import re
from typing import Any, Final

import msgspec
from msgspec import Raw

#: A form has no more fields: each costs a comparison with the others' names.
_MOST_FIELDS: Final = 200
_BROKEN: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ESCAPED: Final = re.compile(rb"%([0-9A-Fa-f]{2})")


def octets(text: str) -> bytes:
    """Of any text, also one with what a header had besides ASCII."""
    return text.encode("utf-8", "surrogatepass")


def same(sent: str, right: str | bytes) -> bool:
    """Whether they are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(octets(sent), right if isinstance(right, bytes) else octets(right))


def plain(text: str | None) -> bytes | None:
    """A value of a header or query that is signed: of visible ASCII, so that it cannot take over a
    part of what stands next to it."""
    if not text or not text.isascii() or not text.isprintable():
        return None
    return text.encode("ascii")


def from_base64(text: str | bytes) -> bytes | None:
    """Only as an encoder writes it: the same bytes have no second spelling."""
    sent = octets(text) if isinstance(text, str) else text
    try:
        found = base64.b64decode(sent, validate=True)
    except ValueError:
        return None
    return found if base64.b64encode(found) == sent else None


def json_object(body: bytes) -> dict[str, Raw] | None:
    """Its fields as they were written: a long number stays what it is."""
    try:
        return msgspec.json.decode(body, type=dict[str, Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def json_text(raw: Raw | None) -> str | None:
    """A text, and not a number or a table."""
    return None if raw is None else _decoded(raw, str)


def json_table(raw: Raw | None) -> dict[str, Raw] | None:
    return None if raw is None else json_object(bytes(raw))


def _decoded(raw: Raw, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def form(body: bytes) -> dict[bytes, bytes] | None:
    """Its fields, decoded, in the sender's own encoding of characters. A name that comes twice is
    malformed: one could be checked, and the other read."""
    found: dict[bytes, bytes] = {}
    if body.count(b"&") >= _MOST_FIELDS or _BROKEN.search(body):
        return None
    for piece in body.split(b"&"):
        name, equals, value = piece.partition(b"=")
        name = _unescaped(name)
        if not equals or not name or name in found:
            return None
        found[name] = _unescaped(value)
    return found


def _unescaped(text: bytes) -> bytes:
    return _ESCAPED.sub(lambda it: bytes.fromhex(it[1].decode()), text.replace(b"+", b" "))


def utf8(text: bytes | None) -> str | None:
    try:
        return None if text is None else text.decode("utf-8")
    except UnicodeDecodeError:
        return None
