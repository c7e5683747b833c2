"""The alert: what Offbook tells the outside."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal, get_args

import msgspec
from msgspec import Struct

Severity = Literal["critical", "warning", "info"]
#: The worst first.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
State = Literal["firing", "withdrawn"]
Mode = Literal["live", "shadow", "replay"]
#: Who is told of an alert: `live` is whoever is on call; nobody if its detector is on trial
#: (`shadow`) or an allowance covers it (`suppressed`).
Audience = Literal["live", "shadow", "suppressed"]


class Bilingual(Struct, frozen=True):
    """One text for people, in English and Chinese."""

    en: str
    zh: str


class Evidence(Struct, frozen=True):
    """One event that an alert is based on, and where it can be read again.

    `topic`, `partition` and `offset` are those of the record first read. `note` says in English
    what the event adds, and what was sent if it was read differently: `(sent as order "SO-1 ")`.
    """

    source: str
    id: str
    type: str
    time: str
    topic: str
    partition: int
    offset: int
    note: str


class Rule(Struct, frozen=True):
    """The detector's parameters when it judged, and the values it compared with them, by name.

    Values are written as in the settings: `"72h"`, `"20"`.
    """

    params: dict[str, str]
    measured: dict[str, str]


class Suppressed(Struct, frozen=True):
    """Why nobody needs to act on an alert: the allowance that covers it.

    `until` (RFC 3339) is the last moment that it covers, `reason` what the settings say.
    """

    until: str
    reason: str


class Alert(Struct, frozen=True):
    """One revision of one alert. Field for field the JSON on `offbook.alerts`.

    `alert_id` follows from detector, subject and anchor alone, so the same cause has the same
    id on every run and every replay. `score` is 0-100. Times are RFC 3339.
    """

    alert_id: str
    revision: int
    detector: str
    severity: Severity
    state: State
    score: int
    title: Bilingual
    summary: Bilingual
    employee: str | None
    customer: str | None
    order: str | None
    account: str | None
    first_event_at: str
    last_event_at: str
    detected_at: str
    evidence: tuple[Evidence, ...]
    mode: Mode
    rule: Rule | None = None
    suppressed: Suppressed | None = None
    #: Later than the rest, and so with a default: alerts that were written before have none.
    account_holder: str | None = None

    def content(self) -> bytes:
        """A digest of everything the alert says, equal on every machine for equal alerts."""
        return sha256(msgspec.json.encode(self)).digest()

    @property
    def audience(self) -> Audience:
        """Who is told of it. A suppressed alert would be suppressed too if its detector were
        live."""
        if self.suppressed is not None:
            return "suppressed"
        return "shadow" if self.mode == "shadow" else "live"
