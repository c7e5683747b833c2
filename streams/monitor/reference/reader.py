"""Reads the reference topics and the allowances completely on every worker, and keeps up with
them.

There is no consumer group: all partitions are read from their beginning. The barrier
`caught_up_since` ensures that a judgement sees every document, and every allowance, that was
produced before its event.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, ClassVar, Final, cast

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from contract.allowance import AllowanceRecord
from contract.decoding.decode import decode_record
from contract.event import Origin
from contract.kinds import REFERENCE_TOPICS
from contract.rejected import Rejected
from contract.types import Heartbeat
from detectors.facts.reference import REFERENCE_KINDS, Reference, ReferenceKind
from detectors.language.allowance import Agreements
from sinks.backoff import Backoff
from sinks.ending import ended
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.waiting import until_it_works
from streams.monitor.reference.documents import Documents
from streams.settings.settings import Settings
from streams.wire.kafka import (
    ALLOWANCES_TOPIC,
    METADATA_AGE_MS,
    aiokafka_consumer,
    topic_name,
    written_at,
)

#: Milliseconds the clocks of brokers, routers and monitors may be apart.
_SKEW_MS: Final = 1000
#: Milliseconds the broker may hold back an answer that has nothing new: what a judgement may have
#: to wait for a document that has just come, where the broker does not answer at once.
_FETCH_WAIT_MS: Final = 100
#: Records taken in at a time, some 20 ms of work.
_AT_A_TIME: Final = 2000
#: Seconds the broker may take to say where its topics end before readiness says so.
_SILENCE: Final = 5.0

_log = structlog.get_logger(__name__)


class ReferenceReaderError(RuntimeError):
    """The reference topics cannot be read. One line. A broker that is away is waited for."""

    retryable: ClassVar[bool] = False


class ReferenceReader:
    """Keeps `reference` in step with the reference topics, and `agreements` with the log of
    allowances. Health condition: `reference topics`."""

    def __init__(self, settings: Settings, metrics: Metrics, health: Health) -> None:
        self.reference = Reference(settings.timezone)
        self.agreements = Agreements()
        self._documents = Documents(self.reference)
        self._settings = settings
        self._metrics = metrics
        self._health = health
        self._kinds = {
            topic_name(settings, topic): cast(ReferenceKind, topic.removeprefix("reference."))
            for topic in REFERENCE_TOPICS
        }
        self._allowances = topic_name(settings, ALLOWANCES_TOPIC)
        self._consumer: Any = None
        #: Asks for end offsets over a connection of its own: on the connection of a fetch, the
        #: question would wait until the broker has answered the fetch, 100 ms instead of 1.
        self._asker: Any = None
        self._position: dict[TopicPartition, int] = {}
        self._moved = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        #: When the broker was asked for the end that has since been reached, wall clock in ms.
        self._confirmed_at = 0.0
        self._barriers: list[asyncio.Future[None]] = []
        health.expect("reference topics")

    async def start(self) -> None:
        """Read everything there is, then return and keep reading.

        Waits while the broker is away. Raises `ReferenceReaderError` if it refuses, or if a
        reference topic is missing.
        """
        # Without a group the consumer assigns itself all partitions, new ones too.
        self._consumer = AIOKafkaConsumer(
            *(*self._kinds, self._allowances),
            client_id="offbook-reference",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            metadata_max_age_ms=METADATA_AGE_MS,
            **aiokafka_consumer(self._settings),
        )
        self._asker = AIOKafkaConsumer(
            client_id="offbook-reference-ends",
            enable_auto_commit=False,
            **aiokafka_consumer(self._settings),
        )
        kafka = f"Kafka at {self._settings.kafka_bootstrap}"
        try:
            for client in (self._consumer, self._asker):
                await until_it_works(client.start, kafka, self._health, "reference topics")
        except KafkaError as error:
            raise ReferenceReaderError(
                f"the reference topics cannot be read at {kafka}: {error}"
            ) from error
        there = {partition.topic for partition in self._consumer.assignment()}
        missing = {*self._kinds, self._allowances} - there
        if missing:
            raise ReferenceReaderError(
                f"topic {min(missing)} is missing; `offbook topics create` creates it"
            )
        self._health.bad("reference topics", "reading the reference topics from their beginning")
        self._reading = asyncio.create_task(self._read())
        await self.caught_up_since(0)

    async def stop(self) -> None:
        """Stop reading. Callers that wait for the barrier are cancelled."""
        await ended(it for it in (self._asking, self._reading) if it is not None)
        for barrier in self._barriers:
            barrier.cancel()
        self._barriers.clear()
        for consumer in (self._consumer, self._asker):
            if consumer is not None:
                await consumer.stop()
        self._health.forget("reference topics")

    async def caught_up_since(self, timestamp: int) -> None:
        """Return when everything has been read that was on the topics at `timestamp` (a record's,
        in ms).

        Costs nothing if that is already known, as in a backlog; otherwise one request to the
        brokers, shared by all callers that wait. While they do not answer this waits, and readiness
        says why.
        """
        if self._reading is not None and self._reading.done():
            self._reading.result()
        if self._confirmed_at > timestamp + _SKEW_MS:
            return
        barrier = asyncio.get_running_loop().create_future()
        self._barriers.append(barrier)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        await barrier

    async def _ask(self) -> None:
        """Ask for the end offsets, read up to them, and release the callers that waited before the
        question."""
        while self._barriers:
            waiting, self._barriers = self._barriers, []
            try:
                asked_at = time.time() * 1000
                await self._reach(await self._ends())
                self._confirmed_at = asked_at
            except BaseException as error:
                for barrier in waiting:
                    if isinstance(error, Exception) and not barrier.done():
                        barrier.set_exception(error)
                    else:
                        barrier.cancel()
                raise
            self._health.ok("reference topics")
            for barrier in waiting:
                if not barrier.done():
                    barrier.set_result(None)

    async def _ends(self) -> dict[TopicPartition, int]:
        backoff = Backoff()
        while True:
            partitions = self._consumer.assignment()
            question = asyncio.ensure_future(self._asker.end_offsets(partitions))
            try:
                # aiokafka asks again by itself until its request timeout.
                done, _ = await asyncio.wait([question], timeout=_SILENCE)
                if not done:
                    self._wait_for_broker("no answer")
                ends: dict[TopicPartition, int] = await question
                return ends
            except KafkaError as error:
                self._wait_for_broker(str(error) or type(error).__name__)
                await asyncio.sleep(backoff.longer())
            finally:
                question.cancel()

    def _wait_for_broker(self, why: str) -> None:
        self._health.bad(
            "reference topics", f"Kafka does not say how far they go ({why}); judgements wait"
        )
        _log.warning("cannot learn where the reference topics end; waiting", error=why)

    async def _reach(self, ends: dict[TopicPartition, int]) -> None:
        while any(self._position.get(partition, 0) < end for partition, end in ends.items()):
            # If reading has ended, perhaps while the end offsets were requested, it will not get
            # any further.
            if self._reading is not None and self._reading.done():
                self._reading.result()
            self._moved.clear()
            await self._moved.wait()

    async def _read(self) -> None:
        try:
            await self._read_on()
        finally:
            self._moved.set()

    async def _read_on(self) -> None:
        backoff = Backoff()
        self._count()
        while True:
            try:
                fetched = await self._consumer.getmany(timeout_ms=200, max_records=_AT_A_TIME)
            except KafkaError as error:
                self._health.bad("reference topics", f"cannot read them: {error}")
                _log.error("cannot read the reference topics", error=str(error))
                await asyncio.sleep(backoff.longer())
                continue
            backoff = Backoff()
            for partition, records in fetched.items():
                kind = self._kinds.get(partition.topic)
                for record in records:
                    if kind is None:
                        self._take_allowance(record)
                    else:
                        self._take(kind, record)
            if fetched:
                self._count()
            await self._note_positions()

    async def _note_positions(self) -> None:
        """Note how far reading has come. The consumer is asked because its position also passes
        offsets without a record, left by compaction or transactions."""
        position = {
            partition: await self._consumer.position(partition)
            for partition in self._consumer.assignment()
            # None: nothing has come of it yet, and its position would be waited for.
            if self._consumer.highwater(partition) is not None
        }
        if position != self._position:
            self._position = position
            self._moved.set()

    def _take(self, kind: ReferenceKind, record: Any) -> None:
        wall = time.time_ns() // 1000
        # Checked against the time it was written. Otherwise a document from the future, which the
        # router refuses, would be accepted by a worker that reads it later.
        written = written_at(record.timestamp, wall)
        if record.value is None:
            with contextlib.suppress(UnicodeDecodeError):
                id_ = (record.key or b"").decode()
                self._documents.remove(kind, record.partition, id_, written)
            return
        origin = Origin(f"reference.{kind}", record.partition, record.offset)
        event = decode_record(
            record.value, record.headers, origin, wall=written, region=self._settings.phone_region
        )
        if isinstance(event, Rejected) or isinstance(event.data, Heartbeat):
            return
        feed = self._settings.feeds.get(origin.topic)
        if feed is None or feed.takes(event.source):
            self._documents.put(kind, record.partition, event)

    def _take_allowance(self, record: Any) -> None:
        try:
            if record.value is None:
                self.agreements.remove((record.key or b"").decode())
            else:
                self.agreements.put(AllowanceRecord.decoded(record.value))
        except ValueError:
            # Nobody is allowed anything by it: what it may have been meant for is alerted to.
            _log.error(
                "a record is no allowance and allows nothing; `offbook allow` writes them",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
            )

    def _count(self) -> None:
        for kind in REFERENCE_KINDS:
            self._metrics.detectors.reference_entries(kind, self.reference.entries(kind))
