"""The router role: turns source records into batches of events by entity, or into dead letters.

It is a plain consumer group without state. Offsets are committed when all results of what was read
are acknowledged, so a crash costs work but no event; what is then sent twice, the engine ignores.
Reference topics are read here too, only to validate, count and dead-letter each of their records
once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from contract.kinds import SOURCE_TOPICS, STREAM_TOPICS
from contract.times import SECOND
from detectors.language.detector import Detector
from sinks.backoff import Backoff
from sinks.ending import ended
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.rebalance import Rebalance
from sinks.waiting import until_it_works
from streams.router.commits import Commits
from streams.router.feed_keeper import FeedKeeper
from streams.router.feeds import Feeds
from streams.router.intake import Intake
from streams.router.known_feeds import Partition
from streams.router.outboxes import Outboxes
from streams.router.source_reader import SourceReader
from streams.router.source_time import SourceTime
from streams.settings.loading import configured_detectors, judged_detectors
from streams.settings.settings import Settings
from streams.wire.kafka import (
    MAX_REQUEST,
    METADATA_AGE_MS,
    aiokafka_client,
    aiokafka_consumer,
    group,
    topic_name,
)

#: Records taken in at a time, some 30 ms of work: between two times the outboxes get their turn.
_AT_A_TIME: Final = 2000
#: Milliseconds the broker may hold back an answer that has nothing new. A partition that is not
#: part of a request under way waits for its end, so this adds to latency.
_FETCH_WAIT_MS: Final = 50
#: Bytes of one partition in one answer; a larger record comes alone.
_FETCH_BYTES: Final = 256 * 1024
#: Seconds between marks, commits and looks at the ends of the partitions.
_TICK: Final = 1.0
#: Seconds between looks at how much is still to be read: one request to each broker.
_LAG_EVERY: Final = 5.0
#: Seconds a broker may be silent before readiness says so.
_SILENCE: Final = 5.0

_log = structlog.get_logger(__name__)


class RouterError(RuntimeError):
    """Kafka refuses to let the router start. One line. (A broker that is away is waited for.)"""

    retryable: ClassVar[bool] = False


class Router:
    """Routes all source topics of one installation until stopped.

    Health conditions: `router` (it reads) and `keyed topic` (Kafka accepts the results).
    """

    def __init__(self, settings: Settings, metrics: Metrics, health: Health) -> None:
        self._settings = settings
        self._metrics = metrics
        self._health = health
        self._feeds = Feeds(settings)
        self._time = SourceTime(settings.idle_after, settings.lateness, self._feeds.silences())
        detectors = configured_detectors(settings)
        self._feeds.use(detectors)
        judged = judged_detectors(settings, detectors)
        self._intake = Intake(settings, judged, metrics, self._time, self._feeds)
        self._plain = {topic_name(settings, topic): topic for topic in SOURCE_TOPICS}
        self._keeper: FeedKeeper
        self._has_share = False
        self._stopping = asyncio.Event()
        self._consumer: Any = None
        self._producer: Any = None
        self._reader: SourceReader
        self._outboxes: Outboxes
        self._commits: Commits
        health.expect("router", "keyed topic")

    def use(self, detectors: Sequence[Detector]) -> None:
        """Route to what these detectors read, from the next records on."""
        self._intake.use(judged_detectors(self._settings, detectors))
        self._feeds.use(detectors)

    def stop(self) -> None:
        """Send and commit what has been read, leave the group; `run` then returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Route until `stop`. Waits for Kafka; raises `RouterError` if it refuses."""
        settings = self._settings
        self._producer = AIOKafkaProducer(
            client_id="offbook-router",
            acks="all",
            max_request_size=MAX_REQUEST,
            **aiokafka_client(settings),
        )
        self._consumer = AIOKafkaConsumer(
            group_id=group(settings, "router"),
            client_id="offbook-router",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            max_partition_fetch_bytes=_FETCH_BYTES,
            session_timeout_ms=settings.session_timeout // 1000,
            heartbeat_interval_ms=settings.heartbeat_interval // 1000,
            rebalance_timeout_ms=settings.rebalance_timeout // 1000,
            metadata_max_age_ms=METADATA_AGE_MS,
            **aiokafka_consumer(settings),
        )
        self._keeper = FeedKeeper(settings, self._feeds, self._time, self._metrics, self._producer)
        timed = {name for name, topic in self._plain.items() if topic in STREAM_TOPICS}
        self._reader = SourceReader(self._consumer, timed)
        self._outboxes = Outboxes(
            settings, self._producer, self._keeper.marks, self._intake.refused
        )
        self._intake.into(self._outboxes.keyed, self._outboxes.letters)
        self._commits = Commits(self._consumer, self._outboxes)
        self._consumer.subscribe(list(self._plain), listener=Rebalance(self.revoked, self.assigned))
        stopping: asyncio.Task[Any] = asyncio.create_task(self._stopping.wait())
        starting = asyncio.create_task(self._start())
        tasks = [stopping, starting]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                self._keeper.show_in(self._health)
                reading = asyncio.create_task(self._read())
                tasks = [stopping, reading]
                tasks += [asyncio.create_task(it) for it in (self._tick(), self._count_unread())]
                tasks += [asyncio.create_task(outbox.run()) for outbox in self._outboxes.all]
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                await ended([reading])
                await self._flush(settings.rebalance_timeout / SECOND)
        finally:
            await ended(tasks)
            self._outboxes.letters.tally.tell(time.monotonic(), last=True)
            await self._keeper.stop()
            await self._consumer.stop()
            await self._producer.stop()
            for name in ("router", "keyed topic"):
                self._health.forget(name)
            self._keeper.hide_in(self._health)

    async def _start(self) -> None:
        kafka = f"Kafka at {self._settings.kafka_bootstrap}"
        try:
            for client in (self._producer, self._keeper, self._consumer):
                await until_it_works(client.start, kafka, self._health, "router")
        except KafkaError as error:
            raise RouterError(f"the router cannot start at {kafka}: {error}") from error

    # Reading.

    async def _read(self) -> None:
        backoff = Backoff()
        while True:
            await self._outboxes.room()
            try:
                await self._reader.fetch()
                await self._keeper.begin()
            except KafkaError as error:
                self._health.bad("router", f"cannot read the source topics: {error}")
                _log.error("cannot read the source topics", error=str(error))
                await asyncio.sleep(backoff.longer())
                continue
            backoff.over()
            reached: dict[TopicPartition, int] = {}
            left = _AT_A_TIME
            while left > 0 and (turn := self._reader.turn()):
                taken, reached_now = self._intake.take(turn, self._reader, left)
                left -= taken
                if reached_now is not None:
                    reached[turn.partition] = reached_now
            if reached:
                self._commits.read(reached)
                await asyncio.sleep(0)
            await self._look_at_ends()

    # Time.

    def _count_partitions(self) -> None:
        partitions = self._consumer.partitions_for_topic
        self._keeper.count({it: len(partitions(name) or ()) for name, it in self._plain.items()})

    async def _look_at_ends(self) -> None:
        """Learn which partitions had nothing more when the broker was last asked.

        After every round and not only every second: in a backlog a second covers weeks of events,
        and time would jump by as much.
        """
        with contextlib.suppress(IllegalStateError, TimeoutError):
            # Fails while a rebalance takes partitions away, or while an offset is looked up.
            async with asyncio.timeout(_TICK):
                async for partition, asked in self._reader.at_end():
                    self._time.at_end((self._plain[partition.topic], partition.partition), asked)

    # Every second.

    async def _tick(self) -> None:
        while True:
            self._health.pulse("router")
            self._count_partitions()
            self._outboxes.tick()
            self._outboxes.letters.tally.tell(time.monotonic())
            self._commits.settle()
            if await self._keeper.tell():
                await self._commits.commit()
            self._keeper.show()
            self._say_how_it_is()
            await asyncio.sleep(_TICK)

    async def _count_unread(self) -> None:
        while True:
            with contextlib.suppress(KafkaError, TimeoutError):
                # Fails while Kafka is away or a rebalance takes partitions: the last count stands.
                async with asyncio.timeout(_SILENCE):
                    unread = await self._reader.unread()
                    self._metrics.kafka.lag(
                        {topic: unread.get(name, 0) for name, topic in self._plain.items()}
                    )
            await asyncio.sleep(_LAG_EVERY)

    def _say_how_it_is(self) -> None:
        stuck = self._outboxes.slowest()
        if stuck.stuck_for < _SILENCE:
            self._health.ok("keyed topic")
        else:
            why = stuck.trouble or "no answer"
            self._health.bad(
                "keyed topic",
                f"{stuck.topic} has taken nothing for {stuck.stuck_for:.0f} s ({why});"
                " events wait, none is lost",
            )
        if not self._has_share:
            self._health.bad("router", "waits for its share of the source topics")
        elif self._reader.silence() > _SILENCE and self._outboxes.has_room():
            self._health.bad("router", "Kafka does not answer when asked for events")
        else:
            self._health.ok("router")

    # Committing.

    async def _flush(self, seconds: float) -> None:
        """Get all results of what was read acknowledged, if that is possible within `seconds`, and
        commit."""
        deadline = time.monotonic() + seconds
        self._outboxes.close()
        self._commits.settle()
        while self._commits.awaited and (remaining := deadline - time.monotonic()) > 0:
            await self._outboxes.something_left(remaining)
            self._commits.settle()
        if await self._keeper.tell(all_=True):
            await self._commits.commit()

    # Rebalances.

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """A rebalance begins: send and commit what was taken, as far as there is time."""
        self._reader.drop()
        await self._flush(self._settings.rebalance_timeout / SECOND / 2)
        # What could not be sent in time is still sent later. The next owner sends it too; that
        # changes nothing.
        self._commits.drop()
        self._keeper.take_away(map(self._plainly, partitions))

    async def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """A rebalance is over."""
        self._has_share = True
        self._count_partitions()
        self._keeper.give(map(self._plainly, partitions))

    def _plainly(self, partition: TopicPartition) -> Partition:
        return self._plain[partition.topic], partition.partition
