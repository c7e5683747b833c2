"""Keeps out who gave a tip: a tip that names its reporter is stored nowhere in Offbook.

An accepted tip is searched for keys that name a reporter. A refused tip would go to the dead
letters unchanged, so there the burden of proof is reversed: it is withheld unless it is proven to
be free of such a key, even of one that may hide in a text or in bytes that nobody can read.
"""

from __future__ import annotations

import json
import re

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from contract.decoding.headers import Headers
from contract.rejected import MAX_BYTES, Rejected
from contract.spelling.spelling import folded

_PREFIXES = ("reporter", "whistleblower")
_WORDS = re.compile("|".join(_PREFIXES))
#: Before a CloudEvents attribute's name in a header, by Kafka's binding or another.
_ATTRIBUTE = re.compile("^(?:ce[-_.:]|cloudevents[:_])")
#: Characters written as JSON escapes, in a string of a string too.
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")

_TIP_TYPE = b"offbook.tip"


class _Type(Struct):
    type: str


class _NamedError(Exception):
    """Ends the reading of a document at the first key that decides."""


def concerns_tips(value: bytes | None, headers: Headers, topic: str) -> bool:
    """Whether a refused record is, or may be, a tip: by its topic or by anything it says."""
    if topic == "tips" or (value is not None and _TIP_TYPE in value):
        return True
    if any(_TIP_TYPE in (header or b"") for _, header in headers):
        return True
    try:
        return _TIP_TYPE in msgspec.json.decode(value or b"", type=_Type).type.encode()
    except (ValueError, RecursionError):  # msgspec's and Unicode errors are ValueErrors
        return False


def named_in(value: bytes, headers: Headers = ()) -> str | None:
    """Where a key names a reporter (`headers`, or "" for the document), or None.

    Raises `ValueError` or `RecursionError` when `value` may have such a key and is no JSON.
    """
    for name, _ in headers:
        if _key(_ATTRIBUTE.sub("", _key(name))).startswith(_PREFIXES):
            return "headers"
    text = value.decode("utf-8")
    if not _may_name(text):
        return None
    try:
        json.loads(
            text,
            # Called for each object, also for one that a repeat of its key drops.
            object_hook=_refuse_named,
            # Python refuses to read integers of more than 4300 digits, and they are not keys.
            parse_int=str,
        )
    except _NamedError:
        return ""
    return None


def _refuse_named(document: dict[str, object]) -> None:
    for key in document:
        if _key(key).startswith(_PREFIXES):
            raise _NamedError


def _key(name: str) -> str:
    return folded(name).lower()


def _may_name(text: str) -> bool:
    """Whether it contains one of the prefixes, in any spelling."""
    plain = _ESCAPED.sub(lambda escapes: _unescaped(escapes[0]), text)
    return _WORDS.search(_key(plain)) is not None


def _unescaped(escapes: str) -> str:
    # Half a surrogate pair is no character, and no letter of a word.
    return bytes.fromhex(escapes.replace("\\u", "")).decode("utf-16-be", "ignore")


def refusal(where: str) -> Rejected:
    """Refuses a tip that names its reporter; the key itself may hold a name and is not quoted."""
    what = "A header's name" if where == "headers" else "A key of the document"
    return Rejected(
        "privacy",
        where,
        f"{what} begins with `reporter` or `whistleblower`; a tip must not name who gave it.",
        "Leave out everything about the reporter, at every depth, before sending.",
        withhold=True,
    )


def guard(rejected: Rejected, value: bytes | None, headers: Headers = ()) -> Rejected:
    """`rejected`, withheld unless the refused tip is proven not to name its reporter."""
    value = value or b""
    if len(value) > MAX_BYTES:
        return replace(rejected, withhold=True)
    try:
        where = named_in(value, headers)
    except (ValueError, RecursionError):
        return replace(rejected, withhold=True)
    if where is not None:
        return refusal(where)
    return replace(rejected, withhold=bool(value) and not _plainly_free(value.decode("utf-8")))


def _plainly_free(text: str) -> bool:
    """Whether nothing in it can hide a key: all of it is JSON that msgspec and we read alike, and
    no string in it is a document of its own (JSON in a string, base64)."""
    if _may_name(text):
        return False
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats, parse_int=str)
    except (_NamedError, ValueError, RecursionError):
        return False
    return (
        isinstance(document, dict)
        and isinstance(document.get("data", {}), dict)
        and "data_base64" not in document
    )


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise _NamedError
    return document
