"""The alerts as they stand, and which of them somebody asks for."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cases.grouping import Case, cases_of, grouped_by
from cases.handling import Handling, State
from contract.alert import SEVERITIES, Alert, Severity
from contract.times import parse_rfc3339
from sinks.redis.handled import Known
from sinks.redis.reading import RedisReading, Shelf


class Standing(Struct, frozen=True):
    """An alert, and how it is worked."""

    alert: Alert
    handling: Handling


class Wanted(Struct, frozen=True, kw_only=True):
    """Which alerts: those for which all that is given holds. `since` (µs) is the earliest that the
    newest revision may have been detected."""

    shelf: Shelf = "open"
    severity: Severity | None = None
    detector: str | None = None
    state: State | None = None
    employee: str | None = None
    customer: str | None = None
    since: int | None = None

    def takes(self, it: Standing) -> bool:
        """Whether this is one of them."""
        alert, handling = it.alert, it.handling
        return (
            self.severity in (None, alert.severity)
            and self.detector in (None, alert.detector)
            and self.state in (None, handling.state)
            and self.employee in (None, alert.employee, alert.account_holder)
            and self.customer in (None, alert.customer)
            and (self.since is None or parse_rfc3339(alert.detected_at) >= self.since)
        )


async def listed(reading: RedisReading, wanted: Wanted) -> list[Standing]:
    """The alerts that are wanted, the worst first; of one score, what was detected last."""
    shelf: Shelf = "closed" if wanted.state == "closed" else wanted.shelf
    severity = wanted.severity if shelf in ("open", "shadow") else None
    known = await reading.known(await reading.ids(shelf, severity))
    return sorted(filter(wanted.takes, map(standing, known)), key=_worst_first)


async def one(reading: RedisReading, alert_id: str) -> Standing | None:
    """An alert by its id; None if there is none."""
    known = await reading.known([alert_id])
    return standing(known[0]) if known else None


def standing(known: Known) -> Standing:
    """An alert that is there. Raises `ValueError` for one that is not."""
    if known.alert is None:
        raise ValueError("there is no such alert")
    return Standing(known.alert, known.handling)


def grouped(alerts: Iterable[Alert]) -> list[Case]:
    """The cases that these alerts are, the worst first."""
    return cases_of(map(grouped_by, alerts))


def _worst_first(it: Standing) -> tuple[int, int, int, str]:
    alert = it.alert
    detected = parse_rfc3339(alert.detected_at)
    return (SEVERITIES.index(alert.severity), -alert.score, -detected, alert.alert_id)
