"""The documents of files in the order of the files, reference documents before all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import merge

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from contract.kinds import REFERENCE_TOPICS
from contract.rejected import Rejected
from contract.spelling.folding import REGION
from offbook.cli.files.ndjson import Advance, Place, Source

#: In the `type` of every reference document. A look for these bytes costs a fiftieth of decoding;
#: with `in` a twenty-fifth, for that first tries to take what it looks for as a number.
_REFERENCE_MARK = b"offbook.reference."

_NOT_FROM_A_FILE = Rejected(
    "type",
    "type",
    "A heartbeat in a file does not say which topic it is for.",
    "Let the system that feeds a topic send it there, behind its events.",
)

#: An event, the line it stood on, and where that is.
Read = tuple[Event, bytes, Place]


class Documents:
    """The documents to be sent, from several sources that can be read more than once.

    Each file keeps its own order; between files the order is that of event time. `complain` is
    called for a line that is not an event when it is met among the others, and for a heartbeat;
    with `wall` (µs) also for an event dated ahead of that clock.
    """

    def __init__(
        self,
        inputs: Sequence[Source],
        complain: Callable[[Source, int, Rejected], None],
        advance: Advance | None = None,
        *,
        wall: int | None = None,
        region: str = REGION,
    ) -> None:
        self._wall = wall
        self._region = region
        self._inputs = inputs
        self._complain = complain
        self._advance = advance
        self._references: list[set[int]] = [set() for _ in inputs]

    def reference(self) -> Iterator[Read]:
        """All reference documents. To be read to the end before the others."""
        return _by_time([self._reference_of(which) for which in range(len(self._inputs))])

    def others(self) -> Iterator[Read]:
        """All events that are no reference documents."""
        return _by_time([self._others_of(which) for which in range(len(self._inputs))])

    def _reference_of(self, which: int) -> Iterator[Read]:
        known = self._references[which]
        for number, line in self._inputs[which].lines():
            if line.find(_REFERENCE_MARK) < 0:
                continue
            event = self._decode(line, number)
            if isinstance(event, Event) and event.origin.topic in REFERENCE_TOPICS:
                known.add(number)
                yield event, line, (which, number)

    def _others_of(self, which: int) -> Iterator[Read]:
        known, complain = self._references[which], self._complain
        source = self._inputs[which]
        for number, line in source.lines(self._advance):
            if number in known:
                continue
            event = self._decode(line, number)
            if isinstance(event, Rejected):
                complain(source, number, event)
            elif not event.origin.topic:
                complain(source, number, _NOT_FROM_A_FILE)
            else:
                yield event, line, (which, number)

    def _decode(self, line: bytes, number: int) -> Event | Rejected:
        return decode_structured(line, Origin("", -1, number), wall=self._wall, region=self._region)


def _by_time(streams: list[Iterator[Read]]) -> Iterator[Read]:
    return streams[0] if len(streams) == 1 else merge(*streams, key=lambda read: read[0].time)
