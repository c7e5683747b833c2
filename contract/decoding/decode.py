"""Bytes to an `Event`, or to a `Rejected` that says why not. Nothing a producer sends raises.

Two steps: the CloudEvents attributes first, with `data` left as it is, then `data` by its type.
A payment takes about 3 µs; saying what is wrong may take a hundred.

A null value is no event. On the compacted reference topics it removes the entry of its key:
whoever reads those looks for null values before decoding. Everywhere else it is a dead letter.
"""

from __future__ import annotations

from sys import intern

import msgspec
from msgspec import Raw

from contract import leap_seconds
from contract.decoding import explain, privacy
from contract.decoding.attributes import JSON_ONLY, Attributes, fault_of
from contract.decoding.headers import Headers, from_headers, of_header, spelt_otherwise
from contract.decoding.opened import Opened, event_of
from contract.event import Event, Origin
from contract.kinds import HEARTBEAT, KIND_OF_TYPE, REFERENCE_TOPICS, SOURCE_TOPICS
from contract.rejected import MAX_BYTES, Rejected
from contract.spelling.folding import REGION
from contract.times import MINUTE, micros
from contract.types import Tip

#: How far ahead of the wall clock a live event may be, in microseconds.
FUTURE = 5 * MINUTE
#: Why one that is further ahead is refused.
AHEAD = Rejected(
    "time",
    "time",
    f"`time` is more than {FUTURE // MINUTE} minutes ahead of the clock.",
    "Check clock and offset: local time sent as `Z` is 8 hours ahead in China.",
)
#: Event times, in microseconds: [1990-01-01, 2101-01-01), UTC.
EARLIEST = 631_152_000_000_000
LATEST = 4_133_980_800_000_000

_NOTHING = Raw(b"")
#: The origin of a document in a file if its line does not matter.
NOWHERE = Origin("", -1, 0)


class _Envelope(Attributes):
    data: Raw = _NOTHING
    data_base64: Raw = _NOTHING


_decode_envelope = msgspec.json.Decoder(_Envelope).decode

_ONE_EVENT = "Send one CloudEvent as a JSON object."
_ANY_SOURCE_TOPIC = "Send it to a source topic: " + ", ".join(SOURCE_TOPICS) + "."


def decode_record(
    value: bytes | None,
    headers: Headers,
    origin: Origin,
    *,
    wall: int | None = None,
    region: str = REGION,
) -> Event | Rejected:
    """Decode one Kafka record in the structured or the binary mode of CloudEvents.

    A header that begins with `ce_` makes it binary unless the content type says otherwise. `wall`
    is the wall clock in microseconds; without it (files, replays) no event is too far ahead. With
    an `origin.topic` of "" any type is accepted, and the event gets the topic of its type; a
    heartbeat has none. `region` is where phones without a country code belong.
    """
    try:
        outcome: Opened | Event | Rejected = _record(value, headers, origin, wall)
        if isinstance(outcome, Opened):
            home, kind = origin, KIND_OF_TYPE[outcome.type]
            if not origin.topic:
                home = Origin(kind.topic, origin.partition, origin.offset)
            outcome = event_of(outcome, kind, home, region)
    except Exception as error:  # noqa: BLE001 - whatever a producer sends, the stream goes on
        outcome = explain.unreadable(error, value or b"")
    if isinstance(outcome, Rejected) and privacy.concerns_tips(value, headers, origin.topic):
        return privacy.guard(outcome, value, headers)
    return outcome


def decode_structured(
    value: bytes | None, origin: Origin, *, wall: int | None = None, region: str = REGION
) -> Event | Rejected:
    """Decode one structured CloudEvents document; see `decode_record`."""
    return decode_record(value, (), origin, wall=wall, region=region)


def open_structured(value: bytes, *, wall: int | None = None) -> Opened | Rejected:
    """`decode_structured` of a document in a file, except for its `data`.

    Not for documents that must not be kept before they are known to be good: a tip has to be
    decoded completely.
    """
    try:
        opened = _record(value, (), NOWHERE, wall)
    except Exception as error:  # noqa: BLE001 - whatever a producer sends, the stream goes on
        opened = explain.unreadable(error, value)
    if isinstance(opened, Rejected) and privacy.concerns_tips(value, (), NOWHERE.topic):
        return privacy.guard(opened, value)
    return opened


