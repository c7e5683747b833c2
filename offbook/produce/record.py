"""Makes an event of its data, and checks it by the decoder that would read it."""

from __future__ import annotations

import time as clock
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from contract.kinds import KIND_OF_DATA, KIND_OF_TYPE, SOURCE_TOPICS, Kind
from contract.record_key import record_key
from contract.rejected import Rejected
from contract.spelling import spelling
from contract.spelling.folding import REGION
from contract.spelling.nearest import nearest
from contract.times import micros, rfc3339
from contract.types import EventData, Heartbeat, ReferenceAccount
from offbook.produce import crm_edit, events
from offbook.produce.data import Data
from offbook.produce.errors import InvalidEventError

#: By the classes to be filled in, and by the contract's own.
_KINDS: Final[dict[type[Any], Kind]] = {
    getattr(module, kind.data.__name__): kind
    for kind in KIND_OF_TYPE.values()
    for module in (crm_edit, events)
    if hasattr(module, kind.data.__name__)
} | dict(KIND_OF_DATA)

_encode = msgspec.json.Encoder().encode


class EventRecord(NamedTuple):
    """A checked event as a record for Kafka. `topic` is the contract's name, without a prefix, and
    "" for a heartbeat, which may stand on any."""

    topic: str
    key: bytes | None
    value: bytes | None


class _Document(Struct):
    id: Any
    source: Any
    type: str
    time: str
    data: Any
    specversion: str = "1.0"


def event(
    data: Data | EventData, *, id: str, time: datetime | str, source: str, region: str = REGION
) -> EventRecord:
    """The CloudEvent that says `data` happened at `time`, ready to be sent by any client of Kafka.

    Type, `source` and `id` say which event it is: choose an `id` that stays the same when the same
    event is sent again. `time` is when it happened, with an offset. `region` is where phones
    without a country code belong. Raises `InvalidEventError` if Offbook would refuse it.
    """
    return _checked(data, id, time, source, Origin("", -1, 0), region)


def heartbeat(topic: str, partition: int, *, time: datetime | str, source: str) -> EventRecord:
    """The heartbeat that says, on one partition, that all until `time` has been sent.

    Raises `InvalidEventError`, also for a topic that is none of a source.
    """
    at = clock.time_ns()
    data = events.Heartbeat(partition=partition)
    origin = Origin(topic, partition, 0)
    made = _checked(data, f"heartbeat-{at}-{partition}", time, source, origin, REGION)
    return made._replace(topic=topic)


def removal(entry: type[Data | EventData], id: str) -> EventRecord:
    """The record without a value that removes an entry of the reference data.

    Raises `InvalidEventError` for a class that is none, or an id that names nothing.
    """
    kind = _KINDS.get(entry)
    if kind is None or not kind.is_reference:
        raise InvalidEventError(
            Rejected(
                "type",
                "entry",
                "Only entries of the reference data can be removed.",
                "Name ReferenceAccount, ReferenceEmployee or ReferenceCustomer.",
            )
        )
    try:
        one = spelling.account(id) if kind.data is ReferenceAccount else spelling.id_(id)
    except spelling.UnclearError:
        one = None
    if not one:
        raise InvalidEventError(
            Rejected("data", "id", "`id` names nothing.", "Send the id of the entry to remove.")
        )
    return EventRecord(kind.topic, one.encode(), None)


def unknown_topic(topic: str) -> InvalidEventError:
    """For a topic to which nothing can be sent."""
    reason = f"No events are read from this topic{nearest(topic, SOURCE_TOPICS)}"
    mend = f"Send to one of {', '.join(SOURCE_TOPICS)}."
    return InvalidEventError(Rejected("type", "topic", reason, mend))


def kind_of(data: object) -> Kind:
    """The contract's row for `data`. Raises `InvalidEventError` for what is no data of an event."""
    kind = _KINDS.get(type(data))
    if kind is None:
        raise InvalidEventError(
            Rejected(
                "type",
                "data",
                f"A `{type(data).__name__}` is no data of an event.",
                "Send one of " + ", ".join(it.data.__name__ for it in KIND_OF_TYPE.values()) + ".",
            )
        )
    return kind


def _checked(
    data: Data | EventData,
    id_: str,
    time: datetime | str,
    source: str,
    origin: Origin,
    region: str,
) -> EventRecord:
    kind = kind_of(data)
    document = _Document(id_, source, kind.type, _text(time), data)
    value = _written(document)
    read = _read(value, origin, region)
    if isinstance(read, Rejected) and (plain := _plain(document)) != value:
        value = plain
        read = _read(value, origin, region)
    if isinstance(read, Rejected):
        raise InvalidEventError(read)
    key = None if isinstance(read.data, Heartbeat) else record_key(read.data)
    return EventRecord(kind.topic, key, value)


def _read(value: bytes, origin: Origin, region: str) -> Event | Rejected:
    return decode_structured(value, origin, wall=clock.time_ns() // 1000, region=region)


def _text(time: datetime | str) -> str:
    if not isinstance(time, datetime):
        return time
    # Without an offset nobody knows when it was: as it stands, the decoder says how to mend it.
    return time.isoformat() if time.utcoffset() is None else rfc3339(micros(time))


def _written(document: Any) -> bytes:
    try:
        return _encode(document)
    except Exception as error:  # noqa: BLE001 - whatever it is called with
        # Without its cause, which may quote the value.
        raise InvalidEventError(
            Rejected(
                "decode",
                "data",
                f"It cannot be written as JSON ({type(error).__name__}).",
                "Send texts in Unicode, numbers, `Decimal`, dates, lists and dicts of these.",
            )
        ) from None


def _plain(document: _Document) -> bytes:
    """`document` with each `Decimal` in plain notation: 1E+3 is a way of its own to write 1000."""
    return _written(_without_exponents(msgspec.to_builtins(document, builtin_types=(Decimal,))))


def _without_exponents(value: Any) -> Any:
    if isinstance(value, Decimal) and value.is_finite():
        # The bounds keep 1E+999999 from becoming a million digits.
        plain = value or value.copy_abs()
        return format(plain, "f") if -18 <= plain.adjusted() < 18 else str(plain)
    if isinstance(value, dict):
        return {key: _without_exponents(item) for key, item in value.items()}
    return value
