"""The keys of Redis, all with the hash tag `{ob}` so that they share one slot of a cluster.

=========================  ====================================================================
`{ob}:alerts`              stream, one entry a revision, trimmed with `MAXLEN ~`
`{ob}:alert:<alert_id>`    string, the newest revision as JSON; the script reads its `revision`
`{ob}:open`                sorted set, the firing alerts by score
`{ob}:open:<severity>`     the same, one severity each: its size is `offbook_open_alerts`. A
                           set and no counter, so that no repeat and no restart makes it drift
`{ob}:open:shadow`         sorted set, the firing alerts of detectors on trial; they are in none
                           of those above. `{ob}:open:shadow:<severity>` likewise
`{ob}:open:suppressed`     sorted set, the firing alerts that an allowance covers; in none above
`{ob}:mark:<writer>`       number of the last batch this writer wrote; goes a day after the writer
`{ob}:held:<partition>`    `start end`: all offsets of that partition of the alerts topic that are
                           here. Gone or behind, this Redis has lost what was delivered to it
=========================  ====================================================================
"""

from __future__ import annotations

from typing import Final

from contract.alert import SEVERITIES, Alert, Severity

STREAM: Final = "{ob}:alerts"
OPEN: Final = "{ob}:open"
OPEN_SHADOW: Final = f"{OPEN}:shadow"
OPEN_SUPPRESSED: Final = f"{OPEN}:suppressed"


def of_severity(open_set: str, severity: Severity) -> str:
    """The part of an open set whose alerts have one severity."""
    return f"{open_set}:{severity}"


#: Every set an alert may be in.
OPEN_SETS: Final = (
    OPEN,
    *(of_severity(OPEN, severity) for severity in SEVERITIES),
    OPEN_SHADOW,
    *(of_severity(OPEN_SHADOW, severity) for severity in SEVERITIES),
    OPEN_SUPPRESSED,
)


def alert_key(alert_id: str) -> str:
    """The key of the newest revision of an alert."""
    return f"{{ob}}:alert:{alert_id}"


def mark_key(writer: str) -> str:
    """The key of the mark that a writer leaves."""
    return f"{{ob}}:mark:{writer}"


def held_key(partition: int) -> str:
    """The key of what is held of one partition of the alerts topic."""
    return f"{{ob}}:held:{partition}"


def sets_of(alert: Alert) -> tuple[str, ...]:
    """The open sets a revision belongs into; none once it is withdrawn."""
    if alert.state != "firing":
        return ()
    if alert.audience == "suppressed":
        return (OPEN_SUPPRESSED,)
    one = OPEN_SHADOW if alert.audience == "shadow" else OPEN
    return (one, of_severity(one, alert.severity))
