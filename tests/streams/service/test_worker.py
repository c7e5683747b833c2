"""The worker process: what it says, and how it ends, when it cannot start or is asked to end."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import KafkaAdminClient

from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from streams.settings.loading import load
from streams.wire.kafka import CHANGELOG_TOPIC
from streams.wire.topics import create_topics
from tests.integration.installation import Worker, settings_for

pytestmark = pytest.mark.integration


@pytest.fixture
def environment(kafka: Any, redis_url: str, topic_prefix: str) -> dict[str, str]:
    """Settings of an installation whose topics are there."""
    environment = settings_for(kafka.bootstrap, redis_url, topic_prefix)
    environment["OFFBOOK_METRICS_PORT"] = str(free_port())
    create_topics(load(None, environment))
    return environment


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


def last_line(environment: dict[str, str], log: Path, *roles: str) -> str:
    """Start a worker that cannot; its status is 1, and the last line says why."""
    worker = Worker(environment, log, roles)
    try:
        end = time.monotonic() + 40
        while worker.end is None:
            assert time.monotonic() < end, "it runs"
            time.sleep(0.05)
    finally:
        worker.kill()
    assert worker.end == 1, log.read_text()
    lines = log.read_text().splitlines()
    assert not [line for line in lines if "Traceback" in line], log.read_text()
    return lines[-1]


def test_topics_that_are_missing(environment: dict[str, str], log: Path) -> None:
    environment["OFFBOOK_TOPIC_PREFIX"] = "nobody.made.these."
    said = last_line(environment, log)
    assert "has no topic nobody.made.these.crm.edits" in said
    assert "run `offbook topics create`" in said


def test_a_wrong_number_of_partitions(environment: dict[str, str], log: Path) -> None:
    environment["OFFBOOK_KEYED_PARTITIONS"] = "8"
    said = last_line(environment, log)
    assert "offbook.keyed has 4 partitions, not 8: set keyed_partitions = 4" in said


def test_a_redis_that_evicts(environment: dict[str, str], log: Path) -> None:
    import redis

    with EmbeddedRedis() as evicting:
        if evicting.note:
            pytest.skip("the stand-in for Redis has no settings")
        with redis.Redis.from_url(evicting.url) as client:
            client.config_set("maxmemory", "100mb")
            client.config_set("maxmemory-policy", "allkeys-lru")
        environment["OFFBOOK_REDIS_URL"] = evicting.url
        assert "evicts" in last_line(environment, log)


def test_a_port_that_is_taken(environment: dict[str, str], log: Path) -> None:
    first = Worker(environment, log)
    try:
        wait_for(environment, lambda checks: True, first)
        said = last_line(environment, log.with_name("second.log"))
        assert f"port 127.0.0.1:{environment['OFFBOOK_METRICS_PORT']} is taken" in said
    finally:
        first.kill()


def probe(environment: dict[str, str], path: str) -> tuple[int, dict[str, Any]]:
    url = f"http://127.0.0.1:{environment['OFFBOOK_METRICS_PORT']}{path}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def wait_for(environment: dict[str, str], condition: Any, worker: Worker) -> dict[str, Any]:
    """Ask `/readyz` until its checks meet `condition`."""
    end = time.monotonic() + 60
    checks: dict[str, Any] = {}
    while time.monotonic() < end:
        assert worker.end is None, worker.tail()
        try:
            checks = probe(environment, "/readyz")[1]["checks"]
        except OSError:
            pass
        else:
            if condition(checks):
                return checks
        time.sleep(0.1)
    raise AssertionError(checks)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0(
    environment: dict[str, str], log: Path, number: signal.Signals
) -> None:
    worker = Worker(environment, log)
    try:
        wait_for(environment, lambda checks: checks.get("recovery", {}).get("ok"), worker)
        worker.send(number)
        end = time.monotonic() + 30
        while worker.end is None:
            assert time.monotonic() < end, worker.tail()
            time.sleep(0.05)
        assert worker.end == 0, worker.tail()
    finally:
        worker.kill()


@pytest.fixture
def own(fresh_kafka: EmbeddedKafka, fresh_redis: EmbeddedRedis) -> dict[str, str]:
    environment = settings_for(fresh_kafka.bootstrap, fresh_redis.url, "own.")
    environment["OFFBOOK_METRICS_PORT"] = str(free_port())
    create_topics(load(None, environment))
    return environment


def test_readiness_says_what_is_away_and_the_process_lives(
    own: dict[str, str], fresh_kafka: EmbeddedKafka, fresh_redis: EmbeddedRedis, log: Path
) -> None:
    worker = Worker(own, log)
    try:
        wait_for(own, lambda checks: checks.get("recovery", {}).get("ok"), worker)
        fresh_redis.kill()
        checks = wait_for(own, lambda checks: not checks["redis"]["ok"], worker)
        assert "alerts wait" in checks["redis"]["reason"]
        assert probe(own, "/healthz")[0] == 200
        fresh_redis.start()
        wait_for(own, lambda checks: checks["redis"]["ok"], worker)
        fresh_kafka.kill()
        checks = wait_for(own, lambda checks: not checks["monitor"]["ok"], worker)
        assert "Kafka" in checks["monitor"]["reason"]
        assert probe(own, "/readyz")[0] == 503
        assert probe(own, "/healthz")[0] == 200
    finally:
        worker.kill()


def test_a_changelog_that_is_missing(
    own: dict[str, str], fresh_kafka: EmbeddedKafka, log: Path
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=fresh_kafka.bootstrap)
    admin.delete_topics([f"own.{CHANGELOG_TOPIC}"])
    own["OFFBOOK_METRICS_PORT"] = "0"
    try:
        assert f"has no topic own.{CHANGELOG_TOPIC}" in last_line(own, log)
    finally:
        admin.close()
