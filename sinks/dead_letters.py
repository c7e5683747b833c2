"""The dead letter: a record nobody can process, kept as it came, with why.

Headers are those of Kafka Streams (KIP-1034), all UTF-8 text, numbers in decimal, so that tools
made for its dead letter queues read ours. Offbook adds `offbook.errors.stage`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

import msgspec
import orjson
from msgspec import Struct

from contract.rejected import Rejected
from sinks.faults import account

EXCEPTION: Final = "__streams.errors.exception"
STACKTRACE: Final = "__streams.errors.stacktrace"
MESSAGE: Final = "__streams.errors.message"
TOPIC: Final = "__streams.errors.topic"
PARTITION: Final = "__streams.errors.partition"
OFFSET: Final = "__streams.errors.offset"
STAGE: Final = "offbook.errors.stage"

#: On a record that was sent again: topic, partition and offset of its letter.
REPLAYED_FROM: Final = "offbook.replayed-from"

#: What a letter has beside the headers of its record.
OURS: Final = frozenset(
    (EXCEPTION, STACKTRACE, MESSAGE, TOPIC, PARTITION, OFFSET, STAGE, REPLAYED_FROM)
)

Headers = tuple[tuple[str, bytes | None], ...]


class Record(Protocol):
    """The part of a Kafka record a dead letter needs; aiokafka's and kafka-python's fit."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]: ...


class WrittenAnew(Struct, frozen=True):
    """A record that is no longer at hand, with as much of it as a dead letter needs."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = None
    headers: Headers = ()


class DeadLetter(Struct, frozen=True):
    """A record for a dead letter topic. `timestamp` is the source record's, milliseconds."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int


def dead_letter_topic(topic: str, prefix: str = "") -> str:
    """`dlq.<topic>`; a `prefix` stays in front: `acme.payments` has `acme.dlq.payments`."""
    return f"{prefix}dlq.{topic.removeprefix(prefix)}"


def rejected_letter(record: Record, rejected: Rejected, *, prefix: str = "") -> DeadLetter:
    """The dead letter of a record that is no event."""
    where = f"{rejected.field}: " if rejected.field else ""
    return _letter(
        record,
        exception=_name(type(rejected)),
        trace="",
        message=f"{where}{rejected.reason} {rejected.mend}",
        stage=rejected.stage,
        withhold=rejected.withhold,
        prefix=prefix,
    )


def failed_letter(
    record: Record, error: BaseException, *, stage: str, message: str, prefix: str = ""
) -> DeadLetter:
    """The dead letter of a good record that our own code failed on.

    The error's text is left out, since it may quote the event: only its class, the classes of its
    causes, and where they were raised are included. `message` is the caller's and quotes nothing.
    """
    return _letter(
        record,
        exception=_name(type(error)),
        trace=account(error) + "\n",
        message=message,
        stage=stage,
        withhold=False,
        prefix=prefix,
    )


def unjudged_letter(
    record: Record, *, exception: str, stage: str, message: str, prefix: str = ""
) -> DeadLetter:
    """The dead letter of a good record that one of the entities it concerns could not take in."""
    return _letter(
        record,
        exception=exception,
        trace="",
        message=message,
        stage=stage,
        withhold=False,
        prefix=prefix,
    )


def without_value(letter: DeadLetter, why: str) -> DeadLetter:
    """The same letter without its value, which is too large for the topic."""
    return msgspec.structs.replace(letter, value=_withheld(why))


def _letter(
    record: Record,
    *,
    exception: str,
    trace: str,
    message: str,
    stage: str,
    withhold: bool,
    prefix: str,
) -> DeadLetter:
    errors = {
        EXCEPTION: exception,
        MESSAGE: message,
        STACKTRACE: trace,
        TOPIC: record.topic,
        PARTITION: str(record.partition),
        OFFSET: str(record.offset),
        STAGE: stage,
    }
    # Ours come last: where a producer sent such a header itself, the last one counts.
    ours = tuple((name, text.encode("utf-8", "replace")) for name, text in errors.items())
    # A name can hide in a key or in any header as well as in the value.
    key = None if withhold else record.key
    value = _withheld(message) if withhold else record.value
    return DeadLetter(
        topic=dead_letter_topic(record.topic, prefix),
        # Clients refuse a record with neither; others send them.
        key=b"" if key is None and value is None else key,
        value=value,
        headers=ours if withhold else (*record.headers, *ours),
        timestamp=record.timestamp,
    )


def _withheld(why: str) -> bytes:
    # Not null, which would read as a tombstone.
    return orjson.dumps({"withheld": True, "reason": why})


def is_withheld(value: bytes | None) -> bool:
    """Whether a letter has this instead of its record's value."""
    return value is not None and value.startswith(b'{"withheld":true,"reason":')


def is_replayed(headers: Iterable[tuple[str, bytes | None]]) -> bool:
    """Whether a record was sent again from the dead letters."""
    return any(name == REPLAYED_FROM for name, _ in headers)


def _name(kind: type[object]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
