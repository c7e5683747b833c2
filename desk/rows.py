"""What is kept of each alert to list it: all but its evidence and its words."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cases.grouping import Grouped
from cases.handling import Handling, State
from cases.stats import Worked
from contract.action import Action, Verdict
from contract.alert import SEVERITIES, Alert, Audience, Bilingual, Severity
from contract.times import parse_rfc3339
from desk.stored import Wanted
from sinks.redis.reading import Shelf

#: By it rows are in order: severity, the highest score first, what was detected last first, id.
Rank = tuple[int, int, int, str]


class Row(Struct, frozen=True, kw_only=True):
    """An alert and how it is worked, about 1 KB; times in µs. `acknowledged` and `closed` are
    when; `proposed` says that somebody proposed to close it and a second person has to agree."""

    alert_id: str
    revision: int
    detector: str
    severity: Severity
    score: int
    title: Bilingual
    employee: str | None
    customer: str | None
    order: str | None
    account: str | None
    account_holder: str | None
    first: int
    last: int
    detected: int
    audience: Audience
    state: State
    verdict: Verdict | Literal["withdrawn"] | None
    withdrawn: bool
    assignee: str | None
    acknowledged: int | None
    closed: int | None
    proposed: bool
    reopened: bool
    seen: int
    #: Its place among all; kept, for ten thousand rows are sorted by it.
    rank: Rank

    @property
    def shelf(self) -> Shelf:
        """Where it lies, as in Redis."""
        if self.state == "closed":
            return "closed"
        return "open" if self.audience == "live" else self.audience

    @property
    def grouped(self) -> Grouped:
        """What decides to which case it belongs."""
        return Grouped(
            alert_id=self.alert_id,
            detector=self.detector,
            severity=self.severity,
            score=self.score,
            employee=self.employee,
            customer=self.customer,
            order=self.order,
            first=self.first,
            last=self.last,
            detected=self.detected,
        )

    @property
    def worked(self) -> Worked:
        """What the figures count of it."""
        return Worked(
            detector=self.detector,
            detected=self.detected,
            state=self.state,
            verdict=self.verdict,
            acknowledged=self.acknowledged,
            closed=self.closed,
        )


def row_of(alert: Alert, handling: Handling) -> Row:
    """Raises `ValueError` for a time that is none."""
    detected = parse_rfc3339(alert.detected_at)
    return Row(
        alert_id=alert.alert_id,
        revision=alert.revision,
        detector=alert.detector,
        severity=alert.severity,
        score=alert.score,
        title=alert.title,
        employee=alert.employee,
        customer=alert.customer,
        order=alert.order,
        account=alert.account,
        account_holder=alert.account_holder,
        first=parse_rfc3339(alert.first_event_at),
        last=parse_rfc3339(alert.last_event_at),
        detected=detected,
        audience=alert.audience,
        state=handling.state,
        verdict=handling.verdict,
        withdrawn=handling.withdrawn,
        assignee=handling.assignee,
        acknowledged=_at(handling.acknowledged),
        closed=_at(handling.closed),
        proposed=handling.proposed is not None,
        reopened=handling.reopened,
        seen=handling.seen,
        rank=(SEVERITIES.index(alert.severity), -alert.score, -detected, alert.alert_id),
    )


def takes(wanted: Wanted, row: Row) -> bool:
    """Whether a row is one of those wanted, whatever its shelf."""
    return (
        wanted.severity in (None, row.severity)
        and wanted.detector in (None, row.detector)
        and wanted.state in (None, row.state)
        and wanted.employee in (None, row.employee, row.account_holder)
        and wanted.customer in (None, row.customer)
        and (wanted.since is None or row.detected >= wanted.since)
    )


def _at(action: Action | None) -> int | None:
    return None if action is None else parse_rfc3339(action.at)
