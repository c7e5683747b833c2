"""Which alerts are one case: several detectors often see one deal.

Alerts that share an order are one; so are those on one customer and one employee that lie at most
14 days apart. What is tied to one of a case belongs to it. Derived from the alerts alone, the same
whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from contract.alert import SEVERITIES, Alert, Severity
from contract.times import DAY, parse_rfc3339

#: How far apart what two alerts on one customer and one employee rest on may lie (µs).
WITHIN: Final = 14 * DAY


class Grouped(Struct, frozen=True, kw_only=True):
    """What of an alert decides where it belongs and how it is ranked; times in µs."""

    alert_id: str
    detector: str
    severity: Severity
    score: int
    employee: str | None
    customer: str | None
    order: str | None
    first: int
    last: int
    detected: int


def grouped_by(alert: Alert) -> Grouped:
    """What decides where this alert belongs. Raises `ValueError` for a time that is none."""
    return Grouped(
        alert_id=alert.alert_id,
        detector=alert.detector,
        severity=alert.severity,
        score=alert.score,
        employee=alert.employee,
        customer=alert.customer,
        order=alert.order,
        first=parse_rfc3339(alert.first_event_at),
        last=parse_rfc3339(alert.last_event_at),
        detected=parse_rfc3339(alert.detected_at),
    )


class Case(Struct, frozen=True):
    """Alerts that are one deal, the worst first. `case_id` is the id of the one detected first, so
    that it stays while more are found."""

    case_id: str
    alerts: tuple[Grouped, ...]

    @property
    def severity(self) -> Severity:
        """That of the worst."""
        return self.alerts[0].severity

    @property
    def score(self) -> int:
        """The highest of any."""
        return max(it.score for it in self.alerts)

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """By it cases are in order: that of the worst."""
        return _rank(self.alerts[0])


def cases_of(alerts: Iterable[Grouped]) -> list[Case]:
    """The cases, the worst first."""
    found = sorted(alerts, key=lambda it: (it.first, it.alert_id))
    roots = {it.alert_id: it.alert_id for it in found}

    def root(alert_id: str) -> str:
        while roots[alert_id] != alert_id:
            roots[alert_id] = alert_id = roots[roots[alert_id]]
        return alert_id

    of_order: dict[str, str] = {}
    #: By customer and employee, the alert that reaches furthest, and until when.
    reach: dict[tuple[str, str], tuple[int, str]] = {}
    for it in found:
        if it.order is not None:
            roots[root(it.alert_id)] = root(of_order.setdefault(it.order, it.alert_id))
        if it.customer is not None and it.employee is not None:
            pair = (it.customer, it.employee)
            last, before = reach.get(pair, (it.last, it.alert_id))
            if it.first - last <= WITHIN:
                roots[root(it.alert_id)] = root(before)
            if it.last >= last or it.first - last > WITHIN:
                reach[pair] = (it.last, it.alert_id)
    together: dict[str, list[Grouped]] = {}
    for it in found:
        together.setdefault(root(it.alert_id), []).append(it)
    return sorted(map(_case, together.values()), key=lambda it: (*it.rank, it.case_id))


def case_with(alert_id: str, cases: Iterable[Case]) -> Case | None:
    """The case that has this alert; None if none has."""
    return next((it for it in cases if any(a.alert_id == alert_id for a in it.alerts)), None)


def _case(alerts: Sequence[Grouped]) -> Case:
    first = min(alerts, key=lambda it: (it.detected, it.alert_id))
    return Case(first.alert_id, tuple(sorted(alerts, key=_rank)))


def _rank(alert: Grouped) -> tuple[int, int, int, str]:
    return (SEVERITIES.index(alert.severity), -alert.score, alert.detected, alert.alert_id)
