"""Delivery between a real broker and a real Redis: nothing is dropped, nothing comes twice."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
import redis
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contract.alert import Alert, Severity, Suppressed
from offbook.cli.demo.embedded import EmbeddedRedis
from sinks.delivery.delivery import Delivery
from sinks.headers import EVENT_TIMESTAMP
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.sink import RedisSink
from tests.cases.test_handling import action
from tests.sinks.some_alerts import alert, contents

pytestmark = pytest.mark.integration

DETECTORS: dict[str, tuple[Severity, ...]] = {"offbook-payment": ("critical",)}


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        await asyncio.sleep(0.05)


@dataclass
class Worker:
    """One delivery worker, as far as others can see it."""

    url: str
    bootstrap: str
    prefix: str
    metrics: Metrics = field(default_factory=lambda: Metrics(detectors=DETECTORS))
    health: Health = field(default_factory=Health)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Worker]:
        sink = RedisSink(self.url, timeout=2.0)
        delivery = Delivery(
            sink,
            self.metrics,
            self.health,
            bootstrap=self.bootstrap,
            topic=f"{self.prefix}offbook.alerts",
            actions=f"{self.prefix}offbook.actions",
            group=f"{self.prefix}offbook-delivery",
            prefix=self.prefix,
            session_timeout=6.0,
        )
        task = asyncio.create_task(delivery.run())
        try:
            yield self
        finally:
            delivery.stop()
            await asyncio.wait_for(task, 30)
            await sink.close()

    def figure(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


@dataclass
class Bench:
    """Topics of this test, and a producer for them."""

    bootstrap: str
    prefix: str
    producer: Any

    @property
    def topic(self) -> str:
        return f"{self.prefix}offbook.alerts"

    async def act(self, *actions: Any) -> None:
        """Produce actions, or what is to be taken for one, in order."""
        for it in actions:
            value = it if isinstance(it, bytes) else msgspec.json.encode(it)
            await self.producer.send_and_wait(
                f"{self.prefix}offbook.actions", key=b"a0", value=value
            )

    @property
    def dead(self) -> str:
        return f"{self.prefix}dlq.offbook.alerts"

    def worker(self, url: str) -> Worker:
        return Worker(url, self.bootstrap, self.prefix)

    async def send(self, alerts: Sequence[Alert], **headers: str) -> None:
        """Produce alerts in order, each keyed by its id."""
        packed = [(name.replace("_", "-"), text.encode()) for name, text in headers.items()]
        sent = [
            await self.producer.send(
                self.topic,
                key=one.alert_id.encode(),
                value=msgspec.json.encode(one),
                headers=packed,
            )
            for one in alerts
        ]
        await asyncio.gather(*sent)

    async def dead_letters(self, count: int, of: str = "alerts") -> list[Any]:
        """Wait for so many records on the dead letter topic, and return all there are."""
        found: list[Any] = []
        async with AIOKafkaConsumer(bootstrap_servers=self.bootstrap) as consumer:
            partition = TopicPartition(f"{self.prefix}dlq.offbook.{of}", 0)
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            end = time.monotonic() + 30
            while len(found) < count and time.monotonic() < end:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += records
        return found


def run(kafka: Any, prefix: str, work: Callable[[Bench], Awaitable[None]]) -> None:
    async def main() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        await admin.create_topics(
            [
                *(NewTopic(f"{prefix}offbook.{it}", 4, 1) for it in ("alerts", "actions")),
                *(NewTopic(f"{prefix}dlq.offbook.{it}", 1, 1) for it in ("alerts", "actions")),
            ]
        )
        await admin.close()
        async with AIOKafkaProducer(
            bootstrap_servers=kafka.bootstrap, acks="all", linger_ms=5
        ) as producer:
            await work(Bench(kafka.bootstrap, prefix, producer))

    asyncio.run(main())


def log(alerts: int, revisions: int) -> list[Alert]:
    """So many alerts with so many revisions each, interleaved."""
    return [
        alert(f"a{n}", revision, score=revision)
        for revision in range(1, revisions + 1)
        for n in range(alerts)
    ]


def written(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.xlen("{ob}:alerts"))


def complete(url: str, expected: Sequence[Alert]) -> bool:
    return written(url) >= len(expected)


def assert_each_revision_once(url: str, expected: Sequence[Alert]) -> None:
    """In the order of its alert's revisions; and the newest in the strings and the open set."""
    found = contents(url)
    wanted: dict[str, list[int]] = {}
    for one in expected:
        wanted.setdefault(one.alert_id, []).append(one.revision)
    assert found.revisions == wanted
    assert found.newest == {one.alert_id: one for one in expected}
    assert found.open == {name: one.score for name, one in found.newest.items()}


