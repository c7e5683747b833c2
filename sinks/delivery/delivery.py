"""The delivery role: alerts, and what was done about them, go to Redis, and nothing is dropped.

A plain consumer group that keeps no state and commits after the work. A revision delivered twice
changes nothing (see `sinks.redis.sink`), so a crash, a rebalance or a commit that fails costs
only work. While Redis is away the batch in hand is tried again until it is there; fetching pauses
meanwhile, and the consumer is still polled, because a group puts out a member that does not poll.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from sinks.backoff import FIRST, Backoff
from sinks.delivery.holding import Holding, OffsetsUnknownError
from sinks.delivery.offsets import Offsets
from sinks.delivery.reading import Item, item_of
from sinks.delivery.report import DeliveryReport
from sinks.delivery.stages import Count, Hear, SetAside, Stage, Store
from sinks.ending import ended
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.rebalance import Rebalance
from sinks.redis.connection import RedisRefusedError, RedisSinkError
from sinks.redis.sink import BATCH, RedisSink
from sinks.waiting import until_it_works

#: Seconds between looks at Redis and the ends of the partitions, for the gauges and `/readyz`.
_LOOK_EVERY = 5.0
#: Seconds a call for new records waits, and so how long `stop` may take to be seen.
_POLL = 0.25
_log = structlog.get_logger(__name__)


class DeliveryError(RuntimeError):
    """Kafka does not let delivery start. One line. A broker that is away is waited for."""

    retryable: ClassVar[bool] = False


class Delivery:
    """Delivers the alerts of one topic, and the actions of another, to one Redis until stopped.

    `security` is passed to the Kafka clients as it is (`security_protocol`, `ssl_context`,
    `sasl_mechanism` …). `prefix` is that of the installation's topics and of these. Health
    conditions: `redis` and `delivery`.
    """

    def __init__(
        self,
        sink: RedisSink,
        metrics: Metrics,
        health: Health,
        *,
        bootstrap: str,
        topic: str = "offbook.alerts",
        actions: str | None = None,
        group: str = "offbook-delivery",
        prefix: str = "",
        security: Mapping[str, Any] | None = None,
        session_timeout: float = 10.0,
    ) -> None:
        self._sink = sink
        self._metrics = metrics
        self._health = health
        self._bootstrap = bootstrap
        self._topic = topic
        self._actions = actions or f"{prefix}offbook.actions"
        self._group = group
        self._prefix = prefix
        self._security = dict(security or {})
        self._session_timeout = session_timeout
        self._report = DeliveryReport(sink, metrics, health, topic)
        self._consumer: Any = None
        self._offsets: Offsets
        self._holding: Holding
        self._producer: Any = None
        self._stages: tuple[Stage, ...] = ()
        self._stopping = asyncio.Event()
        #: Held during one attempt, so that a rebalance waits for it and then commits it.
        self._attempt = asyncio.Lock()
        #: Raised by each rebalance; what was fetched before it may be another worker's by now.
        self._generation = 0
        self._paused = False
        health.expect("redis", "delivery")

    def stop(self) -> None:
        """Finish the current attempt, commit, leave the group; `run` then returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until `stop`. Waits for Kafka and Redis; raises `DeliveryError` or
        `RedisRefusedError` where one of them refuses the start."""
        self._consumer = AIOKafkaConsumer(
            isolation_level="read_committed",
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            client_id="offbook-delivery",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=int(self._session_timeout * 1000),
            heartbeat_interval_ms=int(self._session_timeout * 1000 / 5),
            **self._security,
        )
        self._offsets = Offsets(self._consumer)
        self._holding = Holding(self._consumer, self._sink, self._topic)
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id="offbook-delivery",
            acks="all",
            # What could be consumed must fit; the topic's own limit is the broker's to apply.
            max_request_size=64 * 1024 * 1024,
            **self._security,
        )
        self._stages = (
            SetAside(self._producer, self._prefix, self._metrics, self._health),
            Store(self._sink),
            Hear(self._sink, self._metrics),
            Count(self._metrics),
        )
        self._consumer.subscribe(
            [self._topic, self._actions], listener=Rebalance(self.revoked, self.assigned)
        )
        stopping = asyncio.create_task(self._stopping.wait())
        starting = asyncio.create_task(self._start())
        tasks: list[asyncio.Task[Any]] = [stopping, starting]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                look = asyncio.create_task(self._look())
                tasks.append(look)
                await self._deliver_until_stopped(look)
        finally:
            await ended(tasks)
            await self._offsets.commit()
            await self._consumer.stop()
            await self._producer.stop()
            for name in ("delivery", "redis", "dead letters"):
                self._health.forget(name)

    async def _start(self) -> None:
        kafka = f"Kafka at {self._bootstrap}"
        try:
            for client in (self._producer, self._consumer):
                await until_it_works(client.start, kafka, self._health, "delivery")
        except KafkaError as error:
            raise DeliveryError(f"delivery cannot start at {kafka}: {error}") from error
        self._health.ok("delivery")

    async def _check(self) -> None:
        for warning in await self._sink.check():
            _log.warning(warning)
        self._report.redis_is_up()

    async def _deliver_until_stopped(self, look: asyncio.Task[None]) -> None:
        waiting: list[Item] = []
        generation = self._generation
        backoff, retry_at = Backoff(), 0.0
        # The first attempt of all: until Redis is there the group is joined, and its lag told.
        checked = False
        while not self._stopping.is_set():
            self._health.pulse("delivery")
            if look.done():
                look.result()
            idle = max(retry_at - time.monotonic(), 0.0)
            if idle or len(waiting) < BATCH:
                # Also while nothing can be delivered: polling keeps us in the group. A rebalance
                # hands out partitions before they can be paused, so records may come all the same.
                waiting += await self._poll(min(idle, _POLL) if waiting else _POLL)
            if time.monotonic() < retry_at:
                continue
            async with self._attempt:
                if generation != self._generation:
                    # Not committed: whoever has the partition now reads them again.
                    generation = self._generation
                    waiting = [item for item in waiting if self._is_ours(item)]
                try:
                    if not checked:
                        await self._check()
                        checked = True
                    if waiting:
                        await self._deliver(waiting[:BATCH])
                        del waiting[:BATCH]
                except (RedisSinkError, OffsetsUnknownError, KafkaError) as error:
                    if not checked and isinstance(error, RedisRefusedError):
                        raise
                    retry_at = time.monotonic() + backoff.longer()
                    self._pause()
                    self._report.waiting(error)
                else:
                    backoff.over()
                    self._resume()
            await self._offsets.commit_now_and_then()

    async def _poll(self, seconds: float) -> list[Item]:
        try:
            fetched = await self._consumer.getmany(
                timeout_ms=int(seconds * 1000), max_records=4 * BATCH
            )
        except KafkaError as error:
            self._health.bad("delivery", f"cannot read {self._topic}: {error}")
            _log.error("cannot read alerts", topic=self._topic, error=str(error))
            await self._sleep(max(seconds, FIRST))
            return []
        return [
            item_of(partition, record, self._prefix, is_action=partition.topic == self._actions)
            for partition, records in fetched.items()
            for record in records
        ]

    async def _deliver(self, items: Sequence[Item]) -> None:
        await self._holding.begin()
        for stage in self._stages:
            await stage.take(items)
        # Before they are committed: what is committed and not held counts as lost.
        await self._holding.delivered(items)
        if any(item.outcome for item in items):
            self._report.redis_is_up()
        self._offsets.delivered(items)

    def _pause(self) -> None:
        self._paused = True
        self._consumer.pause(*self._consumer.assignment())

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            self._consumer.resume(*self._consumer.assignment())

    def _is_ours(self, item: Item) -> bool:
        return item.partition in self._consumer.assignment()

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _look(self) -> None:
        """Keep gauges and health true while there is nothing to deliver, or nobody to take it."""
        while True:
            try:
                await self._sink.look()
            except RedisSinkError as error:
                self._report.redis_is_down(error)
            else:
                self._report.redis_is_up()
            try:
                lag = await self._offsets.lag()
                self._metrics.alerts.undelivered(lag.get(self._topic, 0))
                self._metrics.kafka.lag(
                    {topic.removeprefix(self._prefix): behind for topic, behind in lag.items()}
                )
                self._report.missing(await self._holding.missing())
            except (KafkaError, OffsetsUnknownError, TimeoutError) as error:
                why = str(error) or "it does not answer"
                self._health.bad("delivery", f"cannot reach Kafka at {self._bootstrap}: {why}")
            except RedisSinkError:
                self._health.ok("delivery")  # Of Redis it is told above, or at the next look.
            else:
                self._health.ok("delivery")
            await asyncio.sleep(_LOOK_EVERY)

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """A rebalance begins: let the current attempt end, commit it, and release the
        partitions."""
        async with self._attempt:
            self._generation += 1
            await self._offsets.commit()
            self._offsets.forget(partitions)
            self._holding.forget(partitions)

    async def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """A rebalance is over."""
        # Others may have delivered meanwhile.
        self._holding.forget(partitions)
        if self._paused:
            self._consumer.pause(*partitions)
