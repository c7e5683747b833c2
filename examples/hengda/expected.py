"""The alerts that a fraud must raise, worked out by hand from the detectors' definitions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hengda.ledger import Line

GRACE = timedelta(hours=1)
UNMATCHED = timedelta(hours=72) + GRACE
LAPSED = timedelta(days=7) + GRACE
SEVERITY = {
    "offbook-payment": "critical",
    "account-ring": "critical",
    "unmatched-payment": "warning",
    "shipment-without-order": "critical",
    "deleted-before-resignation": "critical",
    "bulk-delete": "critical",
    "leak-then-lost": "critical",
    "chat-burst": "warning",
    "callback-mismatch": "warning",
    "follow-up-lapsed": "info",
    "tip-corroborated": "critical",
    "employee-risk": "critical",
}
SCORE = {"critical": 60, "warning": 30, "info": 10}


class Both(NamedTuple):
    """One text in two languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Expected:
    """An alert, as it stands when the story ends.

    `anchor` is the event its id hangs on, `events` all it rests on, `at` the stream time at
    which it first fires.
    """

    detector: str
    anchor: Line
    events: tuple[Line, ...]
    at: datetime
    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None
    corroborated: bool = False
    state: str = "firing"

    @property
    def severity(self) -> str:
        return SEVERITY[self.detector]

    def label(self) -> dict[str, Any]:
        return {
            "detector": self.detector,
            "severity": self.severity,
            "state": self.state,
            "score": SCORE[self.severity] + 20 * self.corroborated,
            "employee": self.employee,
            "customer": self.customer,
            "order": self.order,
            "account": self.account,
            "at": self.at.isoformat(),
            "anchor": self.anchor.id,
            "events": [line.id for line in sorted(self.events, key=lambda line: line.time)],
        }


@dataclass(frozen=True)
class Tale:
    """One fraud, or one look-alike."""

    name: str
    title: Both
    what: Both
    employee: str | None
    since: datetime
    until: datetime
    alerts: list[Expected] = field(default_factory=list)
    points: tuple[Line, ...] = ()

    def label(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title._asdict(),
            "what": self.what._asdict(),
            "employee": self.employee,
            "from": self.since.isoformat(),
            "to": self.until.isoformat(),
            "events": [line.id for line in self.points],
            "alerts": [alert.label() for alert in self.alerts],
        }


def off_channel(
    payment: Line, employee: str, *, corroborated_by: tuple[Line, ...] = ()
) -> Expected:
    """The alert of a payment to an account that is not the company's."""
    return Expected(
        "offbook-payment",
        payment,
        (payment, *corroborated_by),
        payment.time,
        employee=employee,
        customer=payment.data["customer"],
        account=payment.data["payee_account"],
        corroborated=bool(corroborated_by),
    )


def unmatched(payment: Line, employee: str | None) -> Expected:
    """The alert of a payment without an order."""
    named = "order" in payment.data or "customer" in payment.data
    return Expected(
        "unmatched-payment",
        payment,
        (payment,),
        payment.time + UNMATCHED if named else payment.time,
        employee=employee,
        customer=payment.data.get("customer"),
        order=payment.data.get("order"),
        account=payment.data["payee_account"],
    )