def test_alerts_reach_redis_and_are_counted_once(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        expected = log(alerts=30, revisions=3)
        worker = bench.worker(redis_url)
        async with worker.running():
            await bench.send(expected)
            await bench.send(expected[:20])
            await until(lambda: complete(redis_url, expected))
            await until(lambda: worker.figure("offbook_undelivered_alerts") == 0)
            await until(lambda: worker.health.readiness().ok)
            assert worker.figure("offbook_redis_up") == 1
        assert_each_revision_once(redis_url, expected)
        labels = {"detector": "offbook-payment", "severity": "critical"}
        assert worker.figure("offbook_alerts_total", **labels) == 30
        assert worker.figure("offbook_open_alerts", severity="critical") == 30
        assert worker.figure("offbook_detection_latency_seconds_count") == 0

    run(kafka, topic_prefix, work)


def test_what_was_done_about_an_alert_reaches_redis_whichever_worker_reads_it(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        workers = [bench.worker(redis_url) for _ in range(2)]
        async with workers[0].running(), workers[1].running():
            closed = action("close", 1, alert_id="a0", verdict="confirmed")
            await bench.act(action("acknowledge", alert_id="a0"), closed, closed)
            await bench.send(log(alerts=30, revisions=3))
            await until(lambda: len(contents(redis_url).open) == 29)
            await until(
                lambda: all(
                    it.figure("offbook_open_alerts", severity="critical") == 29 for it in workers
                )
            )
        with redis.Redis.from_url(redis_url) as client:
            assert client.zrange("{ob}:closed", 0, -1) == [b"a0"]
            assert client.xlen("{ob}:actions") == 2

    run(kafka, topic_prefix, work)


def test_what_is_no_action_is_a_dead_letter_that_names_the_field(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    good = action("acknowledge", alert_id="a0")

    async def work(bench: Bench) -> None:
        worker = bench.worker(redis_url)
        async with worker.running():
            await bench.act(
                b"nonsense",
                msgspec.structs.replace(good, by=""),
                msgspec.structs.replace(good, at="yesterday"),
                msgspec.structs.replace(good, note="x" * 5000),
                good,
            )
            letters = await bench.dead_letters(4, of="actions")
        told = [dict(it.headers)["__streams.errors.message"].decode() for it in letters]
        for named, words in zip(("", "by", "at", "note"), told, strict=True):
            assert named in words
        labels = {"topic": "offbook.actions", "outcome": "dead_letter"}
        assert worker.figure("offbook_events_total", **labels) == 4

    run(kafka, topic_prefix, work)


def test_alerts_on_trial_and_suppressed_ones_are_counted_apart_until_they_are_somebodys(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    known = Suppressed("2026-12-31T15:59:59Z", "agreed")

    async def work(bench: Bench) -> None:
        worker = bench.worker(redis_url)
        of = {"detector": "offbook-payment"}
        grave = {"severity": "critical"}

        def figures() -> tuple[float | None, ...]:
            return (
                worker.figure("offbook_alerts_total", **of, **grave),
                worker.figure("offbook_open_alerts", **grave),
                worker.figure("offbook_shadow_alerts_total", **of, **grave),
                worker.figure("offbook_open_shadow_alerts", **grave),
                worker.figure("offbook_suppressed_alerts_total", **of),
            )

        async with worker.running():
            await bench.send(
                [
                    alert("trial", mode="shadow"),
                    alert("trial", 2, mode="shadow"),
                    alert("known", suppressed=known),
                    alert("known on trial", suppressed=known, mode="shadow"),
                ]
            )
            await until(lambda: figures() == (0, 0, 1, 1, 2))
            await bench.send([alert("trial", 3), alert("known", 2), alert("known", 3)])
            await until(lambda: figures() == (2, 2, 1, 0, 2))

    run(kafka, topic_prefix, work)


def test_latency_is_that_from_the_record_that_caused_a_revision(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        worker = bench.worker(redis_url)
        async with worker.running():
            stamp = str(int((time.time() - 2) * 1000))
            for _ in range(2):
                await bench.send([alert("timed")], **{EVENT_TIMESTAMP: stamp})
            await bench.send([alert("absence")])
            await bench.send([alert("odd")], **{EVENT_TIMESTAMP: "yesterday"})
            await until(lambda: len(contents(redis_url).entries) == 3)
            await until(lambda: worker.figure("offbook_undelivered_alerts") == 0)
        assert worker.figure("offbook_detection_latency_seconds_count") == 1
        seconds = worker.figure("offbook_detection_latency_seconds_sum")
        assert seconds is not None
        assert 2 <= seconds < 30

    run(kafka, topic_prefix, work)


NO_ALERTS = [
    b"",
    b"\xff\xfe",
    b"[]",
    b"{}",
    b"[" * 10_000,
    msgspec.json.encode(alert(alert_id="")),
    msgspec.json.encode(alert(revision=0)),
    msgspec.json.encode(alert(revision=2**60)),
    msgspec.json.encode(alert(score=101)),
    msgspec.json.encode(alert()).replace(b"critical", b"e-7 Wang Wei"),
    None,
]


def test_what_is_no_alert_goes_to_the_dead_letters_and_the_stream_goes_on(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        worker = bench.worker(redis_url)
        async with worker.running():
            for value in NO_ALERTS:
                await bench.producer.send_and_wait(bench.topic, value=value, key=b"stranger")
            await bench.send([alert("good")])
            await until(lambda: contents(redis_url).revisions == {"good": [1]})
            letters = await bench.dead_letters(len(NO_ALERTS))
        assert [letter.value for letter in letters] == NO_ALERTS
        for letter in letters:
            headers = dict(letter.headers)
            assert letter.key == b"stranger"
            assert headers["__streams.errors.topic"] == bench.topic.encode()
            assert b"Wang Wei" not in b"".join(headers.values())
        labels = {"topic": "offbook.alerts", "outcome": "dead_letter"}
        assert worker.figure("offbook_events_total", **labels) == len(NO_ALERTS)

    run(kafka, topic_prefix, work)


def test_while_redis_is_away_alerts_wait_and_the_worker_stays_in_its_group(
    kafka: Any, fresh_redis: EmbeddedRedis, topic_prefix: str
) -> None:
    url = fresh_redis.url

    async def work(bench: Bench) -> None:
        expected = log(alerts=50, revisions=2)
        worker = bench.worker(url)
        async with worker.running():
            await bench.send(expected[:50])
            await until(lambda: complete(url, expected[:50]))
            fresh_redis.kill()
            await bench.send(expected[50:])
            await until(lambda: worker.figure("offbook_redis_up") == 0)
            # How many is exact on Apache Kafka; the embedded broker's end offsets lag a batch.
            await until(lambda: (worker.figure("offbook_undelivered_alerts") or 0) > 0)
            # Longer than the session: a member that neither beats nor polls would be out by now.
            away_until = time.monotonic() + 8
            while time.monotonic() < away_until:
                report = worker.health.readiness()
                assert not report.checks["redis"].ok
                assert "alerts wait" in report.checks["redis"].reason
                assert worker.health.liveness().ok
                await asyncio.sleep(0.2)
            fresh_redis.start()
            await until(lambda: complete(url, expected))
            await until(lambda: worker.health.readiness().ok)
        assert_each_revision_once(url, expected)

    run(kafka, topic_prefix, work)


def test_kill_9_of_redis_in_the_middle_of_delivery_loses_and_doubles_nothing(
    kafka: Any, fresh_redis: EmbeddedRedis, topic_prefix: str
) -> None:
    url = fresh_redis.url

    async def work(bench: Bench) -> None:
        expected = log(alerts=5000, revisions=4)
        async with bench.worker(url).running():
            sending = asyncio.create_task(bench.send(expected))
            for _ in range(4):
                # Writing is seen to go on, so the kill falls in the middle of it.
                before = written(url)
                await until(lambda: written(url) > before)  # noqa: B023
                fresh_redis.kill()
                await asyncio.sleep(0.2)
                fresh_redis.start()
            assert not complete(url, expected)
            await sending
            await until(lambda: complete(url, expected))
        assert_each_revision_once(url, expected)

    run(kafka, topic_prefix, work)


def test_workers_that_come_and_go_deliver_each_revision_once(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        expected = log(alerts=1000, revisions=4)
        async with bench.worker(redis_url).running():
            await bench.send(expected[:1000])
            async with bench.worker(redis_url).running():
                await bench.send(expected[1000:2000])
                async with bench.worker(redis_url).running():
                    await bench.send(expected[2000:3000])
                    await until(lambda: complete(redis_url, expected[:3000]))
            await bench.send(expected[3000:])
            await until(lambda: complete(redis_url, expected))
        assert_each_revision_once(redis_url, expected)

    run(kafka, topic_prefix, work)


def test_a_stopped_worker_has_committed_what_it_did(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        expected = log(alerts=40, revisions=1)
        async with bench.worker(redis_url).running():
            await bench.send(expected)
            await until(lambda: complete(redis_url, expected))
        group = f"{topic_prefix}offbook-delivery"
        async with AIOKafkaConsumer(
            bootstrap_servers=bench.bootstrap, group_id=group, enable_auto_commit=False
        ) as consumer:
            offsets = [await consumer.committed(TopicPartition(bench.topic, n)) for n in range(4)]
        assert sum(offset or 0 for offset in offsets) == len(expected)

    run(kafka, topic_prefix, work)


_PROGRAM = """
import asyncio, sys
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.sink import RedisSink
from sinks.delivery.delivery import Delivery

bootstrap, url, prefix = sys.argv[1:]
asyncio.run(Delivery(
    RedisSink(url), Metrics(), Health(), bootstrap=bootstrap, topic=prefix + "offbook.alerts",
    group=prefix + "offbook-delivery", prefix=prefix, session_timeout=6.0,
).run())
"""


def test_kill_9_of_the_worker_in_the_middle_of_delivery_loses_and_doubles_nothing(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    def start() -> subprocess.Popen[bytes]:
        arguments = (kafka.bootstrap, redis_url, topic_prefix)
        return subprocess.Popen([sys.executable, "-c", _PROGRAM, *arguments])

    async def work(bench: Bench) -> None:
        expected = log(alerts=2000, revisions=4)
        process = start()
        try:
            for part in range(2):
                await bench.send(expected[part * 4000 : (part + 1) * 4000])
                before = written(redis_url)
                await until(lambda: written(redis_url) > before)  # noqa: B023
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = start()
            await until(lambda: complete(redis_url, expected), seconds=120)
        finally:
            process.kill()
            process.wait()
        assert_each_revision_once(redis_url, expected)

    run(kafka, topic_prefix, work)


# The canary.


def test_a_canary_that_comes_back_is_heard_and_stands_in_no_list(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    sung = alert(
        "canary-1",
        detector="canary",
        severity="info",
        employee=None,
        customer=None,
        order=None,
        account=None,
        account_holder=None,
        last_event_at="2026-03-02T01:00:00.5Z",
    )
    older = msgspec.structs.replace(sung, alert_id="canary-0", last_event_at="2026-03-02T00:59:00Z")

    async def work(bench: Bench) -> None:
        worker = bench.worker(redis_url)
        async with worker.running():
            await bench.send([sung, older, alert("a0")])
            await until(lambda: contents(redis_url).entries != [])
            seen = "offbook_canary_seen_timestamp_seconds"
            await until(lambda: worker.figure(seen) == 1772413200.5)
            latencies = worker.figure("offbook_detection_latency_seconds_count")
            assert latencies == 0

    run(kafka, topic_prefix, work)
    found = contents(redis_url)
    assert [entry["alert_id"] for entry in found.entries] == ["a0"]
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        assert list(client.scan_iter("*canary-*")) == []
        assert client.get("{ob}:canary") is not None
