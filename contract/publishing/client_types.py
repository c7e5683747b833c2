"""The contract's types as a library in another language needs them: each struct with its fields,
what may stand in them, and what that means. `python_types`, `typescript` and `java` write it down.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Meta

from contract import types as t
from contract.checks import bare
from contract.kinds import HEARTBEAT, KINDS, Kind
from contract.publishing import meanings

#: `owner` is a text that may also be null, which says that it is nobody's.
Shape = Literal["text", "owner", "decimal", "whole", "flag", "date", "word", "struct", "any"]

_SHAPES: Final[dict[Any, Shape]] = {
    str: "text",
    int: "whole",
    bool: "flag",
    date: "date",
    Decimal: "decimal",
    Any: "any",
}


class ClientField(NamedTuple):
    """One field: `words` are those of an enumeration, `struct` the name of another struct.

    `many`: a list of these; `by_name`: an object of these by any names.
    """

    name: str
    shape: Shape
    required: bool
    meaning: str
    words: tuple[str, ...] = ()
    struct: str = ""
    many: bool = False
    by_name: bool = False
    default: Any = None


class ClientStruct(NamedTuple):
    """One struct; with a `kind` it is the `data` of an event."""

    name: str
    meaning: str
    fields: tuple[ClientField, ...]
    kind: Kind | None


def client_structs() -> tuple[ClientStruct, ...]:
    """Every struct, those that others are made of first."""
    inner = [_struct(it, None) for it in (t.ObjectRef, t.Image, t.Difference)]
    return (*inner, *(_struct(kind.data, kind) for kind in (*KINDS, HEARTBEAT)))


def pascal(name: str) -> str:
    """`payee_account` as `PayeeAccount`."""
    return "".join(word.capitalize() for word in name.split("_"))


def wrapped(text: str, indent: str, width: int = 100) -> list[str]:
    """`text` in lines of at most `width` characters, each with `indent` before it."""
    lines, line = [], ""
    for word in text.split():
        if line and len(indent) + len(line) + 1 + len(word) > width:
            lines.append(indent + line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, indent + line]


def _struct(cls: type[t.EventData], kind: Kind | None) -> ClientStruct:
    hints = get_type_hints(cls, include_extras=True)
    fields = tuple(
        _field(cls, field, bare(hints[field.name])) for field in msgspec.structs.fields(cls)
    )
    said = meanings.TYPES.get(cls)
    meaning = said.en if said else " ".join((cls.__doc__ or "").partition("\n\n")[0].split())
    return ClientStruct(cls.__name__, meaning.replace("`IMAGE_KEYS`", "the page"), fields, kind)


def _field(cls: type[t.EventData], field: msgspec.structs.FieldInfo, hint: Any) -> ClientField:
    origin, args = get_origin(hint), get_args(hint)
    many, by_name = origin is tuple, origin is dict
    one = args[0] if many else args[1] if by_name else hint
    limits = ""
    for meta in getattr(one, "__metadata__", ()):
        limits = meta.description or "" if isinstance(meta, Meta) else limits
    one = one.__origin__ if hasattr(one, "__metadata__") else one
    meaning = meanings.FIELDS[cls][field.name].en
    if cls is t.Image:
        objects = ", ".join(f"`{it}`" for it, keys in t.IMAGE_KEYS.items() if field.name in keys)
        meaning = f"{meaning} Of: {objects}."
    if limits:
        meaning = f"{meaning} {limits[0].upper()}{limits[1:]}."
    words = args if origin is Literal else ()
    struct = one.__name__ if isinstance(one, type) and issubclass(one, t.EventData) else ""
    shape: Shape = "word" if words else "struct" if struct else _SHAPES[one]
    if field.default is UNSET:
        shape = "owner"
    default = None if field.default in (msgspec.NODEFAULT, UNSET, ()) else field.default
    return ClientField(
        field.name, shape, field.required, meaning, words, struct, many, by_name, default
    )
