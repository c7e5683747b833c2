"""Finds keys that nobody reads though somebody probably meant them: `orderId` beside no `order`.

Unknown keys are allowed, and a sender may have many. Each document is read once more by a decoder
that knows all keys met so far that are near to none of ours, and fails at any other; only then its
keys are looked at one by one. That costs a twentieth of what reading a line takes in all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Raw

from contract.kinds import KIND_OF_TYPE
from contract.spelling.nearest import is_slip, near_key
from contract.types import IMAGE_KEYS, CrmEdit, Image
from offbook.cli.files.ndjson import Place

#: Different keys that are remembered at each place of a document, and that are told of in all.
_KNOWN, _TOLD = 200, 1000
#: Characters of a key that is looked at.
_LONGEST: Final = 64

_ATTRIBUTES: Final = (
    "specversion", "id", "source", "type", "time", "datacontenttype", "data_base64", "data",
)  # fmt: skip
_IMAGES: Final = ("before", "after")
_NOTHING = Raw(b"")

_members = msgspec.json.Decoder(dict[str, Raw]).decode


class Stray(NamedTuple):
    """A key of a type that is not read, and what was probably meant."""

    type: str
    path: str
    meant: str


class StrayKeys:
    """Takes good documents in any order."""

    def __init__(self) -> None:
        #: Keys that are the senders' own, by type and place.
        self._own: dict[tuple[str, str], set[str]] = {}
        self._knows: dict[str, Callable[[bytes], Any]] = {
            type_: self._decoder(type_) for type_ in KIND_OF_TYPE
        }
        self._found: dict[Stray, list[Any]] = {}

    def note(self, type_: str, line: bytes, place: Place) -> None:
        """Take in a document of this type."""
        try:
            self._knows[type_](line)
        except (ValueError, RecursionError):
            self._look(type_, line, place)

    def note_bad(self, line: bytes, place: Place) -> None:
        """Take in a document of which a field is missing, or wrong: it may have another name."""
        type_ = _type_in(Raw(line))
        if type_ in KIND_OF_TYPE:
            self._look(type_, line, place)

    def told(self) -> Iterator[tuple[Place, str]]:
        """Each key with the place where it is first, and a text on it."""
        for (type_, path, meant), (count, place) in self._found.items():
            times = f" ({count} such)" if count > 1 else ""
            yield place, f"{path}: nobody reads this key of {type_}; did you mean {meant}?{times}"

    def _look(self, type_: str, line: bytes, place: Place) -> None:
        try:
            document = _members(line)
            data = _members(document["data"])
        except (ValueError, KeyError, RecursionError):
            return
        kind = KIND_OF_TYPE[type_]
        fields = frozenset(kind.data.__struct_fields__)
        learned = self._judge(type_, "", document, frozenset(_ATTRIBUTES), place)
        learned |= self._judge(type_, "data.", data, fields, place)
        if kind.data is CrmEdit:
            known = IMAGE_KEYS.get(_type_in(data.get("object", _NOTHING)), frozenset())
            for name in _IMAGES:
                image = data.get(name, _NOTHING)
                if bytes(image)[:1] == b"{":
                    at = f"data.{name}."
                    learned |= self._judge(type_, at, _members(image), known, place)
        if learned:
            self._knows[type_] = self._decoder(type_)

    def _judge(
        self, type_: str, at: str, there: dict[str, Raw], known: frozenset[str], place: Place
    ) -> bool:
        """Look at the keys of an object; whether some of them are new and near to none of ours."""
        own = self._own.setdefault((type_, at), set())
        readable = frozenset(Image.__struct_fields__) if _is_image(at) else known
        learned = False
        for key in there:
            if key in readable or key in own or len(key) > _LONGEST:
                continue
            if near_key(key, readable) is None:
                if len(own) < _KNOWN:
                    own.add(key)
                    learned = True
                continue
            meant = near_key(key, known.difference(there))
            if meant is None:
                # What was meant may stand beside it: then it is a slip, or a field of theirs.
                meant = next(
                    (it for it in sorted(known.intersection(there)) if is_slip(key, it)), None
                )
            if meant is not None:
                self._count(Stray(type_, at + key, at + meant), place)
        return learned

    def _count(self, stray: Stray, place: Place) -> None:
        found = self._found.get(stray)
        if found is not None:
            found[0] += 1
        elif len(self._found) < _TOLD:
            self._found[stray] = [1, place]

    def _decoder(self, type_: str) -> Callable[[bytes], Any]:
        """One that fails at a key which has not been judged."""
        data = KIND_OF_TYPE[type_].data
        inner: dict[str, Any] = {}
        if data is CrmEdit:
            fields = Image.__struct_fields__
            inner = {name: self._keys(type_, f"data.{name}.", fields, {}) for name in _IMAGES}
        keys = self._keys(type_, "data.", data.__struct_fields__, inner)
        whole = self._keys(type_, "", _ATTRIBUTES, {"data": keys})
        return msgspec.json.Decoder(whole).decode

    def _keys(
        self, type_: str, at: str, ours: tuple[str, ...], inner: dict[str, Any]
    ) -> type[msgspec.Struct]:
        names = [*ours, *sorted(self._own.get((type_, at), ()))]
        fields: list[Any] = [
            (f"f{number}", inner[name] | None, None)
            if name in inner
            else (f"f{number}", Raw, _NOTHING)
            for number, name in enumerate(names)
        ]
        spelt = {f"f{number}": name for number, name in enumerate(names)}
        return msgspec.defstruct("Keys", fields, rename=spelt, forbid_unknown_fields=True, gc=False)


def _is_image(at: str) -> bool:
    return at in ("data.before.", "data.after.")


class _Object(msgspec.Struct):
    type: str = ""


def _type_in(raw: Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=_Object).type.strip()
    except (ValueError, RecursionError):
        return ""
