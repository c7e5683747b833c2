"""The binary mode of CloudEvents: attributes that are sent as headers of a Kafka record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from contract import leap_seconds
from contract.decoding import explain
from contract.decoding.attributes import Attributes
from contract.rejected import Rejected

Headers = Sequence[tuple[str, bytes | None]]


def from_headers(headers: Headers) -> Attributes | Rejected | None:
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
            if (otherwise := spelt_otherwise(headers)) is not None:
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
        return msgspec.convert(attributes, Attributes)
    except msgspec.ValidationError as error:
        return of_header(explain.invalid(error, Attributes, "envelope"))


#: How the attributes are spelt in CloudEvents' bindings to HTTP and AMQP, or by senders that do not
#: know that names of Kafka headers are case-sensitive.
_OTHER_BINDINGS = re.compile(
    r"(?:ce[-_.:]|cloudevents[:_])(specversion|id|source|type|time)", re.IGNORECASE
)


def spelt_otherwise(headers: Headers) -> Rejected | None:
    """What to answer if a header carries an attribute under the name that another binding uses."""
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


def of_header(rejected: Rejected) -> Rejected:
    """`rejected`, naming the header instead of the attribute it carries."""
    field = rejected.field
    if field not in Attributes.__struct_fields__:
        return rejected
    header = "content-type" if field == "datacontenttype" else f"ce_{field}"
    reason = rejected.reason.replace(f"`{field}`", f"`{header}`")
    return replace(rejected, field=header, reason=reason)


def _header_fault(name: str, trouble: str, mend: str) -> Rejected:
    field = name if name in _HEADERS else "headers"
    return Rejected("envelope", field, f"Header `{field}` {trouble}.", mend)


_HEADERS = {"content-type", *(f"ce_{name}" for name in Attributes.__struct_fields__)}
