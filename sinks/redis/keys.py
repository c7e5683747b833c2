"""The keys of Redis, all with the hash tag `{ob}` so that they share one slot of a cluster.

=========================  ====================================================================
`{ob}:alerts`              stream, one entry a revision, trimmed with `MAXLEN ~`
`{ob}:alert:<alert_id>`    string, the newest revision as JSON; the script reads its `revision`
`{ob}:handling:<alert_id>` string, the actions on it as JSON, in the order of their log
`{ob}:actions`             stream, one entry an action, trimmed likewise
`{ob}:open`                sorted set, the firing alerts that nobody has closed, by score
`{ob}:open:<severity>`     the same, one severity each: its size is `offbook_open_alerts`. A
                           set and no counter, so that no repeat and no restart makes it drift
`{ob}:open:acknowledged`   those of `{ob}:open` that somebody has acknowledged
`{ob}:open:shadow`         sorted set, the firing alerts of detectors on trial; they are in none
                           of those above. `{ob}:open:shadow:<severity>` likewise
`{ob}:open:suppressed`     sorted set, the firing alerts that an allowance covers; in none above
`{ob}:closed`              sorted set, what is closed or withdrawn, by since when (ms)
`{ob}:employee:<id>`       sorted set, the alerts on an employee by their last event (s)
`{ob}:told`                hash, what Alertmanager was told of: labels as JSON by severity and
                           alert; gone once it was told that the alert is closed
`{ob}:canary`              string, when the newest canary that came back was sent (µs)
`{ob}:mark:<writer>`       number of the last batch this writer wrote; goes a day after the writer
`{ob}:held:<partition>`    `start end`: all offsets of that partition of the alerts topic that are
                           here. Gone or behind, this Redis has lost what was delivered to it
=========================  ====================================================================

What is closed or withdrawn goes after a time that is a setting, and with it what is kept of it.
"""

from __future__ import annotations

from typing import Final

from cases.handling import Handling
from contract.alert import SEVERITIES, Alert, Severity

STREAM: Final = "{ob}:alerts"
ACTIONS: Final = "{ob}:actions"
CLOSED: Final = "{ob}:closed"
TOLD: Final = "{ob}:told"
CANARY: Final = "{ob}:canary"
OPEN: Final = "{ob}:open"
ACKNOWLEDGED: Final = f"{OPEN}:acknowledged"
OPEN_SHADOW: Final = f"{OPEN}:shadow"
OPEN_SUPPRESSED: Final = f"{OPEN}:suppressed"


def of_severity(open_set: str, severity: Severity) -> str:
    """The part of an open set whose alerts have one severity."""
    return f"{open_set}:{severity}"


#: Every set an alert may be in.
OPEN_SETS: Final = (
    OPEN,
    *(of_severity(OPEN, severity) for severity in SEVERITIES),
    ACKNOWLEDGED,
    OPEN_SHADOW,
    *(of_severity(OPEN_SHADOW, severity) for severity in SEVERITIES),
    OPEN_SUPPRESSED,
)


def alert_key(alert_id: str) -> str:
    """The key of the newest revision of an alert."""
    return f"{{ob}}:alert:{alert_id}"


def handling_key(alert_id: str) -> str:
    """The key of what was done about an alert."""
    return f"{{ob}}:handling:{alert_id}"


def employee_key(employee: str) -> str:
    """The key of the alerts on an employee."""
    return f"{{ob}}:employee:{employee}"


def employee_keys(alert: Alert) -> tuple[str, ...]:
    """The keys of the alerts on those whom an alert names."""
    named = dict.fromkeys(filter(None, (alert.employee, alert.account_holder)))
    return tuple(map(employee_key, named))


def mark_key(writer: str) -> str:
    """The key of the mark that a writer leaves."""
    return f"{{ob}}:mark:{writer}"


def held_key(partition: int) -> str:
    """The key of what is held of one partition of the alerts topic."""
    return f"{{ob}}:held:{partition}"


def sets_of(alert: Alert, handling: Handling) -> tuple[str, ...]:
    """The open sets an alert belongs into; none once it is withdrawn, or somebody has closed it."""
    if not handling.is_open:
        return ()
    if alert.audience == "suppressed":
        return (OPEN_SUPPRESSED,)
    if alert.audience == "shadow":
        return (OPEN_SHADOW, of_severity(OPEN_SHADOW, alert.severity))
    acknowledged = (ACKNOWLEDGED,) if handling.state == "acknowledged" else ()
    return (OPEN, of_severity(OPEN, alert.severity), *acknowledged)
