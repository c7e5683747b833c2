"""Each role by itself waits for a server that is away when it starts, says so, and goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from msgspec import structs
from structlog.testing import capture_logs

from detectors.engine.engine import Engine
from sinks import waiting
from sinks.delivery.delivery import Delivery
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.connection import RedisRefusedError, RedisUnavailableError
from sinks.redis.sink import RedisSink
from sinks.waiting import can_pass, until_it_works
from streams.monitor.monitor import Monitor
from streams.monitor.reference.reader import ReferenceReader
from streams.router.router import Router
from streams.settings.settings import Settings
from streams.wire.kafka_access import KafkaRefusedError, KafkaUnreachableError
from streams.wire.topics import TopicsError
from tests.parts.relay import Relay
from tests.streams.monitor.monitoring import NoBarrier
from tests.streams.router.routing import Bench, run, until

Work = Callable[[Settings, Relay], Awaitable[None]]


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (KafkaUnreachableError("away"), True),
        (RedisUnavailableError("away"), True),
        (KafkaConnectionError("away"), True),
        (KafkaRefusedError("password"), False),
        (RedisRefusedError("password"), False),
        (TopicsError("missing"), False),
        (TopicAuthorizationFailedError("rights"), False),
        (KeyError("C-1"), False),
    ],
)
def test_what_may_pass_by_itself_is_waited_for_and_nothing_else(
    error: Exception, passes: bool
) -> None:
    assert can_pass(error) is passes
    tried = 0

    async def attempt() -> str:
        nonlocal tried
        tried += 1
        if tried < 4:
            raise error
        return "done"

    health = Health()
    work = until_it_works(attempt, "Redis", health, "redis")
    if passes:
        assert asyncio.run(work) == "done"
        # Whoever waited says when it is well again.
        assert health.readiness().checks["redis"].reason.startswith("waits for Redis: ")
    else:
        with pytest.raises(type(error)):
            asyncio.run(work)
        assert tried == 1


@pytest.mark.parametrize(("every", "lines"), [(3600.0, 1), (0.0, 3)])
def test_the_log_has_a_line_now_and_then(
    every: float, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_SAY_EVERY", every)
    answers = iter([KafkaUnreachableError("away")] * 3)

    async def attempt() -> None:
        for answer in answers:
            raise answer

    with capture_logs() as said:
        asyncio.run(until_it_works(attempt, "Kafka at a:1", Health(), "start"))
    events = [line["event"] for line in said]
    assert events == ["waiting for Kafka at a:1"] * lines + ["Kafka at a:1 is there"]
    assert said[0]["error"] == "away"


def behind_a_closed_port(kafka: Any, prefix: str, work: Work) -> None:
    """`work` on topics that are there, by way of a port that is not open yet."""

    async def main(bench: Bench) -> None:
        relay = Relay(int(kafka.bootstrap.rsplit(":", 1)[1]))
        where = f"127.0.0.1:{relay.port}"
        try:
            await work(structs.replace(bench.settings, kafka_bootstrap=where), relay)
        finally:
            relay.close()

    run(kafka, prefix, main)


async def until_it_waits(health: Health, condition: str, relay: Relay) -> None:
    says = f"waits for Kafka at 127.0.0.1:{relay.port}: "

    def waits() -> bool:
        check = health.readiness().checks.get(condition)
        return check is not None and not check.ok and check.reason.startswith(says)

    await until(waits)


def ready(health: Health, *conditions: str) -> bool:
    checks = health.readiness().checks
    return all(name in checks and checks[name].ok for name in conditions)


Role = Router | Monitor | Delivery


def undelivered(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("offbook_undelivered_alerts")


def role(
    name: str,
    settings: Settings,
    health: Health,
    sink: RedisSink,
    metrics: Metrics | None = None,
) -> Role:
    if name == "router":
        return Router(settings, Metrics(), health)
    if name == "monitor":
        reference = ReferenceReader(settings, Metrics(), Health()).reference
        return Monitor(settings, Engine((), reference), NoBarrier(), Metrics(), health)
    return Delivery(
        sink,
        metrics or Metrics(),
        health,
        bootstrap=settings.kafka_bootstrap,
        topic=f"{settings.topic_prefix}offbook.alerts",
        group=f"{settings.group_prefix}-delivery",
        prefix=settings.topic_prefix,
    )


@pytest.mark.integration
@pytest.mark.parametrize("comes", [True, False])
@pytest.mark.parametrize(
    ("name", "conditions"),
    [
        ("router", ("router",)),
        ("monitor", ("monitor", "recovery")),
        ("delivery", ("delivery", "redis")),
    ],
)
def test_a_role_without_a_broker_waits_and_goes_on_or_ends_when_asked(
    name: str,
    conditions: tuple[str, ...],
    comes: bool,
    kafka: Any,
    redis_url: str,
    topic_prefix: str,
) -> None:
    async def work(settings: Settings, relay: Relay) -> None:
        health = Health()
        sink = RedisSink(redis_url)
        running = role(name, settings, health, sink)
        task = asyncio.create_task(running.run())
        try:
            await until_it_waits(health, conditions[0], relay)
            assert not task.done()
            if comes:
                relay.open()
                await until(lambda: task.done() or ready(health, *conditions))
        finally:
            running.stop()
            await asyncio.wait_for(task, 30)
            await sink.close()

    behind_a_closed_port(kafka, topic_prefix, work)


@pytest.mark.integration
@pytest.mark.parametrize("comes", [True, False])
def test_reading_the_reference_topics_waits_for_the_broker(
    comes: bool, kafka: Any, topic_prefix: str
) -> None:
    async def work(settings: Settings, relay: Relay) -> None:
        health = Health()
        reader = ReferenceReader(settings, Metrics(), health)
        task = asyncio.create_task(reader.start())
        try:
            await until_it_waits(health, "reference topics", relay)
            if comes:
                relay.open()
                await asyncio.wait_for(task, 30)
                assert ready(health, "reference topics")
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await reader.stop()

    behind_a_closed_port(kafka, topic_prefix, work)


@pytest.mark.integration
def test_delivery_without_a_redis_waits_and_goes_on(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        health, metrics = Health(), Metrics()
        relay = Relay(int(redis_url.rsplit(":", 1)[1].partition("/")[0]))
        sink = RedisSink(f"redis://127.0.0.1:{relay.port}{urlsplit(redis_url).path}")
        running = role("delivery", bench.settings, health, sink, metrics)
        task = asyncio.create_task(running.run())
        says = f"Redis at 127.0.0.1:{relay.port} is not available: "
        wait = "; alerts wait in "

        def waits() -> bool:
            reason = health.readiness().checks["redis"].reason
            return reason.startswith(says) and wait in reason

        try:
            await until(waits)
            # What waits for it is seen meanwhile, and pages somebody.
            await until(lambda: undelivered(metrics) == 0)
            await bench.send("offbook.alerts", [b"no alert"])
            await until(lambda: undelivered(metrics) == 1)
            relay.open()
            await until(lambda: task.done() or ready(health, "redis", "delivery"))
            await until(lambda: undelivered(metrics) == 0)
        finally:
            running.stop()
            await asyncio.wait_for(task, 30)
            await sink.close()
            relay.close()

    run(kafka, topic_prefix, work)
