"""`offbook rebuild`: what was lost with a Redis comes back, while the service runs."""

from __future__ import annotations

from typing import Any

import pytest
import redis

from tests.cli.alerts.test_alerts import OTHER, PAID, Installation, installation
from tests.cli.commands import offbook
from tests.parts.story_service import until
from tests.sinks.some_alerts import alert, contents

__all__ = ["installation"]

pytestmark = pytest.mark.integration


def _stands(url: str) -> dict[str, Any]:
    """Everything of lasting value: sets by their members, documents, the streams' contents."""
    with redis.Redis.from_url(url) as client:
        found: dict[str, Any] = {}
        for key in client.scan_iter("{ob}:*"):
            name, kind = key.decode(), client.type(key)
            if name.startswith(("{ob}:mark:", "{ob}:held:")):
                continue
            if kind == b"zset":
                found[name] = sorted(client.zrange(key, 0, -1))  # type: ignore[type-var, arg-type]
            elif kind == b"string":
                found[name] = (client.get(key), client.ttl(key) > 0)  # type: ignore[operator]
            else:
                entries: Any = client.xrange(key)
                found[name] = sorted(tuple(fields.items()) for _, fields in entries)
        return found


def test_a_redis_that_was_wiped_is_made_again_to_the_same(installation: Installation) -> None:
    it, redis_url = installation, installation.redis_url
    it.said("ack", PAID)
    it.said("close", OTHER, "--verdict", "benign")
    it.produce(alert("gone-1", state="withdrawn"), alert(PAID, 2, order="SO-1"))
    until(lambda: contents(redis_url).newest.get(PAID, alert()).revision == 2, 30, lambda: "")
    before = _stands(redis_url)
    assert len(before) > 10
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    done = offbook("rebuild", "--config", str(it.config))
    assert done.returncode == 0
    assert "offbook.alerts: 5 records read" in done.stderr
    assert "offbook.actions: 2 records read" in done.stderr
    assert _stands(redis_url) == before
    assert it.figure("offbook_redis_missing_revisions") == 0

    # The service goes on where it was, and a second time changes nothing.
    assert "closed · confirmed" in it.said("close", PAID, "--verdict", "confirmed")
    before = _stands(redis_url)
    again = offbook("rebuild", "--config", str(it.config))
    assert "offbook.alerts: 5 records read, 0 were not in Redis" in again.stderr
    assert _stands(redis_url) == before
