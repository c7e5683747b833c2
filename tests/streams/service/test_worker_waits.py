"""A worker that starts while Kafka or Redis is away waits for it, says so, and goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis

from offbook.cli.demo.embedded import EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from streams.settings.loading import load
from streams.wire.topics import create_topics
from tests.cli.commands import environment, offbook
from tests.integration.installation import settings_for
from tests.parts.apache_kafka import ApacheKafka
from tests.parts.prepared import Prepared
from tests.parts.relay import Relay

pytestmark = pytest.mark.integration

#: What is ready where each role works.
CONDITIONS = {
    "router": ("router", "keyed topic"),
    "monitor": ("monitor", "recovery", "reference topics"),
    "delivery": ("delivery", "redis"),
}


class Running:
    """`offbook worker`, as anybody would start it."""

    def __init__(self, variables: dict[str, str], roles: list[str], log: Path) -> None:
        self._port = variables["OFFBOOK_METRICS_PORT"]
        self._log = log
        arguments = [word for role in roles for word in ("--role", role)]
        log.touch()
        self.process = Prepared(
            "offbook", ["worker", *arguments], environment=environment(**variables), out=log
        )

    def said(self) -> str:
        return self._log.read_text("utf-8")

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The log lines of this event."""
        told = [json.loads(line) for line in self.said().splitlines() if line.startswith("{")]
        return [line for line in told if line["event"] == event]

    def probe(self, path: str) -> tuple[int, dict[str, Any]]:
        url = f"http://127.0.0.1:{self._port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, json.load(answer)["checks"]
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)["checks"]
        except OSError:
            return 0, {}

    def until(self, condition: Callable[[dict[str, Any]], Any], seconds: float = 60.0) -> None:
        """Ask `/readyz` until its checks meet `condition`."""
        end = time.monotonic() + seconds
        while not condition(checks := self.probe("/readyz")[1]):
            assert self.process.poll() is None, self.said()[-3000:]
            assert time.monotonic() < end, (checks, self.said()[-3000:])
            time.sleep(0.1)

    def until_it_waits(self, condition: str, says: str) -> None:
        self.until(lambda checks: checks.get(condition, {}).get("reason", "").startswith(says))
        status, _ = self.probe("/readyz")
        assert status == 503
        # No restart helps, so no orchestrator is to try one.
        assert self.probe("/healthz")[0] == 200

    def until_ready(self, roles: list[str]) -> None:
        wanted = [name for role in roles or CONDITIONS for name in CONDITIONS[role]]
        self.until(
            lambda checks: all(checks.get(name, {}).get("ok") for name in ("start", *wanted))
        )

    def end(self, seconds: float = 30.0) -> int:
        """Wait for its end: the exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(self.said()[-3000:]) from None


@contextmanager
def worker(variables: dict[str, str], roles: list[str], log: Path) -> Iterator[Running]:
    running = Running(variables, roles, log)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


@pytest.fixture
def kafka_port(kafka: Any) -> Iterator[Relay]:
    """The port by which Kafka can be reached, and cannot yet."""
    relay = Relay(int(kafka.bootstrap.rsplit(":", 1)[1]))
    yield relay
    relay.close()


@pytest.fixture
def redis_port(redis_url: str) -> Iterator[Relay]:
    relay = Relay(int(redis_url.rsplit(":", 1)[1].partition("/")[0]))
    yield relay
    relay.close()


@pytest.fixture
def variables(kafka: Any, redis_url: str, topic_prefix: str) -> dict[str, str]:
    """Settings of an installation whose topics are there."""
    found = settings_for(kafka.bootstrap, redis_url, topic_prefix)
    found["OFFBOOK_METRICS_PORT"] = str(free_port())
    create_topics(load(None, found))
    return found


def by(variables: dict[str, str], kafka: Relay | None = None, redis: Relay | None = None) -> Any:
    """The same by way of these ports."""
    changed = dict(variables)
    if kafka is not None:
        changed["OFFBOOK_KAFKA_BOOTSTRAP"] = f"127.0.0.1:{kafka.port}"
    if redis is not None:
        # The database is the test process's own.
        ours = urlsplit(variables["OFFBOOK_REDIS_URL"])
        changed["OFFBOOK_REDIS_URL"] = f"redis://127.0.0.1:{redis.port}{ours.path}"
    return changed


def send_deletion(variables: dict[str, str], file: Path) -> None:
    """An event that is an alert by itself: forty files deleted at once."""
    document = {
        "specversion": "1.0",
        "id": "edr-1",
        "source": "//edr.example",
        "type": "offbook.endpoint.file.v1",
        "time": datetime.now(tz=UTC).isoformat(),
        "data": {"employee": "E-1", "action": "delete", "count": 40},
    }
    file.write_text(json.dumps(document), "utf-8")
    done = offbook("produce", str(file), **variables)
    assert done.returncode == 0, done.stderr


def alerts(url: str) -> set[str]:
    with redis.Redis.from_url(url, decode_responses=True) as client:
        entries: Any = client.xrange("{ob}:alerts")
        return {fields["detector"] for _, fields in entries}


@pytest.mark.parametrize("roles", [["router"], ["monitor"], ["delivery"], []], ids=str)
def test_each_role_waits_for_kafka_and_goes_on_when_it_comes(
    roles: list[str], variables: dict[str, str], kafka_port: Relay, redis_url: str, tmp_path: Path
) -> None:
    where = f"Kafka at 127.0.0.1:{kafka_port.port}"
    with worker(by(variables, kafka_port), roles, tmp_path / "log") as running:
        running.until_it_waits("start", f"waits for {where}: ")
        assert len(running.lines(f"waiting for {where}")) == 1
        kafka_port.open()
        running.until_ready(roles)
        assert len(running.lines(f"waiting for {where}")) == 1
        assert len(running.lines(f"{where} is there")) == 1
        if not roles:
            send_deletion(variables, tmp_path / "event.ndjson")
            running.until(lambda _: "bulk-delete" in alerts(redis_url))


def test_a_worker_waits_for_redis_and_routes_and_judges_meanwhile(
    variables: dict[str, str], redis_port: Relay, redis_url: str, tmp_path: Path
) -> None:
    with worker(by(variables, redis=redis_port), [], tmp_path / "log") as running:
        running.until_it_waits("redis", "Redis at 127.0.0.1:")
        running.until_ready(["router", "monitor"])
        send_deletion(variables, tmp_path / "event.ndjson")
        assert alerts(redis_url) == set()
        redis_port.open()
        running.until_ready(["delivery"])
        running.until(lambda _: "bulk-delete" in alerts(redis_url))


@pytest.mark.parametrize("roles", [["router"], ["monitor"], ["delivery"], []], ids=str)
def test_sigterm_ends_a_worker_that_waits_for_kafka_with_status_0(
    roles: list[str], variables: dict[str, str], kafka_port: Relay, tmp_path: Path
) -> None:
    with worker(by(variables, kafka_port), roles, tmp_path / "log") as running:
        running.until_it_waits("start", f"waits for Kafka at 127.0.0.1:{kafka_port.port}: ")
        running.process.send_signal(signal.SIGTERM)
        assert running.end() == 0
        assert running.lines("ended")


@pytest.mark.parametrize("roles", [["delivery"], []], ids=str)
def test_sigterm_ends_a_worker_that_waits_for_redis_with_status_0(
    roles: list[str], variables: dict[str, str], redis_port: Relay, tmp_path: Path
) -> None:
    with worker(by(variables, redis=redis_port), roles, tmp_path / "log") as running:
        running.until_it_waits("redis", "Redis at 127.0.0.1:")
        running.process.send_signal(signal.SIGTERM)
        assert running.end() == 0


def test_topics_that_are_missing_when_kafka_comes_end_it(
    variables: dict[str, str], kafka_port: Relay, tmp_path: Path
) -> None:
    variables["OFFBOOK_TOPIC_PREFIX"] = "nobody.made.these."
    with worker(by(variables, kafka_port), [], tmp_path / "log") as running:
        running.until_it_waits("start", f"waits for Kafka at 127.0.0.1:{kafka_port.port}: ")
        kafka_port.open()
        assert running.end() == 1
        last = running.said().splitlines()[-1]
        assert last.startswith("offbook worker: Kafka at ")
        assert "has no topic nobody.made.these.crm.edits" in last


def test_a_password_that_redis_refuses_when_it_comes_ends_it(
    variables: dict[str, str], fresh_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    relay = Relay(fresh_redis.port)
    with redis.Redis.from_url(fresh_redis.url) as client:
        client.config_set("requirepass", "geheim")
    changed = by(variables, redis=relay)
    try:
        with worker(changed, ["delivery"], tmp_path / "log") as running:
            running.until_it_waits("redis", "Redis at 127.0.0.1:")
            relay.open()
            assert running.end() == 1
            assert "asks for a password, and none is given" in running.said().splitlines()[-1]
    finally:
        relay.close()


def test_it_waits_for_an_apache_kafka_that_is_started_again(
    apache_kafka: ApacheKafka, redis_url: str, tmp_path: Path
) -> None:
    variables = settings_for(apache_kafka.bootstrap, redis_url, "w.")
    variables["OFFBOOK_METRICS_PORT"] = str(free_port())
    create_topics(load(None, variables))
    apache_kafka.kill()
    with worker(variables, [], tmp_path / "log") as running:
        running.until_it_waits("start", f"waits for Kafka at {apache_kafka.bootstrap}: ")
        apache_kafka.start()
        running.until_ready([])
        send_deletion(variables, tmp_path / "event.ndjson")
        running.until(lambda _: "bulk-delete" in alerts(redis_url))
