"""The documents of files in the order of event time, whatever their files and lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from types import TracebackType

from msgspec import Struct

from contract.decoding.decode import NOWHERE, decode_structured, open_structured
from contract.decoding.opened import Opened
from contract.event import Event
from contract.kinds import KINDS
from contract.rejected import Rejected
from contract.spelling.folding import REGION
from contract.types import Tip
from offbook.cli.files.doubles import Double, Doubles
from offbook.cli.files.ndjson import Advance, Place, Source
from offbook.cli.files.sharing.passed_on import PassedOn
from offbook.cli.files.sorter import LIMIT, Sorter

#: An event, where it stands, of what it is a double, and the document that it was read from.
Read = tuple[Event, Place, Double | None, Opened]

#: Events, some 2 KiB each. Twice or half as many are as good.
_AHEAD = 512

_TIPS = {kind.type for kind in KINDS if kind.data is Tip}
_REFERENCE = {kind.type for kind in KINDS if kind.is_reference}

#: What a document takes in memory beside its texts: six objects, and its place in a list.
_OVERHEAD = 224


class Batch(Struct, tag=True, array_like=True):
    """Some documents in their order, for a process that has not read them, and by their numbers
    which are doubles of what."""

    read: PassedOn
    doubles: dict[int, Double]


class InTimeOrder:
    """Reads each of `inputs` once and sorts, then decodes: reference documents, then all others.

    Events of the same moment are ordered by type, source, id and then by their bytes, so that the
    order depends on the set of documents only. About `limit` bytes of each of the two groups are
    held in memory. `complain` is called for lines that are not events, in any order. Raises
    `InputError`.
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
        self.complain = complain
        self._wall = wall
        self.region = region
        self._open = ExitStack()
        self._references = self._open.enter_context(Sorter(Opened, limit))
        self._others = self._open.enter_context(Sorter(Opened, limit))
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
        """Read all files. `advance` is called with the number of bytes."""
        for which, source in enumerate(self._inputs):
            for number, line in source.lines(advance):
                opened = open_structured(line, wall=self._wall)
                if isinstance(opened, Rejected):
                    self.complain((which, number), opened)
                elif opened.type not in _TIPS or self._is_good(line, which, number):
                    opened.file, opened.line = which, number
                    self._add(opened)
        self._doubles.noted()

    def reference(self, advance: Advance | None = None) -> Iterator[Read]:
        """The reference documents, once everything is read. `advance` is called with the number of
        documents."""
        return self._decoded(self._references, advance)

    def others(self, advance: Advance | None = None) -> Iterator[Read]:
        """All others, heartbeats among them."""
        return self._decoded(self._others, advance)

    def batches(self) -> Iterator[Iterator[Batch]]:
        """The reference documents and then all others, to be read in another process: in place of
        `reference` and `others`."""
        for sorter in (self._references, self._others):
            yield self._batches(sorter.drain())

    def _is_good(self, line: bytes, which: int, number: int) -> bool:
        """Whether a tip is: before anything is kept of it, for who told one is stored nowhere."""
        event = decode_structured(line, NOWHERE, wall=self._wall, region=self.region)
        if isinstance(event, Rejected):
            self.complain((which, number), event)
            return False
        return True

    def _add(self, opened: Opened) -> None:
        size = _OVERHEAD + len(opened.id) + len(opened.data)
        if opened.type in _REFERENCE:
            self._references.add(opened, size)
        else:
            self._others.add(opened, size)
            self._doubles.note(opened.type, opened.source, opened.id)

    def _decoded(self, sorter: Sorter[Opened], advance: Advance | None) -> Iterator[Read]:
        return chain.from_iterable(self._ahead(sorter.drain(), advance))

    def _ahead(self, documents: Iterator[Opened], advance: Advance | None) -> Iterator[list[Read]]:
        """Some events at a time, the first of which is then judged.

        One by one, what reads and what judges drive each other out of the processor's caches: a
        replay took an eighth longer.
        """
        complain, doubles, region = self.complain, self._doubles, self.region
        ids = doubles.ids
        while batch := list(islice(documents, _AHEAD)):
            if advance is not None:
                advance(len(batch))
            read: list[Read] = []
            for opened in batch:
                event, place = opened.read(region), (opened.file, opened.line)
                if isinstance(event, Rejected):
                    complain(place, event)
                elif opened.id in ids:
                    read.append((event, place, doubles.meet(event, place), opened))
                else:
                    read.append((event, place, None, opened))
            yield read

    def _batches(self, documents: Iterator[Opened]) -> Iterator[Batch]:
        while some := list(islice(documents, _AHEAD)):
            batch = Batch(PassedOn(), {})
            for number, opened in enumerate(some):
                event, place = opened.read(self.region), (opened.file, opened.line)
                batch.read.add(opened, event)
                if isinstance(event, Event) and (double := self._doubles.meet(event, place)):
                    batch.doubles[number] = double
            yield batch
