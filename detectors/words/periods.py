"""Times for which something held: who owned a customer, whether an opportunity was open."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from contract.times import NEVER
from detectors.facts.fact import Fact
from detectors.facts.reference import Stated
from detectors.facts.view import View

ALWAYS = -NEVER


class Spell(Struct, frozen=True, gc=False):
    """A time [start, end) for which something held, what began and ended it, and whose it was."""

    start: int
    end: int
    began: Fact | None
    owner: str = ""
    ended: Fact | None = None

    def during(self, other: Spell) -> Spell | None:
        """The time for which both held, by what began last and ended first; None without any."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        if start >= end:
            return None
        began = other.began if other.start > self.start else self.began
        ended = self.ended if self.end <= other.end else other.ended
        return Spell(start, end, began, self.owner or other.owner, ended)

    def cut(self, facts: Iterable[Fact]) -> Iterator[Spell]:
        """Its parts from one of these facts, which are in order of time, to the next."""
        start, began = self.start, self.began
        for fact in facts:
            if self.start <= fact.at < self.end:
                yield Spell(start, fact.at, began, self.owner, fact)
                start, began = fact.at, fact
        yield Spell(start, self.end, began, self.owner, self.ended)


def waits(
    owners: Iterable[tuple[Spell, Iterable[Fact]]], changes: Sequence[Fact]
) -> Iterator[tuple[Spell, Spell]]:
    """The times between any two activities of an owner, of whom all is given, while they owned the
    customer and an opportunity was open; each with that time."""
    for opened in open_spells(changes):
        for tenure, activities in owners:
            owned = opened.during(tenure)
            for wait in owned.cut(activities) if owned is not None else ():
                yield wait, opened


def open_spells(changes: Sequence[Fact]) -> Iterator[Spell]:
    """When an opportunity was open, by its stage changes."""
    began: Fact | None = None
    for change in changes:
        if change.stage == "open":
            began = began or change
        elif began is not None:
            yield Spell(began.at, change.at, began, ended=change)
            began = None
    if began is not None:
        yield Spell(began.at, NEVER, began)


def tenures(view: View) -> Iterator[Spell]:
    """Who owned the customer when, as long as it was not deleted.

    Before the first word of an owner it is whom that edit followed, or the document's.
    """
    profile = view.profile("customer", view.entity_id)
    stated: Stated | None = view.reference.owner(view.entity_id)
    owners = {word.order for word in profile.owners()}
    turns: list[tuple[int, Fact | None]] = [
        (fact.at, fact)
        for fact in profile.facts
        if fact.role in ("gone", "back") or fact.order in owners
    ]
    first = next((turn for _, turn in turns if turn is not None), None)
    owner = first.before or None if first is not None else None
    if stated is not None:
        if owner is None and (first is None or stated.at <= first.at):
            owner = stated.owner
        insort(turns, (stated.at, None), key=lambda turn: turn[0])
    start, began = ALWAYS, None
    for at, turn in turns:
        if turn is None or turn.role == "back":
            now_owner = profile.owner_at(at, stated)
        else:
            now_owner = turn.about or None if turn.role == "owner" else None
        if now_owner == owner:
            continue
        if owner is not None:
            yield Spell(start, at, began, owner, turn)
        start, began, owner = at, turn, now_owner
    if owner is not None:
        yield Spell(start, NEVER, began, owner)
