"""Evidence as it stands on Kafka: the records an alert rests on, byte by byte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from contract.alert import Evidence
from streams.monitor.partition_reader import PartitionReader
from streams.settings.settings import Settings


class Record(Struct, frozen=True):
    """A record, or that it is gone: Kafka keeps a source topic for as long as it was set up to."""

    evidence: Evidence
    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    #: When Kafka stamped it (ms).
    timestamp: int | None = None

    @property
    def is_there(self) -> bool:
        """Whether Kafka still has it."""
        return self.value is not None


async def records_of(settings: Settings, evidence: Sequence[Evidence]) -> list[Record]:
    """The record of each. Raises `KafkaError`."""
    reader = PartitionReader(settings)
    prefix = settings.topic_prefix
    try:
        return [await _record(reader, prefix + it.topic, it) for it in evidence]
    finally:
        await reader.stop()


async def _record(reader: PartitionReader, topic: str, it: Evidence) -> Record:
    # Of a replay's alert: a line of a file.
    if it.partition < 0:
        return Record(it, None)
    first, end = await reader.begin_and_end(topic, it.partition)
    if first <= it.offset <= end:
        read = reader.read(topic, it.partition, it.offset, it.offset + 1, holes=True)
        async for found in read:
            for record in found:
                if record.offset == it.offset:
                    return _taken(it, record)
    return Record(it, None)


def _taken(it: Evidence, record: Any) -> Record:
    return Record(it, record.value, record.key, tuple(record.headers), record.timestamp)
