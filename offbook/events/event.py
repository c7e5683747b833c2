"""One event as the rest of Offbook sees it: decoded, typed, with where it came from."""

from __future__ import annotations

from hashlib import blake2b

from msgspec import Struct

from offbook.events.types import KIND_OF_DATA, EventData, Kind


class Origin(Struct, frozen=True, array_like=True):
    """Where a record was read. In a file, `topic` is the one it belongs on, `partition` -1 and
    `offset` the line number."""

    topic: str
    partition: int
    offset: int


class Event(Struct, frozen=True, array_like=True):
    """One CloudEvent. `time` is microseconds since 1970-01-01T00:00:00Z."""

    source: str
    id: str
    time: int
    data: EventData
    origin: Origin

    @property
    def kind(self) -> Kind:
        """The contract's row for this event."""
        return KIND_OF_DATA[type(self.data)]

    @property
    def fingerprint(self) -> bytes:
        """8 bytes that stand for `source` and `id`, which together identify the event.

        64 bits: among 100 million events the chance of any collision is below 0.03 %.
        """
        return fingerprint(self.source, self.id)


def fingerprint(source: str, id_: str) -> bytes:
    """See `Event.fingerprint`; the length prefix keeps ("ab", "c") and ("a", "bc") apart."""
    text = f"{len(source)}:{source}{id_}"
    return blake2b(text.encode("utf-8"), digest_size=8).digest()
