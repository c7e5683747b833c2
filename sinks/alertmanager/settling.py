"""As what an alert is told: the labels that stay while it is open, whatever becomes of it.

With another label it would be another alert to Alertmanager, of which somebody is told again. Only
one thing is worth that: that it is graver than it was.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping

from contract.alert import SEVERITIES, Alert, Severity
from contract.times import parse_rfc3339
from sinks.alertmanager.belonging import Belonging, case_told
from sinks.alertmanager.told import Key, Told, ToldStore


class Settling:
    """Settles labels. `team` gives that of an employee, empty if it is not known."""

    def __init__(
        self, store: ToldStore, belonging: Belonging, team: Callable[[str | None], str]
    ) -> None:
        self._store = store
        self._belonging = belonging
        self._team = team

    async def told(self, alert_ids: Iterable[str], fires: Mapping[str, Alert]) -> dict[Key, Told]:
        """As what these were told until now; those that fire also as what they are to be told now,
        which is settled from then on. Raises `RedisSinkError`."""
        told = await self._store.told(alert_ids)
        grave = gravest(told)
        risen = [it for it in fires.values() if _is_worse(it.severity, grave.get(it.alert_id))]
        if not risen:
            return told
        untold = [it.alert_id for it in risen if it.alert_id not in grave]
        # In a thread: with ten thousand open, delivery in this process would wait 100 ms for it.
        cases = await asyncio.to_thread(self._belonging.cases, untold)
        others = {it for _, members in cases.values() for it in members}.difference(fires)
        with_others = {**told, **await self._store.told(others)}
        new: dict[Key, Told] = {}
        for alert in risen:
            alert_id = alert.alert_id
            if (case := cases.get(alert_id)) is not None:
                case_id = case_told(*case, with_others)
                team = self._team(alert.employee or alert.account_holder)
            else:
                before = told[alert_id, grave[alert_id]]
                case_id, team = before.case_id, before.team
            new[alert_id, alert.severity] = Told(alert.detector, case_id, team, _since(alert))
        return told | await self._store.settle(new)


def gravest(told: Iterable[Key]) -> dict[str, Severity]:
    """Of each alert the gravest severity at which it was told. Never less than that while it is
    open: a warning that was critical would be a new warning."""
    found: dict[str, Severity] = {}
    for alert_id, severity in told:
        if _is_worse(severity, found.get(alert_id)):
            found[alert_id] = severity
    return found


def _is_worse(severity: Severity, than: Severity | None) -> bool:
    return than is None or SEVERITIES.index(severity) < SEVERITIES.index(than)


def _since(alert: Alert) -> int:
    """Its `startsAt`: when the revision was found of which somebody is told first."""
    try:
        return parse_rfc3339(alert.detected_at)
    except ValueError:
        return time.time_ns() // 1000
