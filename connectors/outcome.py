"""What became of a record, and why. Each is exactly one of these: they add up to what came in."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from contract.event import Event

#: `receive`: who sent it is not proven. `decode`: the bytes are no record. `map`: a field cannot be
#: made. `contract`: the event that was made is none.
Stage = Literal["receive", "decode", "map", "contract"]


class Mapped(Struct, frozen=True):
    """It is an event, made by the rule of this number, from 1: `document`, a CloudEvent as the
    contract has it, `value`, that as it is sent, and `event`, as the contract reads it."""

    document: dict[str, Any]
    rule: int
    value: bytes
    event: Event

    @property
    def topic(self) -> str:
        """The one that it belongs on."""
        return self.event.kind.topic


class Skipped(Struct, frozen=True):
    """The rule of this number says that it is of no interest, and `why`."""

    why: str
    rule: int


class Unmatched(Struct, frozen=True):
    """No rule is for it."""


class Empty(Struct, frozen=True):
    """There is nothing in it: `what` was to be split into items, or searched for keywords."""

    what: str


class Rejected(Struct, frozen=True):
    """A dead letter. `field` is the event's, as `data.amount`, or empty; `path` where its value was
    looked for. `reason` and `mend` may be logged: of the record they quote only a word that stands
    in no table, which is `word`, and shown to whoever tries a mapping."""

    stage: Stage
    field: str
    reason: str
    mend: str
    rule: int = 0
    path: str = ""
    word: str = ""
    table: str = ""


Outcome = Mapped | Skipped | Unmatched | Empty | Rejected
