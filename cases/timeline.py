"""What is known of one person, in the order in which it happened: events, alerts, actions.

Pure: of the alerts that name them, each with how it is worked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from cases.handling import Handling, Told
from contract.alert import Alert, Evidence
from contract.times import DAY, parse_rfc3339

#: How far back somebody looks at a person (µs).
SPAN: Final = 30 * DAY

Kind = Literal["event", "alert", "action"]
#: At one moment what happened comes before what was found in it, and that before what was done.
_ORDER: Final[tuple[Kind, ...]] = ("event", "alert", "action")


class Moment(Struct, frozen=True, kw_only=True):
    """One thing that happened, at `at` (µs). `alert_ids` are the alerts that it belongs to: several
    may rest on one event. Of `evidence`, `alert` and `told` one is there, by its kind."""

    at: int
    kind: Kind
    alert_ids: tuple[str, ...]
    evidence: Evidence | None = None
    alert: Alert | None = None
    told: Told | None = None


def timeline_of(worked: Iterable[tuple[Alert, Handling]], since: int) -> tuple[Moment, ...]:
    """All from `since` (µs) on, the oldest first; an event that several alerts rest on is there
    once. Raises `ValueError` for a time that is none."""
    moments: list[Moment] = []
    rests: dict[tuple[str, str], list[str]] = {}
    events: dict[tuple[str, str], Evidence] = {}
    for alert, handling in worked:
        detected = parse_rfc3339(alert.detected_at)
        moments.append(Moment(at=detected, kind="alert", alert_ids=(alert.alert_id,), alert=alert))
        for told in handling.history:
            at = parse_rfc3339(told.action.at)
            moments.append(Moment(at=at, kind="action", alert_ids=(alert.alert_id,), told=told))
        for it in alert.evidence:
            key = (it.source, it.id)
            events.setdefault(key, it)
            if alert.alert_id not in (known := rests.setdefault(key, [])):
                known.append(alert.alert_id)
    for key, evidence in events.items():
        at, ids = parse_rfc3339(evidence.time), tuple(sorted(rests[key]))
        moments.append(Moment(at=at, kind="event", alert_ids=ids, evidence=evidence))
    return tuple(sorted((it for it in moments if it.at >= since), key=_when))


def _when(it: Moment) -> tuple[int, int, tuple[str, ...], str]:
    finer = it.told.action.action_id if it.told else it.evidence.id if it.evidence else ""
    return (it.at, _ORDER.index(it.kind), it.alert_ids, finer)
