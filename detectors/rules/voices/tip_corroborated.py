"""A tip about an employee, and alerts that bear it out.

Catches a tip about an employee on whom another detector's alert, a warning or critical, was found
at most `within` before or after the tip came in. A tip alone raises nothing, and if the alerts are
withdrawn, so is this. Who gave the tip is known nowhere; its text is not repeated either, for it
may tell who wrote it.

Misses tips about a customer only, and deeds that leave no trace in the events.

Looks the same: a tip out of spite that meets an alert with an innocent cause, a tip that only
repeats what the alert already made known in the office.
"""

from __future__ import annotations

from collections.abc import Iterable

from detectors.language import *


class TipCorroboratedParams(Params):
    """How near an alert must be."""

    within: Duration = at_most(
        "30d", "from the tip to an alert, before or after", "举报与告警前后相距"
    )


def judge(view: View, params: TipCorroboratedParams) -> Iterable[Finding]:
    """One finding for each tip; told twice, it is dated by the first time."""
    tips = {tip.about: tip for tip in reversed(view.of("tip"))}
    if not tips:
        return
    evidence = pieces(view.facts)
    grave = [it for it in standing(view.facts) if it.fields["severity"] != "info"]
    for tip in tips.values():
        alerts = around(grave, tip.at, params.within)
        if not alerts:
            continue
        nearest = min(abs(it.at - tip.at) for it in alerts)
        # The bound on evidence takes the newest, and must not take the tip.
        borne = in_time_order(*(evidence[alert.about] for alert in alerts))
        kept = borne[: view.common.max_evidence - 1]
        yield Finding(
            anchor=f"{view.entity_id}\n{tip.about}",
            facts=in_time_order(tip, *kept),
            until=tip.at + params.within + OPEN_FOR,
            subject=Subject(employee=view.entity_id),
            values={
                "tip": tip.about,
                "told": str(tip.at),
                "alerts": str(len(alerts)),
                "which": named(alerts),
            },
            measured={"within": elapsed(0, nearest)},
        )


DETECTOR = Detector(
    id="tip-corroborated",
    severity="critical",
    title=Bilingual("Tip borne out by alerts", "举报得到印证"),
    params=TipCorroboratedParams(),
    reads=(read("employee", Tip, lambda tip: keep("tip", about=tip.tip)),),
    judge=judge,
    says=says(
        Sentence(
            "Tip {tip} about {employee}, told at {told:time}, is borne out by {alerts:alert} found "
            "within {within} before or after it: {which}.",
            "{told:time} 收到关于{employee}的举报（{tip}），前后 {within}内另有 {alerts} 条告警与之"
            "印证：{which}。",
        )
    ),
    # What is still open must have all that it rests on.
    notes={
        "tip": Bilingual("tip about the employee", "针对该员工的举报"),
        "alert": ALERT_NOTE,
    },
    keeps=lambda params: 2 * params.within + OPEN_FOR + LONGEST_DEADLINE,
    weighs_alerts=True,
)
