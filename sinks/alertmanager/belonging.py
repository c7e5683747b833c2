"""To which case an alert belongs, by all that are open and those closed lately: one that somebody
has closed may be what ties two others together."""

from __future__ import annotations

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


class Belonging:
    """What decides about cases, of each alert that counts. Some 700 bytes an alert."""

    def __init__(self) -> None:
        self._alerts: dict[str, Grouped] = {}

    def __contains__(self, alert_id: object) -> bool:
        return alert_id in self._alerts

    def put(self, alert: Alert, handling: Handling) -> None:
        """An alert as it stands. One that is withdrawn ties nothing: what it rested on has gone.
        One that nobody is told of does not either."""
        self._alerts.pop(alert.alert_id, None)
        if alert.audience != "live" or handling.withdrawn:
            return
        try:
            self._alerts[alert.alert_id] = grouped_by(alert)
        except ValueError:
            return  # Its times are none: it is a case of its own.

    def keep(self, alert_ids: Iterable[str]) -> None:
        """Only these count any more."""
        wanted = set(alert_ids)
        self._alerts = {id_: it for id_, it in self._alerts.items() if id_ in wanted}

    def cases(self, alert_ids: Iterable[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Of each of these its case, and who else is in it, who was detected first before others.
        Takes about 15 ms for a thousand alerts."""
        wanted = set(alert_ids)
        found: dict[str, tuple[str, tuple[str, ...]]] = {it: (it, (it,)) for it in wanted}
        for case in cases_of(self._alerts.values()):
            if wanted.isdisjoint(members := [it.alert_id for it in case.alerts]):
                continue
            first = sorted(case.alerts, key=lambda it: (it.detected, it.alert_id))
            told = (case.case_id, tuple(it.alert_id for it in first))
            found.update(dict.fromkeys(wanted.intersection(members), told))
        return found


def case_told(case_id: str, members: Iterable[str], told: Mapping[Key, Told]) -> str:
    """The case as it was told with those who are in it already; else `case_id`. It is that of the
    one detected first, but when that was changes with its revisions."""
    by_alert = {alert_id: it.case_id for (alert_id, _), it in told.items()}
    return next((by_alert[it] for it in members if it in by_alert), case_id)
