"""Finds documents that occur twice: whether they say the same, or contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from contract.event import Event
from offbook.cli.files.ndjson import Place

#: Bits in which each identity leaves a mark: 16 MiB. Of a million, one in 300 meets another's.
_BITS: Final = 1 << 27


class Double(NamedTuple):
    """An event with the type, source and id of the one at `first`; `same` if its contents are equal
    too."""

    first: Place
    same: bool


class Doubles:
    """Finds repeats by reading the same documents twice, however far apart they are.

    The first reading notes all identities in little memory; the second looks only at those that may
    occur twice, and remembers some 200 bytes of each.
    """

    def __init__(self) -> None:
        self._marks = bytearray(_BITS >> 3)
        self._met: dict[int, tuple[int, Place]] = {}
        self._suspects: set[int] = set()
        #: The ids of what may have come twice.
        self.ids: set[str] = set()

    def note(self, type_: str, source: str, id_: str) -> None:
        """First reading: note the identity of a document."""
        marks, mark = self._marks, hash((type_, source, id_))
        slot = mark % _BITS
        held, bit = marks[slot >> 3], 1 << (slot & 7)
        if held & bit:
            self._suspects.add(mark)
            self.ids.add(id_)
        else:
            marks[slot >> 3] = held | bit

    def noted(self) -> None:
        """The first reading is over: free what only it needs."""
        self._marks = bytearray()

    def meet(self, event: Event, place: Place) -> Double | None:
        """Second reading: the event that this one repeats, if it is not the first. Only for
        `ids`."""
        # No two in 2⁶⁴ have the same mark but by chance.
        mark = hash((event.kind.type, event.source, event.id))
        if mark not in self._suspects:
            return None
        said = event.content()
        first = self._met.setdefault(mark, (said, place))
        return None if first[1] == place else Double(first[1], first[0] == said)


class _Named(Struct, gc=False):
    id: str


_named = msgspec.json.Decoder(_Named).decode


def id_in(line: bytes) -> str:
    """That of a document, which need be no more than one that can be read; "" if there is none."""
    try:
        return _named(line).id
    except (ValueError, RecursionError):
        return ""


def contradiction(names: Sequence[str], place: Place, first: Place) -> str:
    """`file:line: id: reason; mend` for a double that says something else."""
    (which, number), (other, line) = place, first
    return (
        f"{names[which]}:{number}: id: {names[other]}:{line} has the same `type`, `source` and"
        " `id`, and other content: only one of them counts, and the other is lost; give each event"
        " an id of its own"
    )
