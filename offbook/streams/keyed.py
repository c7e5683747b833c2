"""What stands on `offbook.keyed`: batches of events by entity, notes between entities, time marks.

A batch as the record, because Kafka and Faust cost per record (about 150 µs in Faust) and
Offbook's own work costs per event (a few µs). All entities of a batch live in its partition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zlib import crc32

import msgspec
from msgspec import Struct

from offbook.detectors.notes import Implicated, Note, Retold, Subscribe, Told
from offbook.events.event import Event, Origin
from offbook.events.types import KINDS, STREAM_TOPICS

KEYED_TOPIC = "offbook.keyed"

_KIND = {kind.data: number for number, kind in enumerate(KINDS)}
_TOPIC = {topic: number for number, topic in enumerate(STREAM_TOPICS)}


class Mark(Struct, frozen=True, array_like=True):
    """Up to `time` (µs) everything on `partition` of a source topic has been read and sent.

    `topic` indexes `STREAM_TOPICS`; `of` is how many partitions the topic has, so that the
    monitor knows which it has not heard of.
    """

    topic: int
    partition: int
    of: int
    time: int


class WireEvent(Struct, frozen=True, array_like=True, gc=False):
    """An event, its data still encoded. `received` is the record's Kafka timestamp in ms."""

    source: str
    id: str
    time: int
    kind: int
    partition: int
    offset: int
    received: int
    data: msgspec.Raw
    sent: tuple[tuple[str, str], ...] = ()


class Batch(Struct, frozen=True, array_like=True):
    """One record of `offbook.keyed`.

    `entries` are pairs of an entity key and the index of the event in `events` it is about: an
    event about two entities of one partition travels once. Marks hold after all else in the batch
    has been taken in.
    """

    marks: list[Mark] = []
    events: list[WireEvent] = []
    entries: list[tuple[str, int]] = []
    notes: list[tuple[str, Subscribe | Told | Implicated | Retold]] = []


_encoder = msgspec.msgpack.Encoder(decimal_format="string")
_decoder = msgspec.msgpack.Decoder(Batch)
_data_decoders = [msgspec.msgpack.Decoder(kind.data) for kind in KINDS]


def partition_of(key: str, partitions: int) -> int:
    """The partition of `offbook.keyed` an entity lives in. Never to be changed: state is there."""
    return crc32(key.encode()) % partitions


def wire(event: Event, received: int) -> WireEvent:
    """`event` ready to travel; `received` is its record's Kafka timestamp in milliseconds."""
    return WireEvent(
        event.source,
        event.id,
        event.time,
        _KIND[type(event.data)],
        event.origin.partition,
        event.origin.offset,
        received,
        msgspec.Raw(_encoder.encode(event.data)),
        event.sent,
    )


def unwire(event: WireEvent) -> Event:
    """The event that travelled."""
    kind = KINDS[event.kind]
    return Event(
        event.source,
        event.id,
        event.time,
        _data_decoders[event.kind].decode(event.data),
        Origin(kind.topic, event.partition, event.offset),
        event.sent,
    )


def encode_batch(batch: Batch) -> bytes:
    """MessagePack."""
    return _encoder.encode(batch)


def decode_batch(value: bytes) -> Batch:
    """Raises `msgspec.DecodeError` for what `encode_batch` did not write."""
    return _decoder.decode(value)


def note_batches(notes: Iterable[tuple[str, Note]], partitions: int) -> Mapping[int, Batch]:
    """Notes between entities, a batch for each partition that has any."""
    by_partition: dict[int, list[tuple[str, Note]]] = {}
    for key, note in notes:
        by_partition.setdefault(partition_of(key, partitions), []).append((key, note))
    return {partition: Batch(notes=them) for partition, them in by_partition.items()}


def mark(topic: str, partition: int, of: int, time: int) -> Mark:
    """A mark for a stream topic by name."""
    return Mark(_TOPIC[topic], partition, of, time)


class StreamTime:
    """Stream time as one monitor partition knows it: the slowest of all source partitions.

    Not monotone: a source that was quiet (and so moved with the wall clock) and then brings a
    backlog holds time back again, so that an outage never looks like an absence.
    """

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._marks: dict[tuple[int, int], Mark] = {}
        self.hear(marks)

    def hear(self, marks: Iterable[Mark]) -> None:
        """Take in newer marks."""
        for heard in marks:
            self._marks[heard.topic, heard.partition] = heard

    @property
    def marks(self) -> list[Mark]:
        """What is known, to be kept with the state."""
        return list(self._marks.values())

    def now(self) -> int | None:
        """Microseconds; None until every partition of every stream topic has been heard of."""
        of = {topic: heard.of for (topic, _), heard in self._marks.items()}
        if len(of) < len(STREAM_TOPICS) or len(self._marks) < sum(of.values()):
            return None
        return min(heard.time for heard in self._marks.values())