def _record(
    value: bytes | None,
    headers: Headers,
    origin: Origin,
    wall: int | None,
) -> Opened | Rejected:
    if value is None:
        return Rejected(
            "decode",
            "",
            "The record has no value.",
            _ONE_EVENT + " Only a reference topic takes a null value, to remove its key's entry.",
        )
    if len(value) > MAX_BYTES:
        return Rejected(
            "decode",
            "",
            f"The document is larger than {MAX_BYTES // 1024} KiB.",
            "Send references to large contents, not the contents.",
        )
    # No document is this short: longer values are not examined here.
    if len(value) < 16 and value.strip() in (b"", b"null") and origin.topic in REFERENCE_TOPICS:
        return Rejected(
            "decode",
            "",
            f"The value is {'the text `null`' if value.strip() else 'empty'} and not null, so it"
            " removes nothing.",
            "To remove an entry send a record without any value (a null value, or tombstone) and"
            " with the entry's id as its key; to add one, send one CloudEvent as a JSON object.",
        )
    if headers:
        attributes = from_headers(headers)
        if isinstance(attributes, Rejected):
            return attributes
        if attributes is not None:
            outcome = _open(attributes, Raw(value), value, headers, origin, wall)
            return of_header(outcome) if isinstance(outcome, Rejected) else outcome
    try:
        envelope = _decode_envelope(value)
    except ValueError as error:
        # A value that is not a document may be the `data` of attributes that are spelt differently.
        if (otherwise := spelt_otherwise(headers)) is not None:
            return otherwise
        if not isinstance(error, msgspec.ValidationError):
            raise
        wrong = explain.invalid(error, Attributes, "envelope")
        second = leap_seconds.without(value) if wrong.stage == "time" else None
        return wrong if second is None else _record(second, headers, origin, wall)
    data = envelope.data
    if envelope.data_base64 is not _NOTHING and bytes(envelope.data_base64) != b"null":
        return Rejected(
            "envelope", "data_base64", "`data_base64` holds bytes, not an event.", JSON_ONLY
        )
    if data is _NOTHING:
        return Rejected(
            "envelope", "data", "`data` is missing.", "Send the fields of the event in `data`."
        )
    return _open(envelope, data, value, headers, origin, wall)


def _open(
    attributes: Attributes,
    data: Raw,
    value: bytes,
    headers: Headers,
    origin: Origin,
    wall: int | None,
) -> Opened | Rejected:
    kind = KIND_OF_TYPE.get(attributes.type)
    id_, source = attributes.id, attributes.source
    if (
        kind is None
        or attributes.specversion != "1.0"
        or attributes.datacontenttype is not None
        or not (id_.isascii() and source.isascii())
        or not (id_.isprintable() and source.isprintable())
    ):
        wrong = fault_of(attributes)
        if wrong is not None:
            return wrong
    assert kind is not None
    topic = origin.topic
    if topic and topic != kind.topic and not (kind is HEARTBEAT and topic in SOURCE_TOPICS):
        return Rejected(
            "type",
            "type",
            f"A `{kind.type}` does not belong on topic `{topic}`.",
            f"Send it to topic `{kind.topic}`." if kind.topic else _ANY_SOURCE_TOPIC,
        )
    if kind.data is Tip:
        named = privacy.named_in(value, headers)
        if named is not None:
            return privacy.refusal(named)
    time = micros(attributes.time)
    if not EARLIEST <= time < LATEST:
        return Rejected(
            "time",
            "time",
            "`time` lies outside the years 1990 to 2100.",
            "Send when it happened; check the clock and the unit of the sending system.",
        )
    if wall is not None and time > wall + FUTURE:
        return AHEAD
    # One shared text for all events of a source, because facts keep it.
    return Opened(time, kind.type, intern(source), id_, bytes(data))
