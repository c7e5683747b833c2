"""A delivery worker that is given an Alertmanager tells it, and goes on where there is none."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from kafka import KafkaProducer

from contract.document import encode_document
from contract.event import Event, Origin
from contract.types import ReferenceEmployee
from offbook.cli.demo.server_process import free_port
from sinks.redis.keys import alert_key
from streams.settings.loading import load
from streams.wire.topics import create_topics
from tests.integration.installation import Worker, settings_for
from tests.sinks.alertmanager.scripted import scripted
from tests.sinks.some_alerts import alert
from tests.streams.service.test_worker import wait_for

pytestmark = pytest.mark.integration


def until(condition: Callable[[], Any], worker: Worker) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert worker.end is None, worker.tail()
        assert time.monotonic() < end, worker.tail()
        time.sleep(0.1)


def test_a_delivery_worker_tells_the_alertmanager_that_is_set(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    environment = settings_for(
        kafka.bootstrap,
        redis_url,
        topic_prefix,
        OFFBOOK_METRICS_PORT=str(free_port()),
        OFFBOOK_ALERTMANAGER_RESEND="1s",
        OFFBOOK_DESK_URL="https://desk.example",
    )
    create_topics(load(None, environment))
    hired = Event(
        "//hr.example",
        "h-1",
        time.time_ns() // 1000,
        ReferenceEmployee(employee="E-7", team="East"),
        Origin("reference.employees", 0, 0),
    )
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, enable_idempotence=False)
    with scripted() as receiver:
        host = receiver.url.removeprefix("http://")
        environment["OFFBOOK_ALERTMANAGER_URL"] = f"http://offbook:geheim@{host}"
        employees, alerts = (
            f"{topic_prefix}{it}" for it in ("reference.employees", "offbook.alerts")
        )
        producer.send(employees, encode_document(hired), b"E-7").get(10)
        worker = Worker(environment, tmp_path / "log", ("delivery",))
        try:
            wait_for(environment, lambda checks: checks.get("alertmanager", {}).get("ok"), worker)
            found = alert("offbook-payment-1", employee="E-7")
            producer.send(alerts, msgspec.json.encode(found), b"a").get(10)
            until(lambda: receiver.taken, worker)
            posted = receiver.taken[0]
            assert posted["labels"]["team"] == "East"
            assert posted["annotations"]["alert_url"].startswith("https://desk.example/alerts/")
            assert "E-7" in posted["annotations"]["description"]
            # And where it is away, alerts reach Redis, and the worker is ready.
            receiver.answer = lambda _: 503
            wait_for(environment, lambda checks: "503" in checks["alertmanager"]["reason"], worker)
            second = alert("offbook-payment-2")
            producer.send(alerts, msgspec.json.encode(second), b"b").get(10)
            with redis.Redis.from_url(redis_url) as client:
                until(lambda: client.exists(alert_key("offbook-payment-2")), worker)
            checks = wait_for(environment, lambda checks: checks["redis"]["ok"], worker)
            assert all(it["ok"] for it in checks.values())
            worker.send(signal.SIGTERM)
            until_ended = time.monotonic() + 30
            while worker.end is None:
                assert time.monotonic() < until_ended
                time.sleep(0.1)
            assert worker.end == 0
        finally:
            worker.kill()
            producer.close()
    logged = (tmp_path / "log").read_text()
    assert "geheim" not in logged
    assert "E-7" not in logged
