"""What happens to alerts, as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from cases.handling import Handling, handling_of
from contract.action import Action
from contract.alert import SEVERITIES, Alert, Severity
from desk.stored import Standing, one
from offbook.cli.alerts.pages import Language, Pages
from offbook.cli.alerts.session import Session
from sinks.redis.keys import ACTIONS, STREAM

#: Seconds a call for news waits.
_WAIT: Final = 2.0
_NEWS: Final = {
    "raised": {"en": "raised", "zh": "新告警"},
    "revised": {"en": "revised", "zh": "更新"},
    "withdrawn": {"en": "withdrawn", "zh": "撤回"},
}


async def watch(session: Session, pages: Pages, severity: Severity, language: Language) -> None:
    """Print each new alert at least as bad as `severity`, when it is withdrawn or gets worse, and
    what is done about any, until interrupted."""
    places = {STREAM: "$", ACTIONS: "$"}
    known: dict[str, Alert] = {}
    while True:
        for stream, place, fields in await session.reading.tail(places, _WAIT):
            places[stream] = place
            if stream == STREAM:
                alert = msgspec.json.decode(fields["data"], type=Alert)
                for what in _news(known.get(alert.alert_id), alert, severity):
                    pages.line(Standing(alert, handling_of(alert, ())), _NEWS[what][language])
                known[alert.alert_id] = alert
            else:
                action = msgspec.json.decode(fields["data"], type=Action)
                found = await one(session.reading, action.alert_id)
                if found is not None and _took_effect(found.handling, action):
                    did = pages.did(action.step, action.verdict, action.assignee)
                    pages.line(found, f"{action.by}: {did}")


def _news(before: Alert | None, alert: Alert, severity: Severity) -> Iterator[str]:
    if SEVERITIES.index(alert.severity) > SEVERITIES.index(severity) or alert.audience != "live":
        return
    if alert.state == "withdrawn":
        yield "withdrawn"
    elif before is None and alert.revision == 1:
        yield "raised"
    elif before is None or before.severity != alert.severity:
        yield "revised"


def _took_effect(handling: Handling, action: Action) -> bool:
    return any(
        it.action.action_id == action.action_id and it.refused is None for it in handling.history
    )
