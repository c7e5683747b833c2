"""Alerts to write, and what Redis must hold after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import redis

from contract.alert import Alert, Bilingual, Evidence
from sinks.sink import Revision

_WORDS = Bilingual(en="Payment to a stranger's account", zh="货款打入非公司账户")
_EVENT = Evidence(
    source="/bank",
    id="p-1",
    type="offbook.payment.v1",
    time="2026-03-02T09:15:00Z",
    topic="payments",
    partition=0,
    offset=7,
    note="paid to an account that is not the company's",
)
_FIRST = Alert(
    alert_id="offbook-payment:p-1",
    revision=1,
    detector="offbook-payment",
    severity="critical",
    state="firing",
    score=60,
    title=_WORDS,
    summary=_WORDS,
    employee="e-7",
    customer="c-9",
    order=None,
    account="6222",
    first_event_at="2026-03-02T09:15:00Z",
    last_event_at="2026-03-02T09:15:00Z",
    detected_at="2026-03-02T09:15:01Z",
    evidence=(_EVENT,),
    mode="live",
)


def revisions(alerts: Sequence[Alert]) -> list[Revision]:
    """The alerts as they stand on their topic."""
    return [Revision(it, msgspec.json.encode(it)) for it in alerts]


def alert(alert_id: str = "a", revision: int = 1, **changes: Any) -> Alert:
    """A good alert, with these fields changed."""
    return msgspec.structs.replace(_FIRST, alert_id=alert_id, revision=revision, **changes)


class Contents:
    """What an Offbook Redis holds."""

    def __init__(self, client: redis.Redis) -> None:
        entries: Any = client.xrange("{ob}:alerts")
        self.entries: list[dict[str, str]] = [
            {name.decode(): value.decode() for name, value in fields.items()}
            for _, fields in entries
        ]
        self.open, self.open_shadow, self.open_suppressed = (
            _members(client, key)
            for key in ("{ob}:open", "{ob}:open:shadow", "{ob}:open:suppressed")
        )
        self.newest: dict[str, Alert] = {}
        for key in client.scan_iter("{ob}:alert:*", count=1000):
            stored: Any = client.get(key)
            newest = msgspec.json.decode(stored, type=Alert)
            assert key.decode() == "{ob}:alert:" + newest.alert_id
            self.newest[newest.alert_id] = newest

    @property
    def revisions(self) -> dict[str, list[int]]:
        """Revisions of each alert in the order of the stream."""
        found: dict[str, list[int]] = {}
        for entry in self.entries:
            found.setdefault(entry["alert_id"], []).append(int(entry["revision"]))
        return found


def _members(client: redis.Redis, key: str) -> dict[str, int]:
    members: Any = client.zrange(key, 0, -1, withscores=True)
    return {member.decode(): int(score) for member, score in members}


def contents(url: str) -> Contents:
    """What the Redis at `url` holds now."""
    with redis.Redis.from_url(url) as client:
        return Contents(client)
