"""Brings the ids and contacts of an event's `data` into one standard form, and keeps the original
text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, get_args, get_origin

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from contract.checks import bare, hints
from contract.fields import MAX_ID, Account, Address, Email, Id, Phone
from contract.rejected import Rejected
from contract.spelling import spelling
from contract.spelling.spelling import is_plain
from contract.types import EventData, Image, ObjectRef

#: Path of a field (`after.phone`, `accounts[0]`) to the text that was sent there.
Sent = tuple[tuple[str, str], ...]

#: The region of phone numbers without a country code, unless the settings say otherwise.
REGION = "CN"

#: How a text is brought into its standard form, by the type of its field.
SPELL: Mapping[Any, Callable[[str, str], str | None]] = {
    Id: lambda text, _: spelling.id_(text),
    Account: lambda text, _: spelling.account(text),
    Phone: spelling.phone,
    Email: lambda text, _: spelling.email(text),
    Address: lambda text, _: spelling.address(text),
}
#: The fields in `Event.sent` that say how to reach somebody, and not who or what it is.
CONTACTS = frozenset({"phone", "email", "address", "phones", "addresses"})


class RefusedError(ValueError):
    """A field that must name something names nothing; `rejected` explains it to the sender."""

    def __init__(self, rejected: Rejected) -> None:
        super().__init__(rejected.field)
        self.rejected = rejected


class _Field(Struct, frozen=True):
    """A field whose spelling is standardised: how, and whether it must not be empty."""

    name: str
    kind: Any
    required: bool
    many: bool = False


class _Look(NamedTuple):
    """What to look at in a type to tell whether its spelling must be standardised: all `ids` that
    it has itself or in its required parts, and whatever else (`else_`) is present."""

    ids: Callable[[Any], tuple[Any, ...]]
    else_: Callable[[Any], tuple[Any, ...]]


@cache
def _look(cls: type[EventData]) -> _Look:
    fields = _fields(cls)
    single = [it for it in fields if it.kind is Id and not it.many]
    inner = [it for it in fields if it.kind is ObjectRef]
    ids = [it.name for it in single] + [
        f"{it.name}.{field.name}" for it in inner for field in _fields(ObjectRef)
    ]
    others = [it.name for it in fields if it not in single and it not in inner]
    return _Look(_getter(ids), _getter(others))


def _getter(paths: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    if not paths:
        return lambda _: ()
    get = attrgetter(*paths)
    return get if len(paths) > 1 else lambda data: (get(data),)


@cache
def _fields(cls: type[EventData]) -> tuple[_Field, ...]:
    found = []
    for field in msgspec.structs.fields(cls):
        hint = bare(hints(cls)[field.name])
        many = get_origin(hint) is tuple
        kind = get_args(hint)[0] if many else hint
        if kind in SPELL or kind in (ObjectRef, Image):
            found.append(_Field(field.name, kind, field.required, many))
    return tuple(found)


def fold(data: EventData, region: str = REGION) -> tuple[EventData, Sent]:
    """`data` in the standard form, and the original text where it was different. Raises
    `RefusedError`."""
    if _is_folded(data):
        return data, ()
    sent: list[tuple[str, str]] = []
    return _fold(data, region, "", sent), tuple(sent)


def _is_folded(data: EventData) -> bool:
    """Whether it has nothing but plain ids, as nearly all data have; False if a closer look is
    needed."""
    ids, else_ = _look(type(data))
    for value in ids(data):
        if value and not is_plain(value):
            return False
    for value in else_(data):
        if value and (type(value) is not Image or not _is_folded(value)):
            return False
    return True


def _fold(data: EventData, region: str, prefix: str, sent: list[tuple[str, str]]) -> EventData:
    changes: dict[str, Any] | None = None
    for field in _fields(type(data)):
        value = getattr(data, field.name)
        if value is None or value is UNSET:
            continue
        path = prefix + field.name
        one = (
            _fold(value, region, f"{path}.", sent)
            if isinstance(value, EventData)
            else _items(value, field, region, path, sent)
            if field.many
            else _one(value, field, region, path, sent)
        )
        if one is not value and one != value:
            changes = changes or {}
            changes[field.name] = one
    return replace(data, **changes) if changes else data


def _items(
    values: tuple[str, ...], field: _Field, region: str, path: str, sent: list[tuple[str, str]]
) -> tuple[str, ...]:
    """The items that name something. If any of them is read differently from what was sent, the
    original texts of all are kept."""
    folded: list[tuple[str, str]] = []
    ones = [_one(it, field, region, f"{path}[{n}]", folded) for n, it in enumerate(values)]
    if folded:
        sent.extend((f"{path}[{number}]", value) for number, value in enumerate(values))
    return tuple(filter(None, ones))


def _one(
    text: str, field: _Field, region: str, path: str, sent: list[tuple[str, str]]
) -> str | None:
    try:
        one = SPELL[field.kind](text, region)
    except spelling.UnclearError as unclear:
        raise RefusedError(
            Rejected("data", f"data.{path}", f"`data.{path}` {unclear.reason}.", unclear.mend)
        ) from unclear
    if one == text:
        return one
    sent.append((path, text))
    if field.kind in (Id, Account):
        if not one and (field.required or not spelling.folded(text)):
            raise RefusedError(_names_nothing(path, one))
        if one is not None and len(one) > MAX_ID:
            raise RefusedError(_too_long(path))
        return one or None
    return one


def _names_nothing(path: str, one: str | None) -> Rejected:
    what = "is masked" if one is None else "names nothing: it is a placeholder, or blank"
    return Rejected(
        "data", f"data.{path}", f"`data.{path}` {what}.", "Send the whole id of what it is about."
    )


def _too_long(path: str) -> Rejected:
    return Rejected(
        "data",
        f"data.{path}",
        f"`data.{path}` is longer than {MAX_ID} characters.",
        "Send the id as it stands in the source system.",
    )


def kind_at(cls: type[EventData], path: str) -> Any:
    """The type of the text at a path of `Sent`."""
    *outer, last = path.split(".")
    for name in outer:
        cls = bare(hints(cls)[name])
    return next(it.kind for it in _fields(cls) if it.name == last.partition("[")[0])


def unfold(document: dict[str, Any], sent: Sent) -> None:
    """Put the original texts back into a document's `data`."""
    for path, text in sent:
        inner: Any = document
        *outer, last = path.split(".")
        for name in outer:
            inner = inner[name]
        name, _, number = last.partition("[")
        if number == "0]":
            inner[name] = []
        if number:
            inner[name].append(text)
        else:
            inner[name] = text
