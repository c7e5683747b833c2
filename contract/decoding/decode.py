"""Bytes to an `Event`, or to a `Rejected` that says why not. Nothing a producer sends raises.

Two steps: the CloudEvents attributes first, with `data` left as it is, then `data` by its type.
A payment takes about 3 µs; saying what is wrong may take a hundred.

A null value is no event. On the compacted reference topics it removes the entry of its key:
whoever reads those looks for null values before decoding. Everywhere else it is a dead letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from difflib import get_close_matches
from sys import intern
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct
from msgspec.structs import replace

from contract import checks, leap_seconds
from contract.decoding import explain, privacy
from contract.event import Event, Origin
from contract.fields import MAX_ID, NO_CONTROL
from contract.kinds import HEARTBEAT, KIND_OF_TYPE, REFERENCE_TOPICS, SOURCE_TOPICS, Kind
from contract.rejected import MAX_BYTES, Rejected
from contract.spelling.folding import REGION, RefusedError, Sent, fold
from contract.spelling.spelling import folded
from contract.times import MINUTE, micros
from contract.types import IMAGE_KEYS, CrmEdit, EventData, Heartbeat, Tip

#: How far ahead of the wall clock a live event may be, in microseconds.
FUTURE = 5 * MINUTE
#: Event times, in microseconds: [1990-01-01, 2101-01-01), UTC.
EARLIEST = 631_152_000_000_000
LATEST = 4_133_980_800_000_000

_TIP_TYPE = b"offbook.tip"

#: The longest `id` and `source`, in bytes of UTF-8.
MAX_ATTRIBUTE = 1024
Attribute = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_ATTRIBUTE,
        description="a string of 1-1024 bytes without control characters",
        extra_json_schema={"pattern": NO_CONTROL},
    ),
]
_Time = Annotated[datetime, Meta(tz=True)]
_NOTHING = Raw(b"")
#: The origin of a document in a file, as long as its line does not matter.
NOWHERE = Origin("", -1, 0)


class _Attributes(Struct, gc=False):
    """The CloudEvents attributes we read; extensions are ignored."""

    specversion: str
    id: Attribute
    source: Attribute
    type: str
    time: _Time
    datacontenttype: str | None = None


class _Envelope(_Attributes):
    data: Raw = _NOTHING
    data_base64: Raw = _NOTHING


_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_DECODE_DATA: dict[str, Callable[[bytes], EventData]] = {
    kind.type: msgspec.json.Decoder(kind.data).decode for kind in KIND_OF_TYPE.values()
}

_ONE_EVENT = "Send one CloudEvent as a JSON object."
_ANY_SOURCE_TOPIC = "Send it to a source topic: " + ", ".join(SOURCE_TOPICS) + "."
_JSON_ONLY = "Send `data` as JSON and `datacontenttype` as application/json, or leave it out."


class Opened(Struct, order=True, array_like=True, gc=False):
    """A document of which all but `data`, its JSON as it was sent, has been read and found good.

    They sort by time, then by type, source, id, then by what they say; and where they stand, which
    `line` from 1 of which `file` from 0, decides only among those that say the same to the byte.
    """

    time: int
    type: str
    source: str
    id: str
    data: bytes
    file: int = 0
    line: int = 0

    def read(self, region: str = REGION) -> Event | Rejected:
        """Read `data`, too. `region` is where phones without a country code are at home.

        Where it cannot be read, that is said of a byte of `data`, not of the document.
        """
        try:
            kind = KIND_OF_TYPE[self.type]
            return _event(self, kind, Origin(kind.topic, -1, self.line), region)
        except Exception as error:  # noqa: BLE001 - whatever a producer sends, the stream goes on
            return replace(explain.unreadable(error, self.data), field="data")

    def is_plain(self, event: Event) -> bool:
        """Whether the `event` that `read` gave is `data` as it was sent: nothing in it was folded,
        and nothing mended."""
        return not event.sent and _DECODE_DATA[self.type](self.data) == event.data

    def read_plain(self) -> Event:
        """`read` of a document that is known to be plain, for half as much."""
        kind = KIND_OF_TYPE[self.type]
        origin = Origin(kind.topic, -1, self.line)
        return Event(self.source, self.id, self.time, _DECODE_DATA[self.type](self.data), origin)


def decode_record(
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]],
    origin: Origin,
    *,
    wall: int | None = None,
    region: str = REGION,
) -> Event | Rejected:
    """Decode one Kafka record in the structured or the binary mode of CloudEvents.

    A header that begins with `ce_` makes it binary unless the content type says otherwise.
    `wall` is the wall clock in microseconds; without it (files, replays) nothing is too far ahead.
    With an `origin.topic` of "" any type may come, and the event gets its own topic; a heartbeat
    has none. `region` is where phones without a country code are at home.
    """
    try:
        outcome: Opened | Event | Rejected = _record(value, headers, origin, wall)
        if isinstance(outcome, Opened):
            home, kind = origin, KIND_OF_TYPE[outcome.type]
            if not origin.topic:
                home = Origin(kind.topic, origin.partition, origin.offset)
            outcome = _event(outcome, kind, home, region)
    except Exception as error:  # noqa: BLE001 - whatever a producer sends, the stream goes on
        outcome = explain.unreadable(error, value or b"")
    if isinstance(outcome, Rejected) and _concerns_tips(value, headers, origin):
        return privacy.guard(outcome, value, headers)
    return outcome


def decode_structured(
    value: bytes | None, origin: Origin, *, wall: int | None = None, region: str = REGION
) -> Event | Rejected:
    """Decode one structured CloudEvents document; see `decode_record`."""
    return decode_record(value, (), origin, wall=wall, region=region)


def open_structured(value: bytes, *, wall: int | None = None) -> Opened | Rejected:
    """`decode_structured` of a document in a file, but for what stands in `data`.

    Not for what may not be kept before it is known to be good: a tip is to be decoded whole.
    """
    try:
        opened = _record(value, (), NOWHERE, wall)
    except Exception as error:  # noqa: BLE001 - whatever a producer sends, the stream goes on
        opened = explain.unreadable(error, value)
    if isinstance(opened, Rejected) and _concerns_tips(value, (), NOWHERE):
        return privacy.guard(opened, value)
    return opened


def _record(
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]],
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
    # No document is so short: the others are not looked at closely.
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
        attributes = _from_headers(headers)
        if isinstance(attributes, Rejected):
            return attributes
        if attributes is not None:
            outcome = _open(attributes, Raw(value), value, headers, origin, wall)
            return _of_header(outcome) if isinstance(outcome, Rejected) else outcome
    try:
        envelope = _decode_envelope(value)
    except ValueError as error:
        # What is no document at all may be the `data` of attributes that are spelt otherwise.
        if (otherwise := _spelt_otherwise(headers)) is not None:
            return otherwise
        if not isinstance(error, msgspec.ValidationError):
            raise
        wrong = explain.invalid(error, _Attributes, "envelope")
        second = leap_seconds.without(value) if wrong.stage == "time" else None
        return wrong if second is None else _record(second, headers, origin, wall)
    data = envelope.data
    if envelope.data_base64 is not _NOTHING and bytes(envelope.data_base64) != b"null":
        return Rejected(
            "envelope", "data_base64", "`data_base64` holds bytes, not an event.", _JSON_ONLY
        )
    if data is _NOTHING:
        return Rejected(
            "envelope", "data", "`data` is missing.", "Send the fields of the event in `data`."
        )
    return _open(envelope, data, value, headers, origin, wall)


def _open(
    attributes: _Attributes,
    data: Raw,
    value: bytes,
    headers: Sequence[tuple[str, bytes | None]],
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
        wrong = _envelope_fault(attributes)
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
        return Rejected(
            "time",
            "time",
            f"`time` is more than {FUTURE // MINUTE} minutes ahead of the clock.",
            "Check clock and offset: local time sent as `Z` is 8 hours ahead in China.",
        )
    # One text for all that a system sends: facts keep it.
    return Opened(time, kind.type, intern(source), id_, bytes(data))


def _event(opened: Opened, kind: Kind, origin: Origin, region: str) -> Event | Rejected:
    told = _data(kind, opened.data, region)
    if isinstance(told, Rejected):
        return told
    data, sent = told
    if type(data) is Heartbeat and data.partition not in (None, origin.partition) and origin.topic:
        return _ANOTHER_PARTITION
    return Event(opened.source, opened.id, opened.time, data, origin, sent)


_ANOTHER_PARTITION = Rejected(
    "data",
    "data.partition",
    "`data.partition` is not the partition that the heartbeat stands on.",
    "Send a heartbeat to the partition it speaks for, behind the events of that partition.",
)


def _data(kind: Kind, raw: bytes, region: str) -> tuple[EventData, Sent] | Rejected:
    try:
        data, sent = fold(_DECODE_DATA[kind.type](raw), region)
        if not checks.doubtful(data, raw):
            return data, sent
        wrong = checks.fault(data, raw)
    except msgspec.ValidationError as error:
        wrong = explain.invalid(error, kind.data, "data", "data")
    except RefusedError as refused:
        return refused.rejected
    if wrong is None:
        return checks.without_always(data), sent
    tidy = _tidied(kind, raw)
    return wrong if tidy is None else _data(kind, tidy, region)


def _tidied(kind: Kind, raw: bytes) -> bytes | None:
    """`raw` without what only looks wrong, or None if there is nothing of the kind: null for a
    field that is not there, padding that makes a text too long, and in field images keys that are
    not the contract's."""
    try:
        fields = msgspec.json.decode(raw, type=dict[str, Raw])
    except msgspec.ValidationError:
        return None
    kept = {key: _unpadded(field) for key, field in fields.items() if bytes(field) != b"null"}
    known = IMAGE_KEYS.get(_object_type(kept)) if kind.data is CrmEdit else None
    for name in ("object", "before", "after") if kind.data is CrmEdit else ():
        inner = kept.get(name, _NOTHING)
        if not bytes(inner).startswith(b"{"):
            continue
        keys = msgspec.json.decode(inner, type=dict[str, Raw])
        ours = {
            key: _unpadded(field)
            for key, field in keys.items()
            if name == "object" or known is None or key in known
        }
        if ours != keys:
            kept[name] = Raw(msgspec.json.encode(ours))
    return msgspec.json.encode(kept) if kept != fields else None


