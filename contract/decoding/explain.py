"""Turns a msgspec error into a reason and a remedy that the people who run the sending system
understand.

msgspec's own texts are only matched against patterns and never passed on: some of them quote the
value ("Invalid enum value '…'").
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

import msgspec

from contract.checks import bare, hints
from contract.rejected import Rejected, Stage

_PATH = re.compile(r" - at `\$?([^`]*)`$")
_MISSING = re.compile(r"missing required field `(\w+)`")
_ILL_TYPED = re.compile(r"^Expected `([^`]+)`, got `(\w+)`")
_LENGTH = re.compile(r"of length (>=|<=) (\d+)")
_BYTE = re.compile(r"\(byte (\d+)\)")
_STEP = re.compile(r"\.(\w+)|(\[[^\]]*\])")

#: msgspec's names of JSON types, in words.
_WORDS = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number with a fraction or an exponent",
    "decimal": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
    "datetime": "a time",
    "date": "a date",
}
_TIME_MEND = (
    'Send the time as RFC 3339 with its offset, such as "2026-03-02T09:15:00+08:00", '
    "in the years 1990 to 2100."
)


#: msgspec's texts that hold types, lengths, names of fields and places, and nothing else.
_OF_SHAPE = re.compile(
    r"(?:Expected `[a-z0-9| `]+`(?: of length)?(?:,| [<>]=? [-0-9.e+]+| matching)?(?: got `\w+`)?"
    r"|Object missing required field `\w+`|JSON is malformed: [a-zA-Z ']+ \(byte \d+\)"
    r"|Input data was truncated|Invalid decimal string|Invalid RFC3339 encoded [a-z]+"
    r"|Invalid enum value)"
)


def shape_of(error: msgspec.DecodeError) -> str:
    """What msgspec says of a document that is not an event, without the values that some of its
    texts quote (`Invalid enum value 'C-1'`). Ends with the place, if there is one."""
    text = str(error)
    known = _OF_SHAPE.match(text)
    at = _PATH.search(text)
    return (known[0] if known else "Not valid") + (at[0] if at else "")


def unreadable(error: Exception, value: bytes) -> Rejected:
    """`value` is not one JSON document."""
    if value.startswith(b"\xef\xbb\xbf"):
        return _decode("The document begins with a byte order mark.", "Write UTF-8 without a BOM.")
    if isinstance(error, RecursionError):
        return _decode(
            "The document nests too deep to be read.", "Send the flat fields of the contract only."
        )
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as bad:
        return _decode(
            f"Byte {bad.start} is not UTF-8.",
            "Encode the document as UTF-8, not as GBK, UTF-16 or anything compressed.",
        )
    if not text.strip():
        return _decode("The record is empty.", "Send one CloudEvent as a JSON object.")
    if re.search(r"\\u[dD][89a-fA-F]", text) and _is_json(text):
        return _decode(
            "A string has half of a surrogate pair, which stands for no character.",
            "Cut texts between characters, not between UTF-16 units.",
        )
    if re.search(r"[:\[,\s](?:NaN|-?Infinity)\b", text):
        return _decode(
            "The document has NaN or Infinity, which JSON does not know.",
            "Leave the field out, or send a finite number.",
        )
    at = _BYTE.search(str(error))
    if at is None:
        reason = "The document ends in the middle."
    elif "trailing" in str(error):
        reason = f"More follows after the end of the document (byte {at[1]})."
    else:
        reason = f"The document is not JSON from byte {at[1]} on."
    return _decode(reason, "Send one CloudEvent in JSON per record, and one per line of a file.")


def _decode(reason: str, mend: str) -> Rejected:
    return Rejected("decode", "", reason, mend)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def invalid(error: Exception, cls: type, stage: Stage, prefix: str = "") -> Rejected:
    """A document of the wrong shape for `cls`; `prefix` is put before the path of its fields."""
    text = str(error)
    at = _PATH.search(text)
    path = at[1] if at else ""
    missing = _MISSING.search(text)
    if missing is not None:
        path += "." + missing[1]
    hint = _hint_at(cls, path)
    field = (prefix + path).lstrip(".")
    if datetime in get_args(hint) and missing is None and not _ILL_TYPED.search(text):
        return Rejected("time", field, _time_reason(field, text), _TIME_MEND)
    if not field:
        return _not_an_object(text)
    subject = f"`{field}`"
    if missing is not None:
        return Rejected(stage, field, f"{subject} is missing.", f"Send {expected(hint)}.")
    return Rejected(stage, field, f"{subject} {_trouble(text, hint)}.", f"Send {expected(hint)}.")


def _not_an_object(text: str) -> Rejected:
    if "got `array`" in text:
        return _decode(
            "The record is a list, not one event.", "Send one CloudEvent per record, not a batch."
        )
    return _decode("The document is JSON, but no object.", "Send one CloudEvent as a JSON object.")


def _time_reason(field: str, text: str) -> str:
    if "timezone" in text:
        return f"`{field}` has no offset, so it could be any of 26 hours."
    return f"`{field}` is no RFC 3339 time that ever was or will be."


def _trouble(text: str, hint: Any) -> str:
    typed = _ILL_TYPED.search(text)
    if typed is not None:
        return f"is {_WORDS.get(typed[2], 'something else')}"
    length = _LENGTH.search(text)
    if length is not None:
        if length[1] == ">=":
            return "is empty" if length[2] == "1" else f"is shorter than {length[2]} characters"
        return f"is longer than {length[2]} characters"
    if text.startswith("Invalid enum value"):
        return "is none of the words the contract knows"
    if "Invalid decimal" in text:
        return "is no decimal number"
    if "RFC3339 encoded date" in text:
        return "is no date of the calendar"
    if "Expected `int`" in text or "out of range" in text:
        return "is out of range"
    return "is not valid"


def expected(hint: Any) -> str:
    """What a field of type `hint` takes, as the object of "Send …"."""
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(f"`{word}`" for word in get_args(hint))
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.description:
            return meta.description
    if hint is date:
        return 'a date such as "2026-03-31"'
    if datetime in get_args(hint):
        return 'an RFC 3339 time with its offset, such as "2026-03-02T09:15:00+08:00"'
    if hint is bool:
        return "true or false without quotes"
    if get_origin(hint) is tuple:
        return f"a list; each element is {expected(get_args(hint)[0])}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        needed = [field.name for field in msgspec.structs.fields(hint) if field.required]
        with_ = " with " + ", ".join(f"`{name}`" for name in needed) if needed else ""
        return f"a JSON object{with_}, not its text in a string"
    if hint is Decimal:
        return "a decimal number"
    if get_origin(hint) is dict:
        return "a JSON object"
    return "a string"


def _hint_at(cls: Any, path: str) -> Any:
    """The type at `path` (such as `.before.amount` or `.accounts[...]`) within `cls`."""
    hint: Any = cls
    for name, _index in _STEP.findall(path):
        if name:
            hint = hints(hint).get(name, Any)
        else:
            hint = get_args(hint)[-1] if get_origin(hint) is dict else get_args(hint)[0]
        hint = bare(hint)
    return hint
