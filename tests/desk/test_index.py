"""The index has what Redis has: after any change, after a hole, and at no cost a request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import redis

from desk.index import STALE, Index, StaleError
from offbook.cli.demo.embedded import EmbeddedRedis
from sinks.health import Health
from sinks.redis.connection import RedisSinkError
from sinks.redis.reading import COMMANDS, RedisReading
from sinks.redis.sink import RedisSink
from tests.desk.at_the_desk import write
from tests.sinks.some_alerts import alert, revisions
from tests.sinks.test_delivery import until
from tests.sinks.test_redis_handling import logged

pytestmark = pytest.mark.integration


class Counting(RedisReading):
    """Counts what is asked of Redis, and how many alerts were read whole."""

    asked = 0
    whole = 0

    async def known(self, alert_ids: Any) -> Any:
        wanted = list(alert_ids)
        self.whole += len(wanted)
        return await super().known(wanted)

    async def _members(self, key: str) -> list[str]:
        self.asked += 1
        return await super()._members(key)


class Bench:
    """An index on a Redis, and a sink beside it."""

    def __init__(self, url: str, clock: Callable[[], float]) -> None:
        self.url = url
        self.reading = Counting(url, 2.0)
        self.health = Health()
        self.index = Index(self.reading, self.health, clock)
        self.sink = RedisSink(url)

    async def write(self, *told: Any) -> None:
        alerts = [it for it in told if hasattr(it, "evidence")]
        actions = [it for it in told if not hasattr(it, "evidence")]
        await self.sink.write(revisions(alerts), actions)

    async def rounds(self, count: int = 1) -> None:
        for _ in range(count):
            await self.index.round()

    def open(self) -> list[str]:
        return [it.alert_id for it in self.index.rows("open")]


def run(
    url: str, work: Callable[[Bench], Awaitable[None]], clock: Callable[[], float] = lambda: 0.0
) -> None:
    async def main() -> None:
        bench = Bench(url, clock)
        try:
            await work(bench)
        finally:
            await bench.reading.close()
            await bench.sink.close()

    asyncio.run(main())


def flush(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushall()


def test_it_shows_nothing_before_it_has_all(redis_url: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a"))
        with pytest.raises(StaleError, match="are being loaded"):
            bench.open()
        assert not bench.health.readiness().ok
        await bench.rounds()
        assert bench.open() == ["a"]
        assert bench.health.readiness().ok

    run(redis_url, work)


def test_what_comes_is_there_after_one_round(redis_url: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a", severity="warning"))
        await bench.rounds()
        await bench.write(alert("b"), alert("a", 2, severity="warning", score=31))
        await bench.rounds()
        assert bench.open() == ["b", "a"]
        await bench.write(logged(0, "acknowledge", severity="warning"))
        await bench.rounds()
        row = bench.index.row("a")
        assert row is not None
        assert (row.revision, row.state, row.seen) == (2, "acknowledged", 1)
        await bench.write(logged(1, "close", 1, verdict="benign", severity="warning"))
        await bench.rounds()
        assert bench.open() == ["b"]
        assert [it.verdict for it in bench.index.rows("closed")] == ["benign"]

    run(redis_url, work)


def test_an_emptied_redis_is_seen_even_if_more_has_come_since(redis_url: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a"), alert("b"))
        await bench.rounds()
        flush(bench.url)
        await write(bench.url, alert("c"))
        await bench.rounds()
        with pytest.raises(StaleError, match="Redis was emptied"):
            bench.open()
        await bench.rounds()
        assert bench.open() == ["c"]
        assert bench.index.loads == 2

    run(redis_url, work)


def test_what_is_written_again_under_its_old_ids_hides_nothing_that_is_lost(redis_url: str) -> None:
    # a, by a writer that is gone ─► b ─► emptied ─► the writer of b writes b again, as it was
    async def work(bench: Bench) -> None:
        await write(bench.url, alert("a"))
        await bench.write(alert("b"))
        await bench.rounds()
        flush(bench.url)
        await bench.write(alert("c"))
        await bench.rounds(2)
        assert bench.open() == ["b", "c"]
        assert bench.index.loads == 1

    run(redis_url, work)


def test_what_a_trimmed_stream_no_longer_tells_is_read_again(redis_url: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a"))
        await bench.rounds()
        await bench.write(alert("b"))
        with redis.Redis.from_url(bench.url) as client:
            client.xtrim("{ob}:alerts", maxlen=0, approximate=False)
        await bench.rounds(2)
        assert bench.open() == ["a", "b"]

    run(redis_url, work)


def test_what_redis_let_go_of_is_gone(redis_url: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a"), alert("b"))
        await bench.rounds()
        with redis.Redis.from_url(bench.url) as client:
            client.delete("{ob}:alert:a")
            client.zrem("{ob}:open", "a")
        await bench.rounds()
        assert bench.open() == ["b"]
        # One more has come and one more is gone: as many as the last time that all were compared.
        await bench.write(alert("c"))
        await bench.rounds()
        with redis.Redis.from_url(bench.url) as client:
            client.delete("{ob}:alert:b")
            client.zrem("{ob}:open", "b")
        await bench.rounds()
        assert bench.open() == ["c"]

    run(redis_url, work)


def test_what_somebody_else_writes_to_the_stream_is_passed_over(redis_url: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a"))
        await bench.rounds()
        with redis.Redis.from_url(bench.url) as client:
            client.xadd("{ob}:alerts", {"note": "by hand"})
        await bench.write(alert("b"))
        await bench.rounds()
        assert bench.open() == ["a", "b"]

    run(redis_url, work)


def test_an_id_without_its_alert_is_not_looked_for_all_the_time(redis_url: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a"))
        await bench.rounds()
        with redis.Redis.from_url(bench.url) as client:
            client.zadd("{ob}:closed", {"ghost": 1})
        await bench.rounds()
        asked, whole = bench.reading.asked, bench.reading.whole
        await bench.rounds(3)
        assert (bench.reading.asked, bench.reading.whole) == (asked, whole)
        assert bench.open() == ["a"]

    run(redis_url, work)


@pytest.mark.parametrize("alerts", [10, 400])
def test_a_list_reads_nothing_and_a_change_reads_one(redis_url: str, alerts: int) -> None:
    async def work(bench: Bench) -> None:
        for start in range(0, alerts, 200):
            part = range(start, min(alerts, start + 200))
            await bench.write(*(alert(f"a{it}", customer=f"c-{it}") for it in part))
        await bench.rounds()
        before = (bench.reading.asked, bench.reading.whole)
        assert len(bench.open()) == alerts
        assert len(bench.index.cases("open")) == alerts
        assert (bench.reading.asked, bench.reading.whole) == before
        await bench.write(alert("a0", 2))
        await bench.rounds()
        assert (bench.reading.asked, bench.reading.whole) == (before[0], before[1] + 1)
        cases = bench.index.cases("open")
        await bench.write(logged(0, "acknowledge", alert_id="a0"))
        await bench.rounds()
        # Grouped once, and not again because somebody works on one.
        assert bench.index.cases("open") is cases

    run(redis_url, work)


def test_rows_that_nobody_has_confirmed_for_a_while_are_not_shown(redis_url: str) -> None:
    now = [0.0]

    async def work(bench: Bench) -> None:
        await bench.write(alert("a"))
        await bench.rounds()
        now[0] = STALE
        assert bench.open() == ["a"]
        now[0] = STALE + 0.1
        with pytest.raises(StaleError, match="has not answered for 3 s"):
            bench.open()
        await bench.rounds()
        assert bench.open() == ["a"]

    run(redis_url, work, lambda: now[0])


def test_a_redis_that_is_away_is_waited_for(fresh_redis: EmbeddedRedis) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a"))
        await bench.rounds()
        fresh_redis.kill()
        with pytest.raises(RedisSinkError):
            await bench.rounds()
        following = asyncio.create_task(bench.index.run())
        await until(lambda: not bench.health.readiness().ok)
        with pytest.raises(StaleError, match="not available"):
            bench.open()
        await asyncio.to_thread(fresh_redis.start)
        await until(lambda: bench.health.readiness().ok)
        assert bench.open() == ["a"]
        following.cancel()

    run(fresh_redis.url, work)


def test_it_needs_the_right_to_read_and_no_other(fresh_redis: EmbeddedRedis) -> None:
    rights = [f"+{it}" for it in COMMANDS]
    with redis.Redis.from_url(fresh_redis.url) as client:
        client.execute_command("ACL", "SETUSER", "desk", "on", ">pw", "~{ob}:*", *rights)
    url = fresh_redis.url.replace("redis://", "redis://desk:pw@")

    async def work(bench: Bench) -> None:
        await write(fresh_redis.url, alert("a"))
        await bench.rounds()
        await write(fresh_redis.url, alert("b"))
        await bench.rounds(2)
        assert bench.open() == ["a", "b"]
        assert await bench.reading.of_employee("e-7", 0) == ["a", "b"]

    run(url, work)


def test_one_that_somebody_spoiled_hides_no_others(redis_url: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.write(alert("a"), alert("b", detected_at="yesterday"))
        with redis.Redis.from_url(bench.url) as client:
            client.set("{ob}:alert:c", "nonsense")
            client.zadd("{ob}:open", {"c": 60})
        await bench.rounds(2)
        assert bench.open() == ["a"]

    run(redis_url, work)
