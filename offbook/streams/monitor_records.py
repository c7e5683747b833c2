"""The records a monitor takes, and those it sends for its work: alerts, notes to other entities,
dead letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from offbook.detectors.step import Failure
from offbook.events.document import encode_document
from offbook.sinks.dead_letters import failed_letter
from offbook.streams.delivery import EVENT_TIMESTAMP
from offbook.streams.entity_work import Work
from offbook.streams.kafka import ALERTS_TOPIC, topic_name
from offbook.streams.keyed import KEYED_TOPIC, encode_batch, note_batches
from offbook.streams.settings import Settings

#: Notes in one record: a profile of 1000 facts is some 150 kB, a record may have 16 MiB.
_NOTES = 50

_encode = msgspec.json.Encoder().encode

#: The arguments of a producer's `send`.
Sending = dict[str, Any]


class KeyedRecord(NamedTuple):
    """A record of `offbook.keyed` as Kafka gave it; `timestamp` in milliseconds.

    Anybody may write there: `value` is bytes or None.
    """

    offset: int
    timestamp: int
    headers: Any
    value: Any

    def caused(self) -> int | None:
        """The timestamp (ms) of the newest record that caused its notes, None if none did."""
        headers = self.headers
        items = headers.items() if isinstance(headers, dict) else headers or ()
        for name, value in items:
            if name == EVENT_TIMESTAMP and value is not None and value.isdigit():
                return int(value)
        return None


def in_a_row(records: Sequence[KeyedRecord]) -> Sequence[KeyedRecord]:
    """The first of `records` and those that follow it without a gap."""
    first = records[0].offset
    for place, record in enumerate(records):
        if record.offset != first + place:
            return records[:place]
    return records


class _SourceRecord(Struct, frozen=True):
    """The record of an event, written anew."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes
    key: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()


def records_of(work: Work, settings: Settings) -> Iterator[Sending]:
    """What to hand to the producer, in any order, before the work counts as done."""
    for alert, stamp in work.alerts:
        yield {
            "topic": topic_name(settings, ALERTS_TOPIC),
            "key": alert.alert_id.encode(),
            "value": _encode(alert),
            "headers": _stamped(stamp),
        }
    yield from _notes(work, settings)
    for failure in work.failures:
        yield from _letters(failure, work, settings)


def _notes(work: Work, settings: Settings) -> Iterator[Sending]:
    by_stamp = sorted(work.notes, key=lambda note: note[2] or 0)
    for start in range(0, len(by_stamp), _NOTES):
        some = by_stamp[start : start + _NOTES]
        stamp = some[-1][2]
        batches = note_batches(((to, note) for to, note, _ in some), settings.keyed_partitions)
        for partition, batch in batches.items():
            yield {
                "topic": topic_name(settings, KEYED_TOPIC),
                "partition": partition,
                "value": encode_batch(batch),
                "headers": _stamped(stamp),
            }


def _letters(failure: Failure, work: Work, settings: Settings) -> Iterator[Sending]:
    prefix = settings.topic_prefix
    for event in failure.events:
        record = _SourceRecord(
            topic_name(settings, event.origin.topic),
            event.origin.partition,
            event.origin.offset,
            work.received.get(id(event), -1),
            encode_document(event),
        )
        letter = failed_letter(
            record,
            failure.error,
            stage=f"detector:{failure.detector}",
            message=f"The detector {failure.detector} failed on this event; others took it.",
            prefix=prefix,
        )
        yield {
            "topic": letter.topic,
            "key": letter.key,
            "value": letter.value,
            "headers": list(letter.headers),
            "timestamp_ms": letter.timestamp if letter.timestamp >= 0 else None,
        }


def _stamped(stamp: int | None) -> list[tuple[str, bytes]]:
    return [] if stamp is None else [(EVENT_TIMESTAMP, str(stamp).encode())]
