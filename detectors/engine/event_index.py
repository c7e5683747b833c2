"""Which profiles and which detectors an event matters to, found by its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from msgspec import Struct

from contract.types import CrmEdit, EventData
from detectors.engine.running import Running
from detectors.facts.drawing import PROFILES, Drawn
from detectors.facts.entity import ABOUT, EntityKind, entity
from detectors.facts.event_filter import Edits, Where, anything
from detectors.facts.reads import Draw
from detectors.facts.reference import Reference

#: The type of an event; of an edit its operation and the type of its object.
Shape = type[EventData] | tuple[str, str]


class Reader(NamedTuple):
    """What a detector draws of an event of one shape, if `asks` says so too.

    `asks` None: the shape says it all. `ends_of` as in `Reads`. Of what has been over for longer
    than `patience` (µs) nothing is drawn; None if that never matters.
    """

    ran: Running
    id: str
    draw: Draw
    asks: Where | None
    ends_of: int | None
    patience: int | None


class Reading(Struct, frozen=True):
    """What an event of one shape may say of the entities of a kind.

    The profile is drawn if `drawn_asks` says so. Where `always`, some of it needs no asking; else
    `asks` are all that are to be asked. `by_reference` are those of the readers, if all have one.
    """

    drawn: Drawn | None
    drawn_asks: Where | None
    readers: tuple[Reader, ...]
    always: bool
    asks: tuple[Where, ...]
    by_reference: tuple[Callable[[Any, Reference], bool], ...]

    def wants(self, data: EventData, known: Reference | None) -> bool:
        """Whether any of it is for this very event; with the reference data as they are `known`,
        not if nothing is drawn of it by what they say."""
        if not self.always and not _any(self.asks, data):
            return False
        if known is None or not self.by_reference:
            return True
        if self.drawn_asks is not None and self.drawn_asks(data):
            return True
        return _any(self.by_reference, data, known)


def _any(questions: Iterable[Callable[..., bool]], *said: object) -> bool:
    # Asked of every second event: a generator would cost as much as three questions.
    holds = False
    for asks in questions:
        if asks(*said):
            holds = True
            break
    return holds


class Route(NamedTuple):
    """To which entities of a kind an event of one shape goes: their keys are `prefix` and one of
    the `ids` that it has.

    It goes to all of them, or if the `reading` wants it.
    """

    prefix: str
    ids: Callable[[Any], tuple[str, ...]]
    to_all: bool
    reading: Reading


class Shaped(NamedTuple):
    """What is known of all events of one shape."""

    readings: dict[EntityKind, Reading]
    routes: tuple[Route, ...]


class Readers:
    """The readings of a set of detectors. Sorted out at the first event of a shape, and kept."""

    def __init__(self, running: Iterable[Running]) -> None:
        self._running = tuple(running)
        self._known: dict[Shape, Shaped] = {}
        self._last: tuple[EventData | None, Shaped] = (None, Shaped({}, ()))

    def of(self, data: EventData) -> Shaped:
        """What an event of this shape may say, and to whom."""
        # Whoever is to route an event and each entity it is about ask in turn.
        last, known_last = self._last
        if data is last:
            return known_last
        shape: Shape = (data.op, data.object.type) if type(data) is CrmEdit else type(data)
        known = self._known.get(shape)
        if known is None:
            known = self._known[shape] = self._shaped(data)
        self._last = (data, known)
        return known

    def _shaped(self, data: EventData) -> Shaped:
        routes = {
            kind: Route(entity(kind, ""), ids, it.always and not it.by_reference, it)
            for (about, kind), ids in ABOUT.items()
            if about is type(data) and (it := self._reading(kind, data)) is not None
        }
        return Shaped({kind: it.reading for kind, it in routes.items()}, (*routes.values(),))

    def _reading(self, kind: EntityKind, data: EventData) -> Reading | None:
        drawn = PROFILES.get((kind, type(data)))
        if drawn is not None and not _may(drawn.where, data):
            drawn = None
        rows = [
            (ran, reads)
            for ran in self._running
            for reads in ran.detector.reads
            if reads.entity == kind and reads.data is type(data) and _may(reads.where, data)
        ]
        readers = tuple(
            Reader(
                ran,
                ran.detector.id,
                reads.fact,
                _left_to_ask(reads.where),
                reads.ends_of,
                ran.keeps if ran.detector.waits else None,
            )
            for ran, reads in rows
        )
        if drawn is None and not readers:
            return None
        drawn_asks = _left_to_ask(drawn.where) if drawn is not None else None
        questions = [reader.asks for reader in readers]
        known = [reads.by_reference for _, reads in rows]
        if drawn is not None:
            questions.append(drawn_asks)
            known += [None] if drawn_asks is None else []
        return Reading(
            drawn,
            drawn_asks,
            readers,
            always=None in questions,
            asks=tuple(asks for asks in questions if asks is not None),
            by_reference=() if None in known else tuple(it for it in known if it is not None),
        )


def _may(where: Where, data: EventData) -> bool:
    if isinstance(where, Edits) and isinstance(data, CrmEdit):
        return where.may(data.op, data.object.type)
    return True


def _left_to_ask(where: Where) -> Where | None:
    if isinstance(where, Edits):
        return where.also
    return None if where is anything else where
