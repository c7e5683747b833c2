"""To which case an alert belongs, by all that are open and those closed lately: one that somebody
has closed may be what ties two others together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Final

from cases.grouping import Grouped, cases_of, grouped_by
from cases.handling import Handling
from contract.alert import Alert
from contract.times import DAY
from sinks.alertmanager.told import Key, Told

#: For how long what is closed still ties (ms): longer than any two of one case lie apart, with the
#: time that it takes somebody to close it.
CLOSED_TIES: Final = 45 * DAY // 1000


#: A case: its id, and who is in it, who was detected first before others.
Members = tuple[str, tuple[str, ...]]


class Belonging:
    """What decides about cases, of each alert that counts. Some 1 kB an alert."""

    def __init__(self) -> None:
        self._alerts: dict[str, Grouped] = {}
        #: The case of each, None while something has changed.
        self._cases: dict[str, Members] | None = None

    def __contains__(self, alert_id: object) -> bool:
        return alert_id in self._alerts

    def put(self, alert: Alert, handling: Handling) -> None:
        """An alert as it stands. One that is withdrawn ties nothing: what it rested on has gone.
        One that nobody is told of does not either."""
        new = None
        if alert.audience == "live" and not handling.withdrawn:
            with contextlib.suppress(ValueError):  # Its times are none: a case of its own.
                new = grouped_by(alert)
        if new == self._alerts.get(alert.alert_id):
            return
        self._cases = None
        if new is None:
            del self._alerts[alert.alert_id]
        else:
            self._alerts[alert.alert_id] = new

    def keep(self, alert_ids: Iterable[str]) -> None:
        """Only these count any more."""
        gone = self._alerts.keys() - set(alert_ids)
        for it in gone:
            del self._alerts[it]
        if gone:
            self._cases = None

    def cases(self, alert_ids: Iterable[str]) -> dict[str, Members]:
        """The case of each of these. Takes some 10 ms for a thousand alerts, if one has changed
        since the last call; nothing of this may be called meanwhile."""
        if self._cases is None:
            self._cases = {}
            for case in cases_of(self._alerts.values()):
                first = sorted(case.alerts, key=lambda it: (it.detected, it.alert_id))
                members = tuple(it.alert_id for it in first)
                self._cases |= dict.fromkeys(members, (case.case_id, members))
        return {it: self._cases.get(it, (it, (it,))) for it in alert_ids}


def case_told(case_id: str, members: Iterable[str], told: Mapping[Key, Told]) -> str:
    """The case as it was told with those who are in it already; else `case_id`. It is that of the
    one detected first, but when that was changes with its revisions."""
    by_alert = {alert_id: it.case_id for (alert_id, _), it in told.items()}
    return next((by_alert[it] for it in members if it in by_alert), case_id)
