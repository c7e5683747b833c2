"""How a letter is mended before it is sent again: fields are renamed, replaced, set, dropped.

Documents are taken apart along the paths that a mend names and nowhere else: what it does not name
stays as it was written, to the last digit.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

Scalar = str | int | float | bool

#: Names in a path, and characters of one.
_DEEPEST, _LONGEST = 8, 128
#: Bytes of a file of mends.
_LARGEST: Final = 1 << 20
#: Each event has its own: one for all would make them one event, or all of one moment.
_OWN: Final = ("id", "time")

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_anything = msgspec.json.Decoder().decode


class MendError(ValueError):
    """A file of mends that cannot be used. One line."""

    retryable: ClassVar[bool] = False


class UnmendedError(ValueError):
    """A letter that this mend cannot be used on. One line that quotes no value."""


class Mend(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done to each document, in this order, by paths such as `data.order`.

    `rename`: from a path to another, where nothing is yet. `replace`: a value by another, for each
    path. `set`: a path has this value, whatever it had. `drop`: a path goes. A path that is not
    there is passed over.
    """

    rename: dict[str, str] = {}
    replace: dict[str, dict[str, Scalar]] = {}
    set: dict[str, Scalar] = {}
    drop: tuple[str, ...] = ()


class Mended(NamedTuple):
    """A record as it is to be sent."""

    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


def load(file: Path) -> Mend:
    """The mend in a TOML file. Raises `MendError`."""
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise MendError(f"{file}: cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise MendError(f"{file}: is larger than {_LARGEST >> 20} MiB")
    try:
        table = tomllib.loads(content.decode("utf-8"))
        mend = msgspec.convert(table, Mend)
    except UnicodeDecodeError:
        raise MendError(f"{file}: is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise MendError(f"{file}: is no TOML: {error}") from None
    except (msgspec.ValidationError, RecursionError) as error:
        raise MendError(
            f"{file}: {error}; it may have `rename`, `replace`, `set` and `drop`, with texts,"
            " numbers, true and false"
        ) from None
    if fault := _fault(mend):
        raise MendError(f"{file}: {fault}")
    return mend


def _fault(mend: Mend) -> str | None:
    for path in (*mend.rename, *mend.rename.values(), *mend.replace, *mend.set, *mend.drop):
        names = path.split(".")
        if len(names) > _DEEPEST or not all(0 < len(it) <= _LONGEST for it in names):
            return f'"{path}" is no path: names with dots between, such as "data.order"'
    for old, new in mend.rename.items():
        if old == new or f"{old}.".startswith(f"{new}.") or f"{new}.".startswith(f"{old}."):
            return f'rename: "{old}" and "{new}" are, or hold, each other'
    for path in mend.set:
        if path in _OWN:
            return f"set: every event has its own `{path}`"
        if path == "data":
            return "set: `data` is an object: name its fields"
    for value in (*mend.set.values(), *(it for to in mend.replace.values() for it in to.values())):
        if isinstance(value, float) and value - value != 0:
            return "nan and inf are no values of JSON"
    return None


def mended(
    mend: Mend, value: bytes | None, headers: tuple[tuple[str, bytes | None], ...]
) -> Mended:
    """The record with this value and these headers, mended. One in binary mode becomes one in
    structured mode: its attributes can be mended as all else. Raises `UnmendedError`."""
    document = _document(value, headers)
    for old, new in mend.rename.items():
        _rename(document, old.split("."), new.split("."))
    for path, words in mend.replace.items():
        _replace(document, path.split("."), words)
    for path, to in mend.set.items():
        _put(document, path.split("."), Raw(msgspec.json.encode(to)))
    for path in mend.drop:
        *outer, last = path.split(".")
        inner = _inner(document, outer)
        if inner is not None:
            inner.pop(last, None)
    left = tuple(it for it in headers if not _is_of_a_mode(it[0]))
    return Mended(msgspec.json.encode(document), left)


def _is_of_a_mode(name: str) -> bool:
    return name.startswith("ce_") or name.lower() == "content-type"


def _document(value: bytes | None, headers: tuple[tuple[str, bytes | None], ...]) -> dict[str, Any]:
    attributes = {name[3:]: it for name, it in headers if name.startswith("ce_")}
    kinds = [it or b"" for name, it in headers if name.lower() == "content-type"]
    if attributes and not any(b"application/cloudevents" in it.lower() for it in kinds):
        try:
            document: dict[str, Any] = {
                name: Raw(msgspec.json.encode((it or b"").decode("utf-8")))
                for name, it in attributes.items()
            }
        except UnicodeDecodeError:
            raise UnmendedError("a `ce_` header is not UTF-8: it cannot be mended") from None
        document["data"] = Raw(value or b"null")
        try:
            _anything(value or b"null")
        except (ValueError, RecursionError):
            raise UnmendedError("the value is no JSON: it cannot be mended") from None
        return document
    try:
        _anything(value or b"")
        return dict(_members(value or b""))
    except (ValueError, RecursionError):
        raise UnmendedError("the value is no JSON object: it cannot be mended") from None


def _inner(document: dict[str, Any], names: list[str], *, make: bool = False) -> Any:
    """The object at a path, opened to be changed; None if there is none."""
    for name in names:
        there = document.get(name)
        if isinstance(there, Raw) and bytes(there)[:1] == b"{":
            there = document[name] = dict(_members(there))
        if not isinstance(there, dict):
            if not make or not _is_nothing(there):
                return None
            there = document[name] = {}
        document = there
    return document


def _is_nothing(there: Any) -> bool:
    return there is None or (isinstance(there, Raw) and bytes(there) == b"null")


def _put(document: dict[str, Any], names: list[str], value: Any) -> None:
    *outer, last = names
    inner = _inner(document, outer, make=True)
    if inner is None:
        raise UnmendedError(f"`{'.'.join(names)}` is inside of something that is no object")
    inner[last] = value


def _rename(document: dict[str, Any], old: list[str], new: list[str]) -> None:
    *outer, last = old
    inner = _inner(document, outer)
    if inner is None or last not in inner:
        return
    *to, name = new
    there = _inner(document, to)
    if there is not None and not _is_nothing(there.get(name)):
        raise UnmendedError(
            f"`{'.'.join(new)}` is there beside `{'.'.join(old)}`: which of the two is right?"
        )
    _put(document, new, inner[last])
    del inner[last]


def _replace(document: dict[str, Any], names: list[str], words: dict[str, Scalar]) -> None:
    *outer, last = names
    inner = _inner(document, outer)
    there = None if inner is None else inner.get(last)
    if not isinstance(there, Raw) or bytes(there)[:1] in (b"{", b"["):
        return
    word = _anything(there) if bytes(there)[:1] == b'"' else bytes(there).decode("ascii")
    if word in words:
        inner[last] = Raw(msgspec.json.encode(words[word]))
