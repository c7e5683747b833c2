"""Customers complain about one employee again and again.

Catches complaints about one employee in at least `threshold` different callbacks within `window`.
A callback that is reported twice is one.

Misses complaints that name no employee, and those made anywhere else than in a callback.

Looks the same: a fault of product or delivery that everybody's customers complain of, one customer
who complains about everything, an employee who took over somebody's neglected customers.
"""

from detectors.language import *


class ComplaintBurstParams(Params):
    """How many, within what time."""

    threshold: int = at_least(3, "callbacks with a complaint", "有投诉的回访")
    window: Duration = number("30d", "from the first complaint of the run", "自首次投诉起的时长")


DETECTOR = burst(
    "complaint-burst",
    "warning",
    Bilingual("Burst of complaints about one employee", "员工短期内多次被投诉"),
    ComplaintBurstParams(),
    reads=(
        read(
            "employee",
            ServiceCallback,
            lambda it: keep("complaint", about=it.callback, customer=it.customer),
            where=lambda it: it.outcome == "complaint",
        ),
    ),
    enough=different("threshold"),
    about=lambda view, run, _: Subject(view.entity_id, sole(it.customer for it in run)),
    says=says(
        Sentence(
            "{employee} was the subject of {threshold:complaint} in service callbacks within "
            "{window} from {first:time}{by}.",
            "{employee}自 {first:time} 起 {window}内在客服回访中被投诉 {threshold} 次{by}。",
        ),
        by=Sentence(", all by customer {customer}", "，均来自客户 {customer}", when="customer"),
    ),
    notes={"complaint": COMPLAINS},
)
