"""What a monitor's work puts on the changelog, without Kafka, and how many bytes that is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from streams.monitor.entity_partition import EntityPartition
from streams.monitor.segments import Entry

#: Bytes of a record beside its key and value, about.
_RECORD: Final = 12


def written(partition: EntityPartition, keys: Collection[str], offset: int) -> list[Entry]:
    """The records of these entities as of the record at `offset`, acknowledged at once."""
    entries = [entry for key in keys for entry in partition.entries(key, offset)]
    needless = partition.segments.sweeping()
    partition.segments.acknowledged(keys, needless)
    return [*needless, *entries]


def size_of(entries: Iterable[Entry]) -> int:
    """Bytes on the changelog, about."""
    return sum(len(key) + len(value or b"") + _RECORD for key, value, _ in entries)