def _unpadded(field: Raw) -> Raw:
    """A text that is longer than an id may be without what is blank at its ends."""
    if len(bytes(field)) <= MAX_ID or not bytes(field).startswith(b'"'):
        return field
    text = msgspec.json.decode(field, type=str)
    tidy = folded(text)
    return Raw(msgspec.json.encode(tidy)) if len(tidy) < len(text) else field


class _ObjectType(Struct):
    type: str


def _object_type(fields: dict[str, Raw]) -> str:
    try:
        return msgspec.json.decode(fields.get("object", _NOTHING), type=_ObjectType).type
    except msgspec.DecodeError:
        return ""


def _envelope_fault(attributes: _Attributes) -> Rejected | None:
    if attributes.specversion != "1.0":
        return Rejected(
            "envelope",
            "specversion",
            "`specversion` is not 1.0.",
            'Send CloudEvents 1.0, `"specversion": "1.0"`.',
        )
    for field, text in (("id", attributes.id), ("source", attributes.source)):
        if len(text.encode("utf-8", "replace")) > MAX_ATTRIBUTE:
            return Rejected(
                "envelope",
                field,
                f"`{field}` is longer than {MAX_ATTRIBUTE} bytes.",
                "Send a shorter one, such as a hash of it.",
            )
        if checks.has_control(text):
            return Rejected(
                "envelope",
                field,
                f"`{field}` has a control character (a line break, a tab, a NUL …).",
                "Send it as it stands in the source system, trimmed.",
            )
    if attributes.type not in KIND_OF_TYPE:
        near = get_close_matches(attributes.type[:100], KIND_OF_TYPE, 1)
        known = f"Perhaps `{near[0]}`" if near else "One of " + ", ".join(KIND_OF_TYPE)
        return Rejected("type", "type", "`type` is none that Offbook knows.", known + " is meant.")
    if attributes.datacontenttype is not None and not _is_json(attributes.datacontenttype):
        return Rejected("envelope", "datacontenttype", "`datacontenttype` is not JSON.", _JSON_ONLY)
    return None


