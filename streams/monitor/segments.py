"""How a large state lies on the changelog: cut into segments, of which only what is new is written.

Of an entity with a long history nearly all stays what it was from one event to the next. Written
whole, a state of 100 KB would cost as much for each event, and one above what a record may hold
could not be written at all. So its record lists segments by name, and each lies there packed, under
a key of its own. A name is a digest of what it names: whatever two workers write under one, in
whatever order, is the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from typing import Final

from cramjam import DecompressionError, zstd

#: Key, value and headers of a changelog record; a value of None is a tombstone.
Entry = tuple[bytes, bytes | None, list[tuple[str, bytes]]]

#: A state above so many bytes is cut: below, what is written anew costs less than a list of names.
LARGE: Final = 4096
#: Prefix of a segment's key, before its name and its entity. No kind of entity has this name.
_SEGMENT: Final = "segment/"
#: Bytes of a name.
_NAME: Final = 8
#: Bytes of a segment, unless it is the last: shorter ones cost more than they save.
_LEAST, _MOST = 256, 8192
#: A segment begins before a time (µs) of the years 2014 to 2049 in MessagePack, about every 16th,
#: by bits of its own. So where something is put in, or dropped, those that come after begin where
#: they did.
_BEGIN = re.compile(rb"\xcf\x00[\x05-\x08].{3}[\x00-\x0f]", re.DOTALL)


def cut(data: bytes) -> list[bytes]:
    """The segments of a state, which joined are the state."""
    segments: list[bytes] = []
    start = 0
    for place in (*(it.start() for it in _BEGIN.finditer(data)), len(data)):
        while place - start > _MOST:
            segments.append(data[start : start + _MOST])
            start += _MOST
        if place - start >= _LEAST or place == len(data):
            segments.append(data[start:place])
            start = place
    return segments


def listed(state: bytes) -> bytes:
    """The list that stands for a state: the names of its segments."""
    return b"".join(map(_name_of, cut(state)))


def _name_of(segment: bytes) -> bytes:
    return blake2b(segment, digest_size=_NAME).digest()


def _packed(segment: bytes) -> bytes:
    packed = bytes(zstd.compress(segment, level=1))
    return packed if len(packed) < len(segment) else segment


def _unpacked(name: bytes, value: bytes) -> bytes:
    """Raises `KeyError` if it is not what the name says."""
    if _name_of(value) == name:
        return value
    try:
        segment = bytes(zstd.decompress(value))
    except DecompressionError as error:
        raise KeyError(name) from error
    if _name_of(segment) != name:
        raise KeyError(name)
    return segment


def entity_of(key: str) -> str:
    """The entity that a record of this key is of: a segment's, or its own."""
    return _split(key)[1] if is_segment(key) else key


def is_segment(key: str) -> bool:
    """Whether a record of this key is a segment."""
    return key.startswith(_SEGMENT)


def _split(key: str) -> tuple[bytes, str]:
    name, _, entity = key.removeprefix(_SEGMENT).partition("/")
    return bytes.fromhex(name), entity


def _key(name: bytes, entity: str) -> bytes:
    return f"{_SEGMENT}{name.hex()}/{entity}".encode()


class Segments:
    """What segments of which entities stand on the changelog of a partition.

    Those that no state lists any more go, but never before the state that no longer lists them is
    acknowledged: who reads after a crash in between finds too much, not too little.
    """

    def __init__(self) -> None:
        self._standing: dict[str, frozenset[bytes]] = {}
        #: As it will be once what was last asked for is acknowledged.
        self._coming: dict[str, frozenset[bytes]] = {}
        self._needless: dict[bytes, None] = {}
        #: While the changelog is read: segments by name, of each entity, and those of them that
        #: were dropped though they are listed.
        self._read: dict[str, dict[bytes, bytes]] = {}
        self._dropped: set[tuple[str, bytes]] = set()

    # Writing.

    def of(self, entity: str, state: bytes) -> tuple[bytes, list[Entry]]:
        """The list that stands for a state, and the records of the segments that are new in it."""
        known = self._standing.get(entity, frozenset())
        names, new = [], {}
        for segment in cut(state):
            name = _name_of(segment)
            names.append(name)
            if name not in known:
                new[_key(name, entity)] = _packed(segment)
        for key in new:
            self._needless.pop(key, None)
        self._coming[entity] = frozenset(names)
        return b"".join(names), [(key, segment, []) for key, segment in new.items()]

    def none_of(self, entity: str) -> None:
        """A state is written whole, or is no more."""
        if entity in self._standing:
            self._coming[entity] = frozenset()

    def sweeping(self) -> list[Entry]:
        """The records that drop what no state lists."""
        return [(key, None, []) for key in self._needless]

    def acknowledged(self, entities: Iterable[str], swept: Collection[Entry]) -> None:
        """What was asked for of these entities stands, and what was swept is gone."""
        for key, _, _ in swept:
            self._needless.pop(key, None)
        for entity in entities:
            if (names := self._coming.pop(entity, None)) is None:
                continue
            gone = self._standing.get(entity, frozenset()) - names
            self._needless |= dict.fromkeys(_key(name, entity) for name in sorted(gone))
            if names:
                self._standing[entity] = names
            else:
                self._standing.pop(entity, None)

    def lost(self, key: str, value: bytes | None) -> str | None:
        """The entity that has to be written again, where another worker dropped a segment of it."""
        name, entity = _split(key)
        standing = self._standing.get(entity, frozenset())
        if value is not None or name not in standing:
            return None
        self._standing[entity] = standing - {name}
        return entity

    # Reading.

    def restore(self, key: str, value: bytes | None, values: Mapping[str, bytes]) -> None:
        """Take in a segment's record; `values` has the lists that were read so far.

        What is listed and another worker dropped, which was paused and did not know, is kept, to be
        written again."""
        name, entity = _split(key)
        read = self._read.setdefault(entity, {})
        if value is not None:
            read[name] = value
            self._dropped.discard((entity, name))
        elif name in values.get(entity, b""):
            self._dropped.add((entity, name))
        else:
            read.pop(name, None)

    def joined(self, entity: str, names_in_order: bytes) -> bytes:
        """The state that a list stands for. Raises `KeyError` if a segment of it is not there, or
        is another."""
        read = self._read.get(entity, {})
        starts = range(0, len(names_in_order), _NAME)
        names = [names_in_order[at : at + _NAME] for at in starts]
        state = b"".join([_unpacked(name, read[name]) for name in names])
        self._standing[entity] = frozenset(names)
        return state

    def restored(self) -> set[str]:
        """All was read: what is listed nowhere is needless. Gives the entities of which something
        is to be written again."""
        lacking = set()
        for entity, read in self._read.items():
            standing = self._standing.get(entity, frozenset())
            self._needless |= dict.fromkeys(
                _key(it, entity) for it in sorted(read.keys() - standing)
            )
            if gone := {it for it in standing if (entity, it) in self._dropped}:
                self._standing[entity] = standing - gone
                lacking.add(entity)
        self._read.clear()
        self._dropped.clear()
        return lacking
