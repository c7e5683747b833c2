"""Alerts on one employee that together are more than each.

Catches an employee whose alerts are of at least `detectors` detectors and whose scores, each
halved every `half_life` since it was found, sum to at least `threshold` at the moment one of them
is found.

Exactly: alerts count from when they were found. A window begins at the earliest alert from which
this is reached within `window`, counting that alert and those found after it; it takes in all that
are found within `window` of its first, and the next begins after it. More alerts never make less of
it, and in which order they were told does not matter.

Misses what is spread so thinly that it fades, and alerts that name nobody or somebody else.

Looks the same: one affair that several detectors see from several sides, an employee with a very
busy month, a system account that acts for many people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from detectors.language import *

#: Decimals of a faded score. Powers differ between machines in the sixteenth digit; a score that
#: fades by a microsecond in 14 d differs in the twelfth.
_DECIMALS = 12


class EmployeeRiskParams(Params):
    """How much, of how many kinds, and how fast it fades."""

    threshold: int = at_least(100, "faded scores in all", "衰减后的分数合计")
    detectors: int = at_least(2, "different detectors among them", "涉及的不同检测器")
    half_life: Duration = number("14d", "a score is halved every", "分数每过多久减半")
    window: Duration = number(
        "70d", "from the first alert; five half-lives", "自首条告警起的时长，即五个半衰期"
    )


class Peak(NamedTuple):
    """The greatest sum, how many detectors it is of, and when it was reached (µs)."""

    score: float
    detectors: int
    at: int


def _kinds(alerts: Sequence[Fact]) -> set[str]:
    return {alert.fields["detector"] for alert in alerts}


def _peak(alerts: Sequence[Fact], params: EmployeeRiskParams) -> Peak:
    """The greatest sum at the moment of one of the alerts, of enough detectors."""
    score, at = 0.0, alerts[0].at
    peak, seen = Peak(0.0, 0, at), set()
    for alert in alerts:
        halvings = (alert.at - at) / max(params.half_life, 1)
        score = round(score * 0.5**halvings, _DECIMALS) + alert.weight
        at = alert.at
        seen.add(alert.fields["detector"])
        if score > peak.score and len(seen) >= params.detectors:
            peak = Peak(score, len(seen), at)
    return peak


def _enough(params: EmployeeRiskParams) -> Reached:
    unfaded = total_of(params.threshold)

    def reached(alerts: Sequence[Fact]) -> bool:
        enough = unfaded(alerts) and len(_kinds(alerts)) >= params.detectors
        return enough and _peak(alerts, params).score >= params.threshold

    return reached


def judge(view: View, params: EmployeeRiskParams) -> Iterable[Finding]:
    """One finding for each window."""
    evidence = pieces(view.facts)
    for run in runs(standing(view.facts), params.window, _enough(params)):
        peak = _peak(run, params)
        yield Finding(
            anchor=f"{view.entity_id}\n{run[0].about}",
            facts=in_time_order(*(evidence[alert.about] for alert in run)),
            until=run[0].at + params.window + OPEN_FOR,
            subject=Subject(employee=view.entity_id),
            values={
                "alerts": str(len(run)),
                "which": named(run),
                "since": str(run[0].at),
                "score": str(int(peak.score)),
                "peak": str(peak.at),
            },
            measured={"threshold": str(int(peak.score)), "detectors": str(peak.detectors)},
        )


def prune(facts: list[Fact], params: EmployeeRiskParams, limit: int) -> list[Fact]:
    """Without the alerts of windows that are no longer open."""
    over = limit - OPEN_FOR
    if not facts or min(map(found_at, facts)) + params.window >= over:
        return facts
    alerts = open_runs(standing(facts), params.window, _enough(params), over)
    kept = {alert.about for alert in alerts}
    return [
        it
        for it in facts
        if it.about in kept or (it.role == WITHDRAWN and found_at(it) + params.window >= over)
    ]


DETECTOR = Detector(
    id="employee-risk",
    severity="critical",
    title=Bilingual("Alerts on one employee add up", "员工风险累积"),
    params=EmployeeRiskParams(),
    judge=judge,
    says=says(
        Sentence(
            "{employee} has {alerts:alert} since {since:time}: {which}. Their scores, each halved "
            "every {half_life}, came to {score} at {peak:time}.",
            "{employee}自 {since:time} 起有 {alerts} 条告警：{which}。"
            "各告警分数每 {half_life}减半，至 {peak:time} 合计 {score} 分。",
        )
    ),
    notes={"alert": ALERT_NOTE},
    keeps=lambda params: params.window + OPEN_FOR + LONGEST_DEADLINE,
    prune=prune,
    weighs_alerts=True,
)
