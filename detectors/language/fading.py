"""Alerts on one employee that add up, each worth half as much every so often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from detectors.facts.fact import Fact, in_time_order
from detectors.facts.roles import WITHDRAWN
from detectors.facts.view import Common, View
from detectors.language.detector import ENDLESS
from detectors.language.memory import Memory
from detectors.language.shapes.burst import Enough
from detectors.language.sliding import open_runs, total_of
from detectors.words.weighing import OPEN_FOR, found_at, pieces, standing

#: Decimals of a faded score. Powers differ between machines in the sixteenth digit; a score that
#: fades by a microsecond in 14 d differs in the twelfth.
_DECIMALS = 12


class Peak(NamedTuple):
    """The greatest sum, how many detectors it is of, and when it was reached (µs)."""

    score: float
    detectors: int
    at: int


def peak_of(alerts: Sequence[Fact], params: Any) -> Peak:
    """The greatest sum of faded scores at the moment of one of the alerts, of enough detectors."""
    score, at = 0.0, alerts[0].at
    peak, seen = Peak(0.0, 0, at), set()
    for alert in alerts:
        halvings = (alert.at - at) / max(params.half_life, 1)
        score = round(score * 0.5**halvings, _DECIMALS) + alert.weight
        at = alert.at
        seen.add(alert.detector)
        if score > peak.score and len(seen) >= params.detectors:
            peak = Peak(score, len(seen), at)
    return peak


@dataclass(frozen=True, slots=True)
class _Faded:
    params: Any

    def __call__(self, facts: Sequence[Fact]) -> bool:
        unfaded = total_of(self.params.threshold)
        kinds = {alert.detector for alert in facts}
        enough = unfaded(facts) and len(kinds) >= self.params.detectors
        return enough and peak_of(facts, self.params).score >= self.params.threshold

    def spare(self, facts: Sequence[Fact]) -> int:
        return 0 if self(facts) else ENDLESS


class _AddedUp:
    totals = False

    def reached(self, params: Any) -> _Faded:
        return _Faded(params)

    def counted(self, run: Sequence[Fact], _: Common, params: Any) -> dict[str, str]:
        peak = peak_of(run, params)
        return {"threshold": str(int(peak.score)), "detectors": str(peak.detectors)}


#: Faded scores of at least `threshold`, of at least so many `detectors`.
ADDED_UP: Enough = _AddedUp()


def _prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
    """Without the alerts of windows that are no longer open."""
    over = limit - OPEN_FOR
    if not facts or min(map(found_at, facts)) + params.window >= over:
        return facts
    alerts = open_runs(standing(facts), params.window, _Faded(params), over)
    kept = {alert.about for alert in alerts}
    return [
        it
        for it in facts
        if it.about in kept or (it.role == WITHDRAWN and found_at(it) + params.window >= over)
    ]


def standing_alerts(view: View) -> Sequence[Fact]:
    """The alerts that fire, each dated by when it was found."""
    return standing(view.facts)


def as_evidence(view: View, run: Sequence[Fact]) -> tuple[Fact, ...]:
    """The alerts of a run as another shows them."""
    evidence = pieces(view.facts)
    return in_time_order(*(evidence[alert.about] for alert in run))


#: Alerts stay as long as the window that they are part of is open.
OPEN_WINDOWS = Memory(_prune)
