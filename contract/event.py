"""One event as the rest of Offbook sees it: decoded, typed, and with the place it was read from."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs

from contract.kinds import KIND_OF_DATA, Kind
from contract.types import EventData


class Origin(Struct, frozen=True, array_like=True, gc=False):
    """Where a record was read. In a file, `topic` is the one it belongs on, `partition` -1 and
    `offset` the line number."""

    topic: str
    partition: int
    offset: int


class Event(Struct, frozen=True, array_like=True, gc=False):
    """One CloudEvent. `time` is microseconds since 1970-01-01T00:00:00Z.

    Ids and contacts in `data` have their one standard form. `sent` holds, by path (`order`,
    `after.phone`), the original text where it was different.
    """

    source: str
    id: str
    time: int
    data: EventData
    origin: Origin
    sent: tuple[tuple[str, str], ...] = ()

    def content(self) -> int:
        """A hash of what the event says, without its identity; for this process only.

        Spelling does not count, nor does what nobody reads: amounts of "1280.0" and "1280.00" are
        the same.
        """
        try:
            return hash((self.time, self.data))
        except TypeError:
            return hash((self.time, _hashable(self.data)))

    @property
    def kind(self) -> Kind:
        """The contract's row for this event."""
        return KIND_OF_DATA[type(self.data)]


def _hashable(value: Any) -> Any:
    if isinstance(value, dict):
        return frozenset((key, _hashable(inner)) for key, inner in value.items())
    if isinstance(value, Struct):
        return tuple(_hashable(inner) for inner in structs.astuple(value))
    return value
