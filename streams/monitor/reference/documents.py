"""Decides which reference document of an id is valid if several partitions hold one. No I/O."""

from __future__ import annotations

from msgspec import Struct

from contract.event import Event, Origin
from contract.types import EventData, ReferenceAccount, ReferenceCustomer, ReferenceEmployee
from detectors.facts.reference import REFERENCE_KINDS, Reference, ReferenceKind


class Newest(Struct, frozen=True, array_like=True, gc=False):
    """The newest document of one id on one partition. `data` is None if it was removed."""

    partition: int
    time: int
    data: EventData | None


class Documents:
    """Decides which document of an id is valid, and keeps a `Reference` in step.

    Within a partition the last record wins. An id is normally the record's key and so stays on one
    partition. A producer that chooses keys differently may spread it over several: then the
    partition with the latest time wins (a document's own time, or for a tombstone the record's), in
    whatever order they are read.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._newest: dict[ReferenceKind, dict[str, tuple[Newest, ...]]] = {
            kind: {} for kind in REFERENCE_KINDS
        }

    def put(self, kind: ReferenceKind, partition: int, event: Event) -> None:
        """A document was read."""
        self._take(kind, id_of(event.data), Newest(partition, event.time, event.data))

    def remove(self, kind: ReferenceKind, partition: int, id_: str, time: int) -> None:
        """A tombstone was read; `time` is its record's, in microseconds."""
        self._take(kind, id_, Newest(partition, time, None))

    def _take(self, kind: ReferenceKind, id_: str, new: Newest) -> None:
        before = self._newest[kind].get(id_, ())
        newest = (new, *(other for other in before if other.partition != new.partition))
        self._newest[kind][id_] = newest
        last = max(newest, key=lambda one: (one.time, one.partition))
        if last.data is None:
            self.reference.remove(kind, id_)
        else:
            origin = Origin(f"reference.{kind}", last.partition, -1)
            self.reference.put(Event("", "", last.time, last.data, origin))


def id_of(data: EventData) -> str:
    """The id a reference document is about."""
    if isinstance(data, ReferenceAccount):
        return data.account
    if isinstance(data, ReferenceEmployee):
        return data.employee
    assert isinstance(data, ReferenceCustomer)
    return data.customer