def _is_json(content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    return media.endswith(("/json", "+json"))


def _from_headers(headers: Sequence[tuple[str, bytes | None]]) -> _Attributes | Rejected | None:
    """The attributes of a record in binary mode; None if it is in structured mode."""
    found: dict[str, Any] = {}
    content_type: bytes | None = None
    for name, value in headers:
        if name.startswith("ce_"):
            if found.get(name, value) != value:
                return _header_fault(name, "is there twice with different values", "Send it once.")
            found[name] = value
        elif name.lower() == "content-type":
            content_type = value
    media = (content_type or b"").partition(b";")[0].strip().lower()
    if media.startswith(b"application/cloudevents-batch"):
        return _header_fault(
            "content-type", "announces a batch of events", "Send one CloudEvent per record."
        )
    if media.startswith(b"application/cloudevents"):
        if media == b"application/cloudevents+json":
            return None
        return _header_fault(
            "content-type", "announces CloudEvents that are not JSON", "Send JSON."
        )
    if not found:
        return None
    attributes: dict[str, Any] = {}
    for name in ("specversion", "id", "source", "type", "time"):
        value = found.get("ce_" + name)
        if value is None:
            if (otherwise := _spelt_otherwise(headers)) is not None:
                return otherwise
            return _header_fault(
                "ce_" + name,
                "is missing, though other `ce_` headers are there",
                "Send all of ce_specversion, ce_id, ce_source, ce_type and ce_time, or none and "
                "the whole document as the value.",
            )
        try:
            attributes[name] = value.decode("utf-8")
        except UnicodeDecodeError:
            return _header_fault("ce_" + name, "is not UTF-8", "Encode headers as UTF-8.")
    if content_type is not None:
        attributes["datacontenttype"] = content_type.decode("latin-1")
    attributes["time"] = leap_seconds.before(attributes["time"]) or attributes["time"]
    try:
        return msgspec.convert(attributes, _Attributes)
    except msgspec.ValidationError as error:
        return _of_header(explain.invalid(error, _Attributes, "envelope"))


#: How the attributes are spelt in CloudEvents' bindings to HTTP and AMQP, or by who does not know
#: that the names of Kafka's headers have a case.
_OTHER_BINDINGS = re.compile(
    r"(?:ce[-_.:]|cloudevents[:_])(specversion|id|source|type|time)", re.IGNORECASE
)


def _spelt_otherwise(headers: Sequence[tuple[str, bytes | None]]) -> Rejected | None:
    """What to say if a header carries an attribute by the name of another binding."""
    for name, _ in headers:
        match = None if name.startswith("ce_") else _OTHER_BINDINGS.fullmatch(name)
        if match is not None:
            return Rejected(
                "envelope",
                name,
                f"Header `{name}` carries an attribute of CloudEvents by a name that is not"
                " Kafka's" + (" but HTTP's." if name.lower().startswith("ce-") else "."),
                f"Spell it `ce_{match[1].lower()}`: on Kafka the headers are ce_specversion, ce_id,"
                " ce_source, ce_type and ce_time, with an underscore and in small letters.",
            )
    return None


def _of_header(rejected: Rejected) -> Rejected:
    """`rejected` by the header instead of the attribute it carries."""
    field = rejected.field
    if field not in _Attributes.__struct_fields__:
        return rejected
    header = "content-type" if field == "datacontenttype" else f"ce_{field}"
    reason = rejected.reason.replace(f"`{field}`", f"`{header}`")
    return replace(rejected, field=header, reason=reason)


def _header_fault(name: str, trouble: str, mend: str) -> Rejected:
    field = name if name in _HEADERS else "headers"
    return Rejected("envelope", field, f"Header `{field}` {trouble}.", mend)


_HEADERS = {"content-type", *(f"ce_{name}" for name in _Attributes.__struct_fields__)}


def _concerns_tips(
    value: bytes | None, headers: Sequence[tuple[str, bytes | None]], origin: Origin
) -> bool:
    """Whether a refused record is, or may be, a tip: by its topic or by anything it says."""
    if origin.topic == "tips" or (value is not None and _TIP_TYPE in value):
        return True
    if any(_TIP_TYPE in (header or b"") for _, header in headers):
        return True
    try:
        return _TIP_TYPE in msgspec.json.decode(value or b"", type=_Type).type.encode()
    except (ValueError, RecursionError):  # msgspec's and Unicode errors are ValueErrors
        return False


class _Type(Struct):
    type: str
