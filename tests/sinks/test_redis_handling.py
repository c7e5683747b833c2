"""What was done about alerts, in a real Redis: who has work with which, and nothing for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.handling import Logged
from contract.alert import Alert
from offbook.cli.demo.embedded import EmbeddedRedis
from sinks.redis.handled import Handled
from sinks.redis.sink import RedisSink
from tests.cases.test_handling import ACTIONS, action
from tests.parts.examples import examples
from tests.sinks.some_alerts import alert, contents, revisions

pytestmark = pytest.mark.integration

KEPT = 400 * 86_400


def store(url: str, *told: Alert | Logged, at_once: bool = False, **options: Any) -> list[str]:
    """Write these one after the other, or in one batch."""

    async def run() -> list[str]:
        sink = RedisSink(url, **options)
        try:
            outcomes: list[str] = []
            for part in [told] if at_once else [(it,) for it in told]:
                alerts = [it for it in part if isinstance(it, Alert)]
                actions = [it for it in part if isinstance(it, Logged)]
                outcomes += await sink.write(revisions(alerts), actions)
            return outcomes
        finally:
            await sink.close()

    return asyncio.run(run())


def logged(offset: int, step: str, seen: int = 0, **more: Any) -> Logged:
    """An action on alert `a`."""
    return Logged(0, offset, action(step, seen, **more))


class Kept:
    """What a Redis holds of one alert."""

    def __init__(self, url: str, alert_id: str = "a") -> None:
        with redis.Redis.from_url(url) as client:
            found: Any = client.get(f"{{ob}}:handling:{alert_id}")
            self.handled = msgspec.json.decode(found, type=Handled) if found else None
            self.sets = {
                key.decode().removeprefix("{ob}:")
                for key in client.scan_iter("{ob}:*")
                if client.type(key) == b"zset" and client.zscore(key, alert_id) is not None
            }
            self.stays = [client.ttl(f"{{ob}}:{kind}:{alert_id}") for kind in ("alert", "handling")]
            self.actions: Any = client.xrange("{ob}:actions")


OPEN = {"open", "open:critical", "employee:e-7"}


def test_an_alert_somebody_closed_is_open_no_more_and_goes_after_its_time(redis_url: str) -> None:
    closed = logged(1, "close", 1, verdict="confirmed")
    assert store(redis_url, alert("a"), logged(0, "acknowledge")) == ["written", "written"]
    assert Kept(redis_url).sets == OPEN | {"open:acknowledged"}
    assert Kept(redis_url).stays == [-1, -1]
    assert store(redis_url, closed, closed) == ["written", "repeat"]
    kept = Kept(redis_url)
    assert kept.sets == {"closed", "employee:e-7"}
    assert all(KEPT - 60 < it <= KEPT for it in kept.stays)
    assert len(kept.actions) == 2
    assert kept.handled is not None
    assert [it.action.step for it in kept.handled.actions] == ["acknowledge", "close"]


def test_a_revision_that_is_worse_opens_it_again_and_one_that_is_not_does_not(
    redis_url: str,
) -> None:
    # 1 warning ──► closed ──► 2 warning: closed ──► 3 critical: open, to stay
    store(redis_url, alert("a", severity="warning"))
    store(redis_url, logged(0, "close", verdict="benign", severity="warning"))
    store(redis_url, alert("a", 2, severity="warning"))
    assert Kept(redis_url).sets == {"closed", "employee:e-7"}
    store(redis_url, alert("a", 3))
    assert (Kept(redis_url).sets, Kept(redis_url).stays) == (OPEN, [-1, -1])


def test_one_that_is_withdrawn_is_closed_and_goes_after_its_time(redis_url: str) -> None:
    store(redis_url, alert("a"), alert("a", 2, state="withdrawn"), kept=100)
    assert Kept(redis_url).sets == {"closed", "employee:e-7"}
    assert 0 < Kept(redis_url).stays[0] <= 100


def test_an_action_that_is_read_before_its_alert_counts_once_that_is_there(redis_url: str) -> None:
    store(redis_url, logged(0, "close", verdict="duplicate"))
    assert Kept(redis_url).sets == set()
    store(redis_url, alert("a"))
    assert Kept(redis_url).sets == {"closed", "employee:e-7"}


def test_a_document_somebody_spoiled_is_made_anew_by_the_next_action(redis_url: str) -> None:
    store(redis_url, alert("a"))
    with redis.Redis.from_url(redis_url) as client:
        client.set("{ob}:handling:a", "nonsense")
    assert store(redis_url, logged(0, "acknowledge")) == ["written"]
    assert Kept(redis_url).sets == OPEN | {"open:acknowledged"}


def test_writers_that_act_on_one_alert_at_once_lose_nothing(redis_url: str) -> None:
    notes = [logged(n, "note", note=str(n), action_id=str(n)) for n in range(40)]

    async def run() -> None:
        sinks = [RedisSink(redis_url) for _ in range(4)]
        await sinks[0].write(revisions([alert("a")]))
        await asyncio.gather(
            *(
                sink.write(revisions([alert("a", 2 + n // 4)]), [notes[n]])
                for n, sink in enumerate(sinks * 10)
            )
        )
        for sink in sinks:
            await sink.close()

    asyncio.run(run())
    kept = Kept(redis_url)
    assert kept.handled is not None
    assert [it.action.note for it in kept.handled.actions] == [str(n) for n in range(40)]
    assert contents(redis_url).newest["a"].revision == 11
    assert len(kept.actions) == 40


def test_actions_that_redis_has_confirmed_and_lost_are_written_again(
    fresh_redis: EmbeddedRedis,
) -> None:
    async def run() -> None:
        sink = RedisSink(fresh_redis.url)
        await sink.write(revisions([alert("a")]))
        await sink.write((), [logged(0, "acknowledge")])
        with redis.Redis.from_url(fresh_redis.url) as client:
            client.flushall()
        await sink.look()
        await sink.close()

    asyncio.run(run())
    assert Kept(fresh_redis.url).sets == OPEN | {"open:acknowledged"}


def test_what_is_closed_leaves_the_list_of_the_closed_after_its_time(redis_url: str) -> None:
    old = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 100))
    store(redis_url, alert("a"), logged(0, "close", verdict="benign", at=old), kept=50)
    store(redis_url, alert("b"), kept=50)
    assert Kept(redis_url).sets == {"employee:e-7"}


REVISIONS = st.lists(
    st.tuples(st.sampled_from(["critical", "warning"]), st.sampled_from(["firing", "withdrawn"])),
    max_size=4,
)


@given(
    st.lists(ACTIONS, max_size=5),
    REVISIONS,
    st.booleans(),
    st.randoms(use_true_random=False),
)
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_redis_stands_alike_whatever_is_read_first_and_however_often(
    fresh_redis: EmbeddedRedis,
    actions: Sequence[Any],
    told: Sequence[tuple[Any, Any]],
    at_once: bool,
    random: Any,
) -> None:
    read: list[Alert | Logged] = [Logged(0, offset, it) for offset, it in enumerate(actions)]
    read += [
        alert("a", number, severity=severity, state=state)
        for number, (severity, state) in enumerate(told, 1)
    ]
    stands = []
    for again in (read, random.sample(read, len(read)) + random.sample(read, len(read) // 2)):
        with redis.Redis.from_url(fresh_redis.url) as client:
            client.flushall()
        store(fresh_redis.url, *again, at_once=at_once)
        kept = Kept(fresh_redis.url)
        handled = kept.handled
        stands.append((kept.sets, handled, [it > 0 for it in kept.stays]))
    assert stands[0] == stands[1]
