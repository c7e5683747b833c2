"""Alerts and labels as small as they can be."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from contract.alert import Alert, Bilingual, Evidence, Suppressed
from contract.label import Company, EventId, Fraud, Labels
from scoring.outcomes import Outcomes, Tally

SOURCE = "//test.example"
TEXT = Bilingual("text", "文字")
ALLOWED = Suppressed("2026-12-31T23:59:59+08:00", "agreed on")
#: Ten reps for ten weeks are a hundred rep-weeks: a false alert counts as 1 there.
COMPANY = Company(
    reps=10, customers=50, since="2026-01-05T00:00:00+08:00", until="2026-03-16T00:00:00+08:00"
)


def alert(id_: str, *events: str, **changes: Any) -> Alert:
    """A critical alert of bulk-delete, first seen on 1 February at noon."""
    whole = Alert(
        alert_id=id_,
        revision=1,
        detector="bulk-delete",
        severity="critical",
        state="firing",
        score=60,
        title=TEXT,
        summary=TEXT,
        employee="E-1",
        customer=None,
        order=None,
        account=None,
        first_event_at="2026-02-01T11:00:00+08:00",
        last_event_at="2026-02-01T12:00:00+08:00",
        detected_at="2026-02-01T12:00:00+08:00",
        evidence=tuple(
            Evidence(SOURCE, event, "offbook.crm.edit.v1", "2026-02-01T12:00:00Z", "", 0, 0, "")
            for event in events
        ),
        mode="replay",
    )
    return structs.replace(whole, **changes)


def fraud(id_: str, *events: str, **changes: Any) -> Fraud:
    """An easy fraud that bulk-delete is there for, done on 1 February at ten."""
    whole = Fraud(
        id=id_,
        kind="bulk-delete",
        version="easy",
        what=TEXT,
        deed_at="2026-02-01T10:00:00+08:00",
        events=tuple(EventId(SOURCE, event) for event in events),
    )
    return structs.replace(whole, **changes)


def outcomes(frauds: list[Fraud], alerts: list[Alert]) -> Outcomes:
    """What became of them in a company of a hundred rep-weeks."""
    tally = Tally(Labels(COMPANY, tuple(frauds)))
    for one in alerts:
        tally.take(one)
    return tally.outcomes()
