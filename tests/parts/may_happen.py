"""What may happen in a small world, as tables: a row is a kind of event and what it may say.

A list is drawn from, a value as often as it stands there; None leaves a field out; all else is said
as it is. What several rows must say alike is written as one row for each value it may have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st

from contract.event import Event

Make = Callable[[int], Event]
Row = st.SearchStrategy[Make]
T = TypeVar("T")


def may(make: Callable[..., Event], *required: object, **fields: object) -> Row:
    """A row: `make(moment, ...)` with all that is required, and such fields as are drawn."""

    def made(required: tuple[object, ...], fields: dict[str, object]) -> Make:
        said = {name: value for name, value in fields.items() if value is not None}
        return lambda at: make(at, *required, **said)

    of = {name: _drawn(value) for name, value in fields.items()}
    return st.builds(made, st.tuples(*map(_drawn, required)), st.fixed_dictionaries(of))


def _drawn(value: object) -> st.SearchStrategy[Any]:
    return st.sampled_from(value) if isinstance(value, list) else st.just(value)


def either(rows: Iterable[st.SearchStrategy[T]]) -> st.SearchStrategy[T]:
    """Each as often as it stands here: `one_of` counts what stands there twice once, and asks a
    table within a table row by row."""
    table = tuple(rows)
    return st.integers(0, len(table) - 1).flatmap(table.__getitem__)


def around(*moments: int) -> list[int]:
    """The moments, and the microseconds before and after."""
    return sorted({moment + micro for moment in moments for micro in (-1, 0, 1)})


@dataclass(frozen=True)
class Act:
    """So many of the rows, each so far from a moment, and the acts that begin with each.

    `in_turn`: each so far from the one before.
    """

    many: tuple[int, int]
    away: Sequence[int]
    row: Row
    then: tuple[Act, ...] = ()
    in_turn: bool = False

    def played(self, draw: st.DrawFn, moment: int) -> Iterator[Event]:
        for _ in range(draw(st.integers(*self.many))):
            at = moment + draw(st.sampled_from(self.away))
            yield draw(self.row)(at)
            for act in self.then:
                yield from act.played(draw, at)
            moment = at if self.in_turn else moment


def once(*rows: Row, then: Sequence[Act] = ()) -> Act:
    """One of the rows, at that moment."""
    return Act((1, 1), (0,), either(rows), tuple(then))


def some(many: tuple[int, int], away: Sequence[int], *rows: Row, then: Sequence[Act] = ()) -> Act:
    return Act(many, away, either(rows), tuple(then))


def in_turn(many: tuple[int, int], away: Sequence[int], *rows: Row) -> Act:
    return Act(many, away, either(rows), in_turn=True)


@st.composite
def story(draw: st.DrawFn, starts: st.SearchStrategy[int], *acts: Act) -> list[Event]:
    """Acts that all begin at one moment."""
    start = draw(starts)
    return [event for act in acts for event in act.played(draw, start)]
