"""Kafka and Redis that are stopped for real, and what the figures of a worker say of it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from contract.kinds import SOURCE_TOPICS
from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from sinks.metrics.metrics import Metrics
from streams.service import kafka_watch
from streams.service.kafka_watch import KafkaWatch
from streams.settings.loading import load
from streams.wire.topics import create_topics
from tests.integration.installation import settings_for
from tests.streams.service.test_worker_waits import worker

pytestmark = pytest.mark.integration


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        await asyncio.sleep(0.05)


def test_a_broker_that_is_killed_or_hangs_is_away_and_comes_back(
    fresh_kafka: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_watch, "_LOOK_EVERY", 0.1)
    monkeypatch.setattr(kafka_watch, "_PATIENCE", 1.0)
    settings = load(None, settings_for(fresh_kafka.bootstrap, "redis://127.0.0.1:1/0", "t."))
    metrics = Metrics()

    def up() -> float | None:
        return metrics.registry.get_sample_value("offbook_kafka_up")

    async def run() -> None:
        assert up() is None
        watching = asyncio.create_task(KafkaWatch(settings, metrics).run())
        await until(lambda: up() == 1)
        fresh_kafka.kill()
        await until(lambda: up() == 0)
        fresh_kafka.start()
        await until(lambda: up() == 1)
        # Its port is open and takes connections, and nobody answers.
        os.kill(fresh_kafka.pid, signal.SIGSTOP)
        await until(lambda: up() == 0)
        os.kill(fresh_kafka.pid, signal.SIGCONT)
        await until(lambda: up() == 1)
        watching.cancel()

    asyncio.run(run())


def test_a_worker_says_which_of_its_servers_is_away(
    fresh_kafka: EmbeddedKafka, fresh_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    variables = settings_for(fresh_kafka.bootstrap, fresh_redis.url, "t.")
    variables["OFFBOOK_METRICS_PORT"] = str(free_port())
    create_topics(load(None, variables))

    def figures(name: str) -> dict[str, float]:
        url = f"http://127.0.0.1:{variables['OFFBOOK_METRICS_PORT']}/metrics"
        with urllib.request.urlopen(url, timeout=5) as page:
            families = list(parse(page.read().decode()))
        samples = [sample for it in families for sample in it.samples if sample.name == name]
        return {sample.labels.get("topic", ""): sample.value for sample in samples}

    async def run() -> None:
        with worker(variables, [], tmp_path / "worker.log") as running:
            running.until_ready([])
            assert figures("offbook_kafka_up") == {"": 1}
            await until(lambda: figures("offbook_redis_up") == {"": 1})
            topics = {*SOURCE_TOPICS, "offbook.keyed", "offbook.alerts", "offbook.actions"}
            await until(lambda: figures("offbook_consumer_lag_records").keys() == topics)
            fresh_redis.kill()
            await until(lambda: figures("offbook_redis_up") == {"": 0})
            assert figures("offbook_kafka_up") == {"": 1}
            fresh_redis.start()
            await until(lambda: figures("offbook_redis_up") == {"": 1})
            fresh_kafka.kill()
            await until(lambda: figures("offbook_kafka_up") == {"": 0})
            assert figures("offbook_redis_up") == {"": 1}

    asyncio.run(run())


def test_a_worker_that_starts_while_kafka_is_away_says_so_from_the_first_look_on(
    tmp_path: Path,
) -> None:
    variables = settings_for(f"127.0.0.1:{free_port()}", "redis://127.0.0.1:1/0", "t.")
    variables["OFFBOOK_METRICS_PORT"] = str(free_port())

    def page() -> str:
        try:
            url = f"http://127.0.0.1:{variables['OFFBOOK_METRICS_PORT']}/metrics"
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    with worker(variables, ["router"], tmp_path / "worker.log"):
        asyncio.run(until(lambda: "offbook_kafka_up 0.0" in page()))
