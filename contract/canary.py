"""The canary: an alert that is made up, once a minute, so that silence is known from quiet.

It goes the way of every event, from its source topic to Redis. What is told here is told nowhere
else: that it is one. Employees of these ids exist in no company, and whoever sends events under
them hides no deed of anybody's.
"""

from __future__ import annotations

from typing import Final

import msgspec

from contract.alert import Alert
from contract.event import Event
from contract.kinds import KIND_OF_DATA
from contract.times import MINUTE, rfc3339
from contract.types import HrChange

SOURCE: Final = "/offbook/canary"
#: The id of the detector, and what no detector of a company's own can be called.
DETECTOR: Final = "canary"
#: One after the other, for a minute each of a day: so they come by all partitions, and none has
#: more facts than there are days in which an event may come late.
EMPLOYEES: Final = tuple(f"offbook-canary-{number:04}" for number in range(1440))
#: What no detector reads, so that nothing else is made of it.
KIND: Final = "transferred"

TOPIC: Final = KIND_OF_DATA[HrChange].topic

_EMPLOYEES: Final = frozenset(EMPLOYEES)


def document(at: int) -> bytes:
    """The event of the minute of `at` (µs), as JSON."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": f"{at // 1000}",
            "source": SOURCE,
            "type": KIND_OF_DATA[HrChange].type,
            "time": rfc3339(at),
            "data": HrChange(EMPLOYEES[at // MINUTE % len(EMPLOYEES)], KIND),
        }
    )


def is_canary(event: Event) -> bool:
    """Whether an event is one. All of it must be: a true event under its source stays one."""
    data = event.data
    return event.source == SOURCE and type(data) is HrChange and is_its(data)


def is_its(change: HrChange) -> bool:
    """Whether this happened to one of its employees."""
    return change.kind == KIND and change.employee in _EMPLOYEES


def is_canary_alert(alert: Alert) -> bool:
    """Whether an alert is its: it then names nobody and nothing."""
    named = (alert.employee, alert.customer, alert.order, alert.account, alert.account_holder)
    return alert.detector == DETECTOR and not any(named)
