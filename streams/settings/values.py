"""One setting: from a file's or a variable's value to its type, and how it is shown to people."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from contract.duration import Duration
from contract.spelling.shown import shown

_PLAIN = {
    "`int`": "a whole number",
    "`str`": "text",
    "`bool`": "true or false",
    "`float`": "a number with a point",
    "`decimal`": "a decimal",
    "`array`": "a list",
    "`object`": "a table",
    "`null`": "nothing",
}


def convert(value: Any, type_: Any) -> Any:
    """`value` as a setting's type. Raises `ValueError` that says what was expected."""
    if value == "SASL_PLAINTEXT" and "SASL_SSL" in choices(type_):
        raise ValueError("SASL without TLS shows the password to the network; use SASL_SSL")
    try:
        return msgspec.convert(value, type_, dec_hook=_duration)
    except msgspec.ValidationError as error:
        text = str(error).split(" - at `$")[0]
        if words := choices(type_):
            raise ValueError(f"must be {' or '.join(words)}") from None
        if text.startswith("Expected "):
            text = text[0].lower() + text[1:]
        for name, plain in _PLAIN.items():
            text = text.replace(name, plain)
        raise ValueError(text) from None


def _duration(type_: type[Any], value: Any) -> Any:
    if type_ is not Duration:
        raise NotImplementedError(type_)
    if not isinstance(value, str):
        raise ValueError('expected a duration in quotes such as "72h" or "7d" (units: s, m, h, d)')
    return Duration(value)


def _bare(type_: Any) -> Any:
    return get_args(type_)[0] if hasattr(type_, "__metadata__") else type_


def is_int(type_: Any) -> bool:
    """Whether a setting is a whole number, which an environment variable can only spell."""
    bare = _bare(type_)
    return bare is int or _bare(bare) is int


def number(text: str) -> int | str:
    """`text` as a whole number; as it is if it is none."""
    try:
        return int(text)
    except ValueError:
        return text


def choices(type_: Any) -> list[str]:
    """The words that are allowed for a setting, if it only takes a few."""
    bare = _bare(type_)
    found = [
        choice
        for part in (bare, *get_args(bare))
        if part is not str
        for choice in get_args(part)
        if isinstance(choice, str)
    ]
    return found or [choice for choice in get_args(bare) if isinstance(choice, str)]


def as_in_file(value: Any) -> str:
    """A setting's value as the file would have it; "not set" for None."""
    if value is None:
        return "not set"
    if isinstance(value, Duration | str):
        return f'"{shown(str(value))}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(as_in_file(item) for item in value) + "]"
    return str(value)
