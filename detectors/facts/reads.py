"""Which events a detector reads, and what it keeps of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from contract.event import Event
from contract.spelling.nearest import nearest
from contract.types import EventData
from detectors.facts.entity import ABOUT, EntityKind
from detectors.facts.event_filter import Where, anything
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reference import Reference

Draw = Callable[[Event, Reference], Fact | None]


@dataclass(frozen=True, slots=True)
class Reads:
    """One row of what a detector reads.

    Events of type `data` for which `where` holds (a pure and cheap look at the event, asked by
    the router too) reach the entities of kind `entity` that they are about; `fact` draws what is
    kept, or None. With `ends_of`, a span of time, only the first and the last of a span are kept.
    `by_reference` says of an event whether `fact` draws anything by what the reference data say:
    whoever has them at hand, which the router has not, need not show it to the entity if not.
    """

    entity: EntityKind
    data: type[EventData]
    fact: Draw
    where: Where = anything
    ends_of: int | None = None
    by_reference: Callable[[Any, Reference], bool] | None = None

    def __post_init__(self) -> None:
        """Raises `TypeError` for an entity that no event of the type is about: nothing would ever
        reach it."""
        if (self.data, self.entity) in ABOUT:
            return
        named = getattr(self.data, "__name__", repr(self.data))
        kinds = [kind for data, kind in ABOUT if data is self.data]
        if not kinds:
            raise TypeError(f"{named} is no type of event that is about anything; read a CrmEdit")
        raise TypeError(
            f"a {named} is about no {self.entity}, but about: {', '.join(kinds)}"
            + nearest(str(self.entity), kinds)
        )


@dataclass(frozen=True, slots=True)
class Dossier:
    """The facts of a detector that judges an entity by its profile, and keeps none of its own.

    What several detectors ask of one order is then kept once. It is judged whenever a fact of one
    of the `roles` is new; if there are `begins`, only once there is a fact with one of them as its
    role or what it is about ("completed"), for without one nothing can be found.
    """

    entity: EntityKind
    roles: frozenset[str]
    begins: frozenset[str] = frozenset()


_Data = TypeVar("_Data", bound=EventData)


class Kept(NamedTuple):
    """What a detector keeps of an event, beside when and where it was told."""

    role: str
    about: str
    weight: int
    fields: dict[str, str | None]


def keep(role: str, about: str | None = None, weight: int = 1, **fields: str | None) -> Kept:
    """What the event is to the detector, what a distinct count counts of it, what a total adds up,
    and what the wording needs; fields that are None are left out."""
    return Kept(role, about or "", weight, fields)


def _kept(event: Event, kept: Kept | None) -> Fact | None:
    if kept is None:
        return None
    return fact_of(event, kept.role, kept.about, kept.weight, **kept.fields)


def read(
    entity: EntityKind,
    data: type[_Data],
    draw: Callable[[_Data], Kept | None],
    where: Callable[[_Data], bool] = anything,
    *,
    ends_of: int | None = None,
) -> Reads:
    """A row of what a detector reads whose facts say what the event itself says:

    `read("employee", ChatHit, lambda hit: keep("hit", about=hit.customer))`.
    """

    def fact(event: Event, _: Reference) -> Fact | None:
        return _kept(event, draw(event.data))  # type: ignore[arg-type]

    return Reads(entity, data, fact, where, ends_of)


def read_knowing(
    entity: EntityKind,
    data: type[_Data],
    draw: Callable[[_Data, int, Reference], Kept | None],
    where: Callable[[_Data], bool] = anything,
    *,
    ends_of: int | None = None,
    by_reference: Callable[[_Data, Reference], bool] | None = None,
) -> Reads:
    """A row whose facts depend on the reference data too, and on when the event happened (µs)."""

    def fact(event: Event, reference: Reference) -> Fact | None:
        return _kept(event, draw(event.data, event.time, reference))  # type: ignore[arg-type]

    return Reads(entity, data, fact, where, ends_of, by_reference)
