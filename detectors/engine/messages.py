"""What entities tell each other, and so what an engine takes in."""

from __future__ import annotations

from msgspec import Struct

from contract.event import Event
from detectors.facts.fact import Fact


class Subscribe(Struct, frozen=True, array_like=True, tag="subscribe"):
    """`by` wants to know the profile of the entity this goes to, and its changes, until `until`."""

    by: str
    until: int


class Told(Struct, frozen=True, array_like=True, tag="told"):
    """Profile facts of the entity `about`. None at all is an answer too."""

    about: str
    facts: list[Fact]


class Implicated(Struct, frozen=True, array_like=True, tag="implicated"):
    """An alert of another detector on the employee this goes to, as it stands now.

    `alert` is a fact of role `alert`: at the time of what was done, from the event that anchors it.
    `firing` False says that it no longer stands, or names somebody else now.
    """

    alert: Fact
    revision: int
    firing: bool


class Retold(Struct, frozen=True, array_like=True, tag="retold"):
    """What has become of a word that this entity was told, or that the profile `about` told it.

    `word` counts as of `since` (µs), not at all if that is None; `by` says so. Of two with the same
    word the one that has `known` more words is the newer.
    """

    about: str
    word: Fact
    since: int | None
    by: Fact
    known: int


class Review(Struct, frozen=True):
    """Judge anew: reference data say something new."""


Note = Subscribe | Told | Implicated | Retold
Input = Event | Note | Review
