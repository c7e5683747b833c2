"""The records a monitor takes, and those it sends for its work: alerts, notes to other entities,
dead letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import structs

from contract.document import encode_document
from contract.event import Event
from detectors.engine.messages import Note
from sinks.dead_letters import (
    DeadLetter,
    WrittenAnew,
    failed_letter,
    unjudged_letter,
    without_value,
)
from sinks.headers import EVENT_TIMESTAMP, event_timestamp
from streams.monitor.entity_work import ENGINE, Work
from streams.settings.settings import Settings
from streams.wire.kafka import ALERTS_TOPIC, topic_name
from streams.wire.keyed_records import KEYED_TOPIC, encode_batch, note_batches

#: How many records are taken together, at most.
MOST_TOGETHER: Final = 33
#: Bytes of records that are taken together, some 1500 events: a tenth of a second's work.
AT_A_TIME: Final = 256 * 1024
#: Notes in one record: a profile of 1000 facts is some 150 kB, a record may have 16 MiB.
_NOTES = 50

_encode = msgspec.json.Encoder().encode

#: The arguments of a producer's `send`.
Sending = dict[str, Any]
#: To whom, what, and the timestamp (ms) of the record that caused it.
_SentNote = tuple[str, Note, int | None]


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
        return event_timestamp(self.headers)


def together(records: Sequence[KeyedRecord]) -> Sequence[KeyedRecord]:
    """The first of `records` and those that follow it without a gap, as many as are taken together:
    an entity that many of them are about is then read, written and sent once."""
    first, size = records[0].offset, 0
    for place, record in enumerate(records[:MOST_TOGETHER]):
        if record.offset != first + place or size >= AT_A_TIME:
            return records[:place]
        size += len(record.value or b"")
    return records[:MOST_TOGETHER]


class Outgoing(NamedTuple):
    """A record to be sent. `sender` is the entity it comes from, None if it comes from none or from
    several. `parts` splits it into smaller records if the broker finds it too large; it returns
    nothing if the record cannot be split."""

    arguments: Sending
    sender: str | None
    parts: Callable[[], Iterable[Outgoing]] = tuple
    is_letter: bool = False

    @property
    def topic(self) -> str:
        """Where it goes."""
        return str(self.arguments["topic"])

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        return len(self.arguments["value"] or b"") + len(self.arguments.get("key") or b"")


def records_of(work: Work, settings: Settings) -> Iterator[Outgoing]:
    """Everything to hand to the producer, in any order, before the work counts as done."""
    for alert, stamp in work.alerts:
        arguments = {
            "topic": topic_name(settings, ALERTS_TOPIC),
            "key": alert.alert_id.encode(),
            "value": _encode(alert),
            "headers": _stamped(stamp),
        }
        yield Outgoing(arguments, work.sender[id(alert)])
    by_stamp = sorted(work.notes, key=lambda note: note[2] or 0)
    for start in range(0, len(by_stamp), _NOTES):
        yield from _notes(by_stamp[start : start + _NOTES], work, settings)
    for failure in work.failures:
        for event in failure.events:
            record = _record(event, work, settings)
            yield _letter(
                failed_letter(
                    record,
                    failure.error,
                    stage=f"detector:{failure.detector}",
                    message=_of_failure(failure.detector),
                    prefix=settings.topic_prefix,
                )
            )


def _of_failure(detector: str) -> str:
    if detector == ENGINE:
        return (
            "Offbook failed on this event for somebody or something it is about, which stays as it"
            " was; all others it is about have taken it. It is Offbook's own fault: please report"
            " it."
        )
    return f"The detector {detector} failed on this event; others took it."


def letters_of(work: Work, settings: Settings) -> Iterator[Outgoing]:
    """The dead letters of events that an entity did not take in, because it is set aside."""
    for event in work.passed.values():
        yield _letter(
            unjudged_letter(
                _record(event, work, settings),
                exception="aiokafka.errors.MessageSizeTooLargeError",
                stage="aside",
                message=_ASIDE,
                prefix=settings.topic_prefix,
            )
        )


_ASIDE = (
    "Somebody or something this event is about has more to it than one record may hold, and takes"
    " in nothing more; all others it is about have taken it. See OffbookEntitySetAside in"
    " docs/operations.md, and produce it again after that."
)


def _notes(notes: Sequence[_SentNote], work: Work, settings: Settings) -> Iterator[Outgoing]:
    """One record for each partition that the notes go to."""
    stamp = notes[-1][2]
    batches = note_batches(((to, note) for to, note, _ in notes), settings.keyed_partitions)
    for partition, batch in batches.items():
        arguments = {
            "topic": topic_name(settings, KEYED_TOPIC),
            "partition": partition,
            "value": encode_batch(batch),
            "headers": _stamped(stamp),
        }
        if len(batch.notes) == 1:
            yield Outgoing(arguments, work.sender[id(batch.notes[0][1])])
            continue
        there = {id(note) for _, note in batch.notes}
        alone = [[it] for it in notes if id(it[1]) in there]
        yield Outgoing(arguments, None, partial(_each, alone, work, settings))


def _each(alone: Iterable[Sequence[_SentNote]], work: Work, settings: Settings) -> list[Outgoing]:
    return [outgoing for notes in alone for outgoing in _notes(notes, work, settings)]


def _letter(letter: DeadLetter) -> Outgoing:
    """First as it is, then with the current time, then without its value: the topic may reject
    either."""
    dated = letter.timestamp >= 0

    def parts() -> Iterator[Outgoing]:
        if dated:
            yield _letter(structs.replace(letter, timestamp=-1))
        elif (bare := without_value(letter, _TOO_LARGE)).value != letter.value:
            yield _letter(bare)

    arguments = {
        "topic": letter.topic,
        "key": letter.key,
        "value": letter.value,
        "headers": list(letter.headers),
        "timestamp_ms": letter.timestamp if dated else None,
    }
    return Outgoing(arguments, None, parts, is_letter=True)


_TOO_LARGE = "too large for the dead letter topic"


def _record(event: Event, work: Work, settings: Settings) -> WrittenAnew:
    return WrittenAnew(
        topic_name(settings, event.origin.topic),
        event.origin.partition,
        event.origin.offset,
        work.received.get(id(event), -1),
        value=encode_document(event),
    )


def _stamped(stamp: int | None) -> list[tuple[str, bytes]]:
    return [] if stamp is None else [(EVENT_TIMESTAMP, str(stamp).encode())]
