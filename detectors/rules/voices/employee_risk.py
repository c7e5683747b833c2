"""Alerts on one employee that together are more than each.

Catches an employee whose alerts are of at least `detectors` detectors and whose scores, each
halved every `half_life` since it was found, sum to at least `threshold` at the moment one of them
is found.

Exactly: alerts count from when they were found. A window begins at the earliest alert from which
this is reached within `window`, counting that alert and those found after it; it takes in all that
are found within `window` of its first, and the next begins after it. More alerts never lower the
score, and in which order they were told does not matter.

Misses what is spread so thinly that it fades, and alerts that name nobody or somebody else.

Looks the same: one case that several detectors see from several sides, an employee with a very
busy month, a system account that acts for many people.
"""

from detectors.language import *


class EmployeeRiskParams(Params):
    """How much, of how many kinds, and how fast it fades."""

    threshold: int = at_least(100, "faded scores in all", "衰减后的分数合计")
    detectors: int = at_least(2, "different detectors among them", "涉及的不同检测器")
    half_life: Duration = number("14d", "a score is halved every", "分数每过多久减半")
    window: Duration = number(
        "70d", "from the first alert; five half-lives", "自首条告警起的时长，即五个半衰期"
    )


def _told(_: View, run: Sequence[Fact], params: EmployeeRiskParams) -> dict[str, str]:
    peak = peak_of(run, params)
    return {"alerts": str(len(run)), "which": named(run), "peak": str(peak.at)}


DETECTOR = burst(
    "employee-risk",
    "critical",
    Bilingual("Alerts on one employee add up", "员工风险累积"),
    EmployeeRiskParams(),
    enough=ADDED_UP,
    counts=standing_alerts,
    shows=as_evidence,
    named=lambda alert: alert.about,
    values=_told,
    looks_back=LONGEST_DEADLINE,
    open_for=OPEN_FOR,
    memory=OPEN_WINDOWS,
    says=says(
        Sentence(
            "{employee} has {alerts:alert} since {at:time}: {which}. Their scores, each halved "
            "every {half_life}, came to {threshold} at {peak:time}.",
            "{employee}自 {at:time} 起有 {alerts} 条告警：{which}。"
            "各告警分数每 {half_life}减半，至 {peak:time} 合计 {threshold} 分。",
        ),
        given=("alerts", "peak", "which"),
    ),
    notes={"alert": ALERT_NOTE},
    weighs_alerts=True,
)
