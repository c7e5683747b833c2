"""Remembers, within bounds, which events were seen, where each was first, and what it said."""

from __future__ import annotations

from typing import Final, NamedTuple

from contract.event import Event
from contract.rejected import Rejected

#: Bits of the remembered integer that hold the offset and the partition; the digest is above them.
_OFFSET, _PARTITION = 44, 20
_BELOW: Final = _OFFSET + _PARTITION
_DIGEST: Final = 2**64 - 1


class First(NamedTuple):
    """Where an event was first seen. `same`: it said the same there."""

    partition: int
    offset: int
    same: bool


class Repeats:
    """Tells repeats by type, `source` and `id`, of the last `capacity` events and up to twice as
    many; an id taken on one topic says nothing on another.

    A repeat is counted and goes no further, and one whose time or data differ is a conflict. As to
    repeats this is thrift: the memory begins empty after a restart or a rebalance, and the engine
    ignores them by itself.

    Two dictionaries that take turns instead of an order of use: forgetting is then dropping one,
    which costs nothing per event. 120 to 160 bytes an event: Python's 64-bit hash of the identity,
    and one integer of the hash of the content and of the place. The chance that a new event is
    taken for one of a million others is 10^-13.
    """

    def __init__(self, capacity: int = 250_000) -> None:
        if capacity < 1:
            raise ValueError("capacity must be 1 or more")
        self._capacity = capacity
        self._young: dict[int, int] = {}
        self._old: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    def met(self, event: Event) -> First | None:
        """Where this event was first seen, None if it is new. It is remembered from now on."""
        origin = event.origin
        identity = hash((type(event.data), event.source, event.id))
        digest = event.content() & _DIGEST
        young = self._young
        known = young.get(identity)
        if known is None:
            known = self._old.get(identity)
            if len(young) >= self._capacity:
                self._old = young
                young = self._young = {}
            if known is None:
                # In a file there is no partition: -1.
                place = (origin.partition + 1) << _OFFSET | origin.offset
                young[identity] = digest << _BELOW | place
                return None
            young[identity] = known
        return First(
            (known >> _OFFSET & (2**_PARTITION - 1)) - 1,
            known & (2**_OFFSET - 1),
            known >> _BELOW == digest,
        )


def conflict(first: str, this: str) -> Rejected:
    """What is wrong with the event at `this` place: the event at the place `first` has the same
    identity."""
    return Rejected(
        "conflict",
        "id",
        f"The event on {first} has the same `source` and `id` as this one on {this}, and says"
        " something else; the first counts.",
        "Send what happened under an `id` of its own; to correct something, send it again with a"
        " new `id` and a later `time`.",
    )
