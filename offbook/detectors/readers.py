"""Which profiles and which detectors an event matters to, found by its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from offbook.detectors.detector import Detector, Draw
from offbook.detectors.entity import ABOUT, EntityKind
from offbook.detectors.profile import PROFILES, Drawn
from offbook.detectors.where import Edits, Where, anything
from offbook.events.types import CrmEdit, EventData

#: The type of an event; of an edit its operation and the type of its object.
Shape = type[EventData] | tuple[str, str]


class Reader(NamedTuple):
    """What the detector with an id draws of an event of one shape, if `asks` says so too.

    `asks` None: the shape says it all. `ends_of` as in `Reads`.
    """

    id: str
    draw: Draw
    asks: Where | None
    ends_of: int | None
    detector: Detector


class Reading(NamedTuple):
    """What an event of one shape may say of the entities of a kind, whose `ids` it has.

    The profile is drawn if `drawn_asks` says so. `always`: some of it needs no asking.
    """

    ids: Callable[[Any], tuple[str, ...]]
    drawn: Drawn | None
    drawn_asks: Where | None
    readers: tuple[Reader, ...]
    always: bool

    def wanted(self, data: EventData) -> bool:
        """Whether any of it is for this very event."""
        if self.drawn is not None and self.drawn_asks is not None and self.drawn_asks(data):
            return True
        return any(reader.asks is not None and reader.asks(data) for reader in self.readers)


class Readers:
    """The readings of a set of detectors. Sorted out at the first event of a shape, and kept."""

    def __init__(self, detectors: Iterable[Detector]) -> None:
        self._detectors = tuple(detectors)
        self._known: dict[Shape, dict[EntityKind, Reading]] = {}
        self._last: tuple[EventData | None, dict[EntityKind, Reading]] = (None, {})

    def of(self, data: EventData) -> dict[EntityKind, Reading]:
        """What an event of this shape may say, by the kind of entity."""
        # Whoever is to route an event and each entity it is about ask in turn.
        last, known_last = self._last
        if data is last:
            return known_last
        shape: Shape = (data.op, data.object.type) if type(data) is CrmEdit else type(data)
        known = self._known.get(shape)
        if known is None:
            known = self._known[shape] = {
                kind: reading
                for (about, kind), ids in ABOUT.items()
                if about is type(data) and (reading := self._reading(kind, ids, data)) is not None
            }
        self._last = (data, known)
        return known

    def _reading(
        self, kind: EntityKind, ids: Callable[[Any], tuple[str, ...]], data: EventData
    ) -> Reading | None:
        drawn = PROFILES.get((kind, type(data)))
        if drawn is not None and not _may(drawn.where, data):
            drawn = None
        readers = tuple(
            Reader(detector.id, reads.fact, _left_to_ask(reads.where), reads.ends_of, detector)
            for detector in self._detectors
            for reads in detector.reads
            if reads.entity == kind and reads.data is type(data) and _may(reads.where, data)
        )
        if drawn is None and not readers:
            return None
        drawn_asks = _left_to_ask(drawn.where) if drawn is not None else None
        always = (drawn is not None and drawn_asks is None) or any(
            reader.asks is None for reader in readers
        )
        return Reading(ids, drawn, drawn_asks, readers, always)


def _may(where: Where, data: EventData) -> bool:
    if isinstance(where, Edits) and isinstance(data, CrmEdit):
        return where.may(data.op, data.object.type)
    return True


def _left_to_ask(where: Where) -> Where | None:
    if isinstance(where, Edits):
        return where.also
    return None if where is anything else where
