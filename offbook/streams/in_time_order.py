"""The documents of files in the order of event time, whatever files and lines they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from struct import Struct as Packed
from types import TracebackType
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from offbook.events.decode import EARLIEST, LATEST, Attribute, decode_record
from offbook.events.event import Event, Origin
from offbook.events.folding import REGION
from offbook.events.rejected import Rejected
from offbook.events.times import micros
from offbook.events.types import KIND_OF_TYPE, Kind, Tip
from offbook.streams.doubles import Double, Doubles, identity
from offbook.streams.ndjson import Advance, Place, Source
from offbook.streams.sorter import LIMIT, Sorter

#: An event, where it stands, and of what it is a double.
Read = tuple[Event, Place, Double | None]

#: Records between two reports of progress.
_STRIDE = 1000

# A record of the sorter: time, identity, the document; and behind it, how long the identity is,
# the file and the line. Compared as bytes, the time decides, then type, source, id, then what the
# document says, and where it stands only among those that are the same to the byte.
_TIME = Packed(">Q")
_PLACE = Packed(">HIQ")


class _Head(Struct, gc=False):
    """What a document is sorted by. Decoded alone it costs a tenth of the whole."""

    type: str
    id: Attribute
    source: Attribute
    time: Annotated[datetime, Meta(tz=True)]


_head = msgspec.json.Decoder(_Head).decode
#: Tips are looked at whole, before anything is kept of them: who told one is stored nowhere.
_SORTED_UNSEEN: dict[str, Kind] = {
    name: kind for name, kind in KIND_OF_TYPE.items() if kind.data is not Tip
}


class InTimeOrder:
    """Reads each of `inputs` once and sorts, then decodes: reference documents, then all others.

    Events of one moment go by type, source, id and then by their bytes: the order is a function of
    the set of documents. About `limit` bytes of each of the two sorts are held in memory.
    `complain` hears of lines that are no event, in any order. Raises `InputError`.
    """

    def __init__(
        self,
        inputs: Sequence[Source],
        complain: Callable[[Place, Rejected], None],
        *,
        wall: int | None = None,
        region: str = REGION,
        limit: int = LIMIT,
    ) -> None:
        self._inputs = inputs
        self._complain = complain
        self._wall = wall
        self._region = region
        self._open = ExitStack()
        self._references = self._open.enter_context(Sorter(limit))
        self._others = self._open.enter_context(Sorter(limit))
        self._doubles = Doubles()

    def __enter__(self) -> InTimeOrder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def count(self) -> int:
        """How many documents there are, bad ones among them that did not look so at first."""
        return self._references.count + self._others.count

    def read(self, advance: Advance | None = None) -> None:
        """Read all files. `advance` is told of bytes."""
        for which, source in enumerate(self._inputs):
            for number, line in source.lines(advance):
                try:
                    head = _head(line)
                except (ValueError, RecursionError):
                    self._look_closely(which, number, line)
                    continue
                kind = _SORTED_UNSEEN.get(head.type)
                time = micros(head.time)
                if (
                    kind is None
                    or not EARLIEST <= time < LATEST
                    or "\0" in head.id
                    or "\0" in head.source
                ):
                    self._look_closely(which, number, line)
                else:
                    self._add(kind, head.source, head.id, time, which, number, line)
        self._doubles.noted()

    def reference(self, advance: Advance | None = None) -> Iterator[Event]:
        """The reference documents, when all is read. `advance` is told of documents."""
        for event, _, _ in self._decoded(self._references, advance):
            yield event

    def others(self, advance: Advance | None = None) -> Iterator[Read]:
        """All others, heartbeats among them."""
        return self._decoded(self._others, advance)

    def _look_closely(self, which: int, number: int, line: bytes) -> None:
        """Decode at once what may be no event."""
        event = self._decode(line, number)
        if isinstance(event, Rejected):
            self._complain((which, number), event)
        else:
            self._add(event.kind, event.source, event.id, event.time, which, number, line)

    def _add(
        self, kind: Kind, source: str, id_: str, time: int, which: int, number: int, line: bytes
    ) -> None:
        named = identity(kind.type, source, id_)
        record = b"".join((_TIME.pack(time), named, line, _PLACE.pack(len(named), which, number)))
        if kind.is_reference:
            self._references.add(record)
        else:
            self._others.add(record)
            self._doubles.note(named)

    def _decode(self, line: bytes, number: int) -> Event | Rejected:
        return decode_record(line, (), Origin("", -1, number), wall=self._wall, region=self._region)

    def _decoded(self, sorter: Sorter, advance: Advance | None) -> Iterator[Read]:
        decode, complain, doubles = self._decode, self._complain, self._doubles
        suspects = doubles.suspects
        unpack, begin, size = _PLACE.unpack_from, _TIME.size, _PLACE.size
        for count, record in enumerate(sorter.drain(), start=1):
            if advance is not None and count % _STRIDE == 0:
                advance(_STRIDE)
            length, which, number = unpack(record, len(record) - size)
            end = begin + length
            event = decode(record[end:-size], number)
            if isinstance(event, Rejected):
                complain((which, number), event)
            elif (mark := hash(record[begin:end])) in suspects:
                yield event, (which, number), doubles.meet(mark, event, (which, number))
            else:
                yield event, (which, number), None
