"""What Redis keeps of the actions on an alert, and what the script is told of alert and actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha1
from typing import Any

import msgspec
from msgspec import Struct

from cases.handling import Handling, Logged, handling_of
from contract.alert import Alert
from contract.times import SECOND, parse_rfc3339
from sinks.redis.connection import Connection
from sinks.redis.keys import alert_key, employee_keys, handling_key, sets_of


class Handled(Struct, frozen=True):
    """The document of `{ob}:handling:<alert_id>`: all actions, in the order of the log. How the
    alert stands follows from them and its newest revision."""

    actions: tuple[Logged, ...]


_decode = msgspec.json.Decoder(Handled).decode
NOTHING = Handled(())


class Known(Struct, frozen=True):
    """What Redis had of an alert when it was asked; empty for none."""

    alert: Alert | None = None
    document: bytes = b""
    handled: Handled = NOTHING

    @property
    def handling(self) -> Handling:
        """How the alert stands."""
        return handling_of(self.alert, self.handled.actions)

    @property
    def digest(self) -> str:
        """By it the script sees whether somebody has written since."""
        return sha1(self.document, usedforsecurity=False).hexdigest() if self.document else ""


def known_of(alert: bytes | None, document: bytes | None) -> Known:
    """What Redis has. What somebody has spoiled is as if it were not there: the log has it."""
    try:
        newest = msgspec.json.decode(alert, type=Alert) if alert else None
    except msgspec.DecodeError:
        newest = None
    try:
        handled = _decode(document) if document else NOTHING
    except msgspec.DecodeError:
        handled = NOTHING
    return Known(newest, document or b"", handled)


async def known_in(connection: Connection, alert_ids: Sequence[str]) -> list[Known]:
    """What Redis has of these alerts and of what was done about them, of each in its place. Raises
    `RedisSinkError`."""
    if not alert_ids:
        return []
    keys = [key(it) for it in alert_ids for key in (alert_key, handling_key)]
    stored = await connection.ask(("MGET", *keys))
    return [known_of(*pair) for pair in zip(stored[::2], stored[1::2], strict=True)]


def with_actions(known: Known, logged: Iterable[Logged]) -> Handled | None:
    """What is to be kept when these actions are known too; None if all were.

    One that was sent twice stands where it was first."""
    first = {it.action.action_id: it for it in known.handled.actions}
    for it in logged:
        before = first.get(it.action.action_id)
        if before is None or it.place < before.place:
            first[it.action.action_id] = it
    actions = tuple(sorted(first.values(), key=lambda it: it.place))
    return Handled(actions) if actions != known.handled.actions else None


def alert_told(alert: Alert, known: Known, kept: int) -> dict[str, Any]:
    """What the script goes by for a revision: `kept` is for how long what is closed stays (s).

    Text throughout: Lua would write a large number as 1e+15."""
    handling = handling_of(alert, known.handled.actions)
    return {
        **_placed(alert.alert_id, alert, handling, kept),
        "knows": known.digest,
        "detector": alert.detector,
        "severity": alert.severity,
        "state": alert.state,
        "revision": str(alert.revision),
        "audience": alert.audience,
    }


def handling_told(
    alert_id: str, known: Known, handled: Handled, new: Sequence[Logged], kept: int
) -> dict[str, Any]:
    """What the script goes by for actions."""
    newest, handling = known.alert, handling_of(known.alert, handled.actions)
    return {
        **_placed(alert_id, newest, handling, kept),
        "knows": known.digest,
        "revision": str(newest.revision if newest else 0),
        "actions": [msgspec.json.encode(it.action).decode() for it in new],
    }


def _placed(alert_id: str, alert: Alert | None, handling: Handling, kept: int) -> dict[str, Any]:
    """Where it belongs, and how long it stays: 0 as long as it is open."""
    closed = parse_rfc3339(handling.closed.at) // 1000 if handling.closed else ""
    return {
        "alert_id": alert_id,
        "key": alert_key(alert_id),
        "handling": handling_key(alert_id),
        "score": str(alert.score if alert else 0),
        "sets": sets_of(alert, handling) if alert else (),
        "stays": "0" if alert is not None and handling.is_open else str(kept),
        "closed": str(closed),
        "is_there": alert is not None,
        "employees": employee_keys(alert) if alert else (),
        "last": str(parse_rfc3339(alert.last_event_at) // SECOND if alert else 0),
    }
