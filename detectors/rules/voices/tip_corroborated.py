"""A tip about an employee, and alerts that bear it out.

Catches a tip about an employee on whom another detector's alert, a warning or critical, was found
at most `within` before or after the tip came in. A tip alone raises nothing, and if the alerts are
withdrawn, so is this. Who gave the tip is known nowhere; its text is not repeated either, for it
may tell who wrote it.

Misses tips about a customer only, and acts that leave no trace in the events.

Looks the same: a tip out of spite that meets an alert with an innocent cause, a tip that only
repeats what the alert already made known in the office.
"""

from detectors.language import *


class TipCorroboratedParams(Params):
    """How near an alert must be."""

    within: Duration = at_most(
        "30d", "from the tip to an alert, before or after", "举报与告警前后相距"
    )


def find(view: View, params: TipCorroboratedParams) -> Iterable[Found]:
    """One thing found for each tip; told twice, it is dated by the first time."""
    tips = {tip.about: tip for tip in reversed(view.of("tip"))}
    if not tips:
        return
    evidence = pieces(view.facts)
    grave = [it for it in standing(view.facts) if it.fields["severity"] != "info"]
    for tip in tips.values():
        if not (alerts := around(grave, tip.at, params.within)):
            continue
        nearest = min(abs(it.at - tip.at) for it in alerts)
        # The bound on evidence takes the newest, and must not take the tip.
        borne = in_time_order(*(evidence[alert.about] for alert in alerts))
        kept = borne[: view.common.max_evidence - 1]
        yield Found(
            by=tip,
            named=f"{view.entity_id}\n{tip.about}",
            facts=in_time_order(tip, *kept),
            about=Subject(employee=view.entity_id),
            values={"tip": tip.about, "alerts": str(len(alerts)), "which": named(alerts)},
            measured={"within": elapsed(0, nearest)},
        )


DETECTOR = pair(
    "tip-corroborated",
    "critical",
    Bilingual("Tip borne out by alerts", "举报得到印证"),
    TipCorroboratedParams(),
    find=find,
    # What is still open must have all that it rests on.
    within=("within", LONGEST_DEADLINE),
    open_for=("within", OPEN_FOR),
    reads=(read("employee", Tip, lambda tip: keep("tip", about=tip.tip)),),
    says=says(
        Sentence(
            "Tip {tip} about {employee}, told at {at:time}, is borne out by {alerts:alert} found "
            "within {within} before or after it: {which}.",
            "{at:time} 收到关于{employee}的举报（{tip}），前后 {within}内另有 {alerts} 条告警与之"
            "印证：{which}。",
        ),
        given=("alerts", "tip", "which"),
    ),
    notes={"tip": Bilingual("tip about the employee", "针对该员工的举报"), "alert": ALERT_NOTE},
    weighs_alerts=True,
)
