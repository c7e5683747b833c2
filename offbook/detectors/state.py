"""What is remembered of one entity, and its encoding for the changelog."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from offbook.detectors.allowance import Marks
from offbook.detectors.detector import Finding
from offbook.detectors.fact import Fact


class Raised(Struct, array_like=True):
    """An alert that was sent and can still change: its newest revision, what that said to whom."""

    revision: int
    firing: bool
    finding: Finding
    marks: Marks = Marks()


class Notebook(Struct, array_like=True):
    """What one detector keeps of one entity: facts by time, and its alerts by anchor.

    `waiting` are the facts that no completed judgement has seen yet, `judged` is the stream time of
    the last one: what is found of old facts alone was found before, and perhaps forgotten.
    `due` is the earliest deadline of something missing, `expires` the stream time after which all
    of it may have lost its meaning.
    `floor` is the time of the newest fact that gave way to the bound, if any did: what was raised
    on facts that old can no longer be judged, and stands.
    """

    facts: list[Fact] = []
    raised: dict[str, Raised] = {}
    due: int | None = None
    waiting: list[Fact] = []
    judged: int | None = None
    floor: int | None = None
    expires: int | None = None


class EntityState(Struct, array_like=True):
    """All that is kept of one entity.

    `profile` is the entity's own. `asked` names the entities whose profiles it subscribed to and
    until which event time, `known` what they have told. `subscribers` has subscribed to this one
    likewise. `due` is the event time at which it wants to be looked at though no event comes.
    """

    profile: list[Fact] = []
    notebooks: dict[str, Notebook] = {}
    asked: dict[str, int] = {}
    known: dict[str, list[Fact]] = {}
    subscribers: dict[str, int] = {}
    due: int | None = None

    def answered(self) -> bool:
        """Every entity that was asked has told."""
        return len(self.known) == len(self.asked)

    def is_empty(self) -> bool:
        """Nothing worth keeping."""
        return not (self.profile or self.notebooks or self.subscribers)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(EntityState)


def encode_state(state: EntityState) -> bytes:
    """MessagePack, arrays only."""
    return _encoder.encode(state)


def decode_state(value: bytes) -> EntityState:
    """Raises `msgspec.DecodeError` for anything `encode_state` did not write."""
    return _decoder.decode(value)
