"""Documents that stand there twice: whether they say the same, or contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from offbook.events.event import Event
from offbook.streams.ndjson import Place

#: Bits in which each identity leaves a mark: 16 MiB. Of a million, one in 300 meets another's.
_BITS: Final = 1 << 27


class Double(NamedTuple):
    """An event that has the type, source and id of the one at `first`; `same` if it says the same
    too."""

    first: Place
    same: bool


class Doubles:
    """Finds them in two readings of the same documents, however far they stand apart.

    The first notes all identities in little memory; the second looks only at those that may have
    come twice, and remembers some 200 bytes of each.
    """

    def __init__(self) -> None:
        self._marks = bytearray(_BITS >> 3)
        self._met: dict[int, tuple[int, Place]] = {}
        #: Hashes of identities that may have come twice.
        self.suspects: set[int] = set()

    def note(self, identity: bytes) -> None:
        """First reading: take in what `identity` gives for a document."""
        mark = hash(identity)
        marks = self._marks
        slot = mark % _BITS
        held, bit = marks[slot >> 3], 1 << (slot & 7)
        if held & bit:
            self.suspects.add(mark)
        else:
            marks[slot >> 3] = held | bit

    def noted(self) -> None:
        """The first reading is over: what only that needs is let go."""
        self._marks = bytearray()

    def meet(self, suspect: int, event: Event, place: Place) -> Double | None:
        """Second reading: which event it is a double of, if it is not the first."""
        said = event.content()
        first = self._met.setdefault(suspect, (said, place))
        return None if first[1] == place else Double(first[1], first[0] == said)


def identity(type_: str, source: str, id_: str) -> bytes:
    """By what an event is known, as bytes that sort as the three do. None may have a NUL."""
    return f"{type_}\0{source}\0{id_}\0".encode()


def identified(identity: bytes) -> tuple[str, str, str]:
    """The type, the source and the id of an `identity`."""
    type_, source, id_, _ = identity.decode().split("\0")
    return type_, source, id_


class _Named(Struct, gc=False):
    type: str
    source: str
    id: str


_named = msgspec.json.Decoder(_Named).decode


def identity_in(line: bytes) -> bytes:
    """That of a document, which need be no more than one that can be read; b"" if there is none."""
    try:
        named = _named(line)
    except (ValueError, RecursionError):
        return b""
    return identity(named.type, named.source, named.id)


def contradiction(names: Sequence[str], place: Place, first: Place) -> str:
    """`file:line: id: reason; mend` for a double that says something else."""
    (which, number), (other, line) = place, first
    return (
        f"{names[which]}:{number}: id: {names[other]}:{line} has the same `type`, `source` and"
        " `id`, and other content; give each event an id of its own"
    )
