"""Alerts of other detectors on an employee, as the detectors that weigh them read them.

As a fact an alert stands at the time of its newest event. What counts is when it was found: for
something missing, that is its deadline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import structs

from contract.alert import Bilingual
from contract.times import DAY
from detectors.facts.fact import Fact
from detectors.facts.roles import STANDS

#: How long what weighs alerts stays open after its window: a notice that made one of them critical
#: may be taken back half a year later, and in a replay that leaps in time deadlines are told late.
OPEN_FOR = 230 * DAY
#: From the newest event of an alert to when it was found, at most.
LONGEST_DEADLINE = 60 * DAY

#: What a weighed alert adds to the evidence: its newest event, and its name.
ALERT_NOTE = Bilingual("alert {about} of {detector}", "{detector} 的告警 {about}")
_TOLD = ("detector", "found_at")


def found_at(alert: Fact) -> int:
    """When an alert was found, in event time (µs)."""
    return int(alert.fields["found_at"])


def standing(facts: Iterable[Fact]) -> list[Fact]:
    """The alerts that fire, each dated by when it was found, in that order."""
    alerts = [structs.replace(it, at=found_at(it)) for it in facts if it.role == STANDS]
    return sorted(alerts, key=lambda alert: alert.order)


def pieces(facts: Iterable[Fact]) -> dict[str, Fact]:
    """By name of an alert that fires, the piece of evidence it is for another.

    Without what may change while it says the same, or each of its revisions would make one more.
    """
    return {
        it.about: structs.replace(it, weight=1, fields={name: it.fields[name] for name in _TOLD})
        for it in facts
        if it.role == STANDS
    }


def named(alerts: Sequence[Fact]) -> str:
    """How many alerts of which detectors: `bulk-delete × 2 + chat-burst × 1`."""
    counts = Counter(alert.detector for alert in alerts)
    return " + ".join(f"{detector} × {counts[detector]}" for detector in sorted(counts))
