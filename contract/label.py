"""What really happened: the frauds in a labelled set of events."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from contract.alert import Bilingual

#: `easy` leaves every trace in the open; `disguised` splits, delays, borrows names, or leaves half
#: of the traces out.
Version = Literal["easy", "disguised"]


class EventId(Struct, frozen=True):
    """Identifies an event: an alert that lists it as evidence has seen it."""

    source: str
    id: str


class Fraud(Struct, frozen=True, kw_only=True):
    """One fraud: who did what when, and every event that bears a trace of it.

    `kind` is the id of the detector that is meant to find it; others may see it too. `deed_at` is
    when the harm was done (RFC 3339): delays are counted from then.
    """

    id: str
    kind: str
    version: Version
    what: Bilingual
    deed_at: str
    events: tuple[EventId, ...]
    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None


class Company(Struct, frozen=True, kw_only=True):
    """What rates refer to: how many people sold, and in which period (RFC 3339)."""

    reps: int
    customers: int
    since: str
    until: str
    seed: int | None = None


class Labels(Struct, frozen=True):
    """All frauds of a set of events; whatever else looks like a fraud in it is innocent."""

    company: Company
    frauds: tuple[Fraud, ...]


_decoder = msgspec.json.Decoder(Labels)


def encode_labels(labels: Labels) -> bytes:
    """One JSON document, a line for people to read each field."""
    return msgspec.json.format(msgspec.json.encode(labels), indent=1) + b"\n"


def decode_labels(document: bytes) -> Labels:
    """Raises `msgspec.ValidationError` or `msgspec.DecodeError`, which name the place."""
    return _decoder.decode(document)
