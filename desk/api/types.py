"""What the API answers and takes, field for field. docs/openapi.json is rendered from it.

Times are RFC 3339. A viewer gets pseudonyms for ids, and null for readers' names and notes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cases.handling import State
from cases.stats import Wait
from cases.timeline import Kind
from contract.action import LONGEST_NOTE, Step, Verdict
from contract.alert import Alert, Bilingual, Evidence, Severity
from contract.alert import State as Firing
from desk.catalogue import DetectorTold
from scoring.rates import Rate
from sinks.redis.reading import Shelf

ClosedAs = Verdict | Literal["withdrawn"] | None


class AlertRow(Struct, frozen=True, kw_only=True):
    """An alert in a list. `seen` is how many actions on it have taken effect: whoever acts sends it
    back, and is refused if another has acted since."""

    alert_id: str
    revision: int
    detector: str
    severity: Severity
    score: int
    title: Bilingual
    shelf: Shelf
    state: State
    verdict: ClosedAs
    withdrawn: bool
    assignee: str | None
    proposed: bool
    reopened: bool
    seen: int
    employee: str | None
    customer: str | None
    order: str | None
    account: str | None
    account_holder: str | None
    first_event_at: str
    last_event_at: str
    detected_at: str
    acknowledged_at: str | None
    closed_at: str | None


class AlertPage(Struct, frozen=True):
    """A part of a list of alerts, the worst first. `next` is the cursor of the part after it, null
    at the end; `total` is how many there are in all."""

    alerts: tuple[AlertRow, ...]
    next: str | None
    total: int


class CaseRow(Struct, frozen=True, kw_only=True):
    """Alerts that are one deal, the worst first. `severity` is that of the worst, `score` the
    highest."""

    case_id: str
    severity: Severity
    score: int
    alerts: tuple[AlertRow, ...]


class CasePage(Struct, frozen=True):
    """A part of a list of cases, the worst first; `next` and `total` as of alerts."""

    cases: tuple[CaseRow, ...]
    next: str | None
    total: int


class ActionRow(Struct, frozen=True, kw_only=True):
    """What somebody did. `refused` says why it changed nothing, null if it took effect."""

    step: Step
    by: str | None
    at: str
    revision: int
    severity: Severity
    verdict: Verdict | None
    assignee: str | None
    note: str | None
    refused: str | None


class HandlingNow(Struct, frozen=True, kw_only=True):
    """How an alert stands. `seen` is how many actions have taken effect; `proposed` is what waits
    for a second person; `reopened` says that it was closed before."""

    state: State
    verdict: ClosedAs
    withdrawn: bool
    assignee: str | None
    proposed: ActionRow | None
    reopened: bool
    seen: int


class AlertWhole(Struct, frozen=True):
    """An alert with its evidence, how it stands, and what was done, the oldest first."""

    alert: Alert
    handling: HandlingNow
    history: tuple[ActionRow, ...]


class TimelineRow(Struct, frozen=True, kw_only=True):
    """One thing that happened: an event that alerts rest on (`evidence`), an alert that was
    detected (`title` and what follows it) or an action on one (`action`)."""

    at: str
    kind: Kind
    alert_ids: tuple[str, ...]
    title: Bilingual | None
    summary: Bilingual | None
    detector: str | None
    severity: Severity | None
    state: Firing | None
    evidence: Evidence | None
    action: ActionRow | None


class Timeline(Struct, frozen=True):
    """What is known of a person, of the last 30 days, the oldest first."""

    employee: str
    entries: tuple[TimelineRow, ...]


class DetectorList(Struct, frozen=True):
    """All detectors there are, those that are stopped too."""

    detectors: tuple[DetectorTold, ...]


class StatsRow(Struct, frozen=True, kw_only=True):
    """How the alerts of one detector were worked. `precision` is the share of `confirmed` among
    those that were called that or `false_positive`, with its 95 % interval (Wilson). The waits are
    in seconds from detection, over the alerts that were not revised after."""

    detector: str
    opened: int
    open: int
    closed: int
    verdicts: dict[str, int]
    precision: Rate
    to_acknowledge: Wait
    to_close: Wait


class Stats(Struct, frozen=True):
    """Of each detector that has any alert."""

    detectors: tuple[StatsRow, ...]


#: Text that says something.
Note = Annotated[
    str,
    Meta(
        max_length=LONGEST_NOTE,
        # What is a space differs between languages of patterns: each is named.
        pattern=(r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\ufeff]"),
        description="at most 4000 characters, not only spaces",
    ),
]
ReaderName = Annotated[
    str, Meta(min_length=1, max_length=200, description="a reader who is oncall or lead")
]
Seen = Annotated[
    int,
    Meta(
        ge=0,
        le=10_000,
        description="how many actions on it the caller has seen, `seen` of the last answer;"
        " without, they have seen it as it is now",
    ),
]


class Acknowledge(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take an alert, or give it to somebody who then has it."""

    assignee: ReaderName | None = None
    note: Note | None = None
    seen: Seen | None = None


class Assign(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Give it to somebody."""

    assignee: ReaderName
    note: Note | None = None
    seen: Seen | None = None


class AddNote(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Write down what somebody found. Never a conflict."""

    note: Note
    seen: Seen | None = None


class Close(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Close it, or propose to, as what it turned out to be."""

    verdict: Verdict
    note: Note | None = None
    seen: Seen | None = None


class Reopen(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take it up again."""

    note: Note | None = None
    seen: Seen | None = None


Body = Acknowledge | Assign | AddNote | Close | Reopen
#: What each step takes; those whose body may be left out have nothing that must be said.
BODIES: dict[str, tuple[Step, type[Body]]] = {
    "acknowledge": ("acknowledge", Acknowledge),
    "ack": ("acknowledge", Acknowledge),
    "assign": ("assign", Assign),
    "note": ("note", AddNote),
    "close": ("close", Close),
    "reopen": ("reopen", Reopen),
    "propose": ("propose", Close),
}
