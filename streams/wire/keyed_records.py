"""The records of `offbook.keyed`: batches of events by entity, notes between entities, marks of
time.

A record holds a batch because Kafka and Faust cost per record (about 150 µs in Faust) while
Offbook's own work costs per event (a few µs). All entities of a batch live in its partition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

import msgspec
from msgspec import Struct

from contract.event import Event, Origin
from contract.kinds import KINDS, STREAM_TOPICS
from detectors.engine.messages import Implicated, Note, Retold, Subscribe, Told
from detectors.engine.stream_time import Now, topics

KEYED_TOPIC = "offbook.keyed"

_KIND = {kind.data: number for number, kind in enumerate(KINDS)}
_TOPIC = {topic: number for number, topic in enumerate(STREAM_TOPICS)}


class Mark(Struct, frozen=True, array_like=True):
    """Everything on `partition` of a source topic up to `time` (µs) has been read and sent.

    `topic` is an index into `STREAM_TOPICS`. `of` is how many partitions the topic has, so that the
    monitor knows which it has not heard of yet, and which no longer exist. `empty`: the partition
    was read to its end and nothing ever came on it, so its time is not known and `time` is 0.
    """

    topic: int
    partition: int
    of: int
    time: int
    empty: bool = False


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
    """The partition of `offbook.keyed` that an entity lives in. Must never change: states are
    stored there."""
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


def mark(topic: str, partition: int, of: int, time: int | None) -> Mark:
    """A mark for a stream topic by name; `time` is None for a partition that is empty."""
    return Mark(_TOPIC[topic], partition, of, time or 0, time is None)


class StreamTime:
    """Stream time as one monitor partition knows it, from the marks of all source partitions.

    It may go back: an event that was sent late holds time back again, so that an outage never looks
    like an absence.
    """

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._marks: dict[tuple[int, int], Mark] = {}
        self._of: dict[int, int] = {}
        self._now: Now | None = None
        self.hear(marks)

    def hear(self, marks: Iterable[Mark]) -> None:
        """Take in newer marks."""
        for heard in marks:
            topic, at = heard.topic, (heard.topic, heard.partition)
            if topic >= len(STREAM_TOPICS):
                continue  # Of a router that knows more topics than we do.
            if heard.of != self._of.get(topic):
                # A topic that was deleted and created again may have fewer partitions.
                self._of[topic] = of = heard.of
                for gone in [it for it in self._marks if it[0] == topic and it[1] >= of]:
                    del self._marks[gone]
            elif self._marks.get(at) == heard:
                continue
            if heard.partition < heard.of:
                self._marks[at] = heard
            self._now = None

    @property
    def marks(self) -> list[Mark]:
        """The marks known so far, to be stored with the state."""
        return list(self._marks.values())

    def now(self) -> Now:
        """The time of each topic is that of its slowest partition, and is not known before all
        partitions have been heard of and something came on each. Forgetting goes by the slowest
        partition on which something ever came: there is no need to wait for empty ones."""
        if self._now is None:
            self._now = self._moment()
        return self._now

    def _moment(self) -> Now:
        times: dict[str, int] = {}
        slowest: int | None = None
        known = 0
        for topic, of in self._of.items():
            marks = [it for number in range(of) if (it := self._marks.get((topic, number)))]
            told = [it.time for it in marks if not it.empty]
            known += len(marks) == of
            if told:
                least = min(told)
                slowest = least if slowest is None else min(slowest, least)
                if len(told) == of:
                    times[STREAM_TOPICS[topic]] = least
        return Now(times, slowest if known == len(STREAM_TOPICS) else None)


def slowest(moments: Sequence[Now]) -> Now:
    """For each topic the least of its times; not known if it was not known at every moment."""
    if all(it is moments[0] for it in moments):
        return moments[0]
    times: dict[str, int] = {}
    for topic in STREAM_TOPICS:
        told = [it.of(topics((topic,))) for it in moments]
        if None not in told:
            times[topic] = min(at for at in told if at is not None)
    forgets = [it.forgets for it in moments]
    return Now(times, None if None in forgets else min(at for at in forgets if at is not None))
