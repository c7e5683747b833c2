"""The monitor role: entity states in a Faust Table, advanced record by record of `offbook.keyed`.

Faust assigns partitions and delivers records; which record comes next is what the state says, not
the group's committed offset, because Faust marks records as done that it never delivered. A record
behind the state is a repeat, one beyond it shows a gap, which is first read without Faust. For
the records in hand: alerts and notes are sent and acknowledged, then entities to the changelog,
then how far the partition was applied. A crash in between repeats work and loses none. It is
repeated record by record: more of them together would count fewer revisions than were sent, and
whoever has revision 1 takes no other for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import aclosing
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec
import structlog
from aiokafka.errors import KafkaError

from detectors.engine.engine import Engine
from detectors.language.detector import Detector
from sinks.backoff import FIRST, Backoff
from sinks.faults import told
from sinks.health import Health
from sinks.metrics import Metrics
from sinks.waiting import can_pass, until_it_works
from streams.monitor.changelog import Changelog, SupersededError
from streams.monitor.entity_partition import EntityPartition, Refusal
from streams.monitor.entity_work import Work, review, work_off
from streams.monitor.faust_app.app import MonitorApp
from streams.monitor.outbox import Outbox
from streams.monitor.partition_queues import MOST_TOGETHER, PartitionLanes
from streams.monitor.partition_reader import PartitionReader, RecordsGoneError
from streams.monitor.records import KeyedRecord, in_a_row
from streams.monitor.report import MonitorReport
from streams.settings.settings import Settings
from streams.wire.kafka import topic_name
from streams.wire.kafka_access import knock
from streams.wire.keyed_records import KEYED_TOPIC, Batch, decode_batch
from streams.wire.topics import message_limits

#: Seconds between looks at what Faust should have delivered, and at what readiness tells.
_LOOK_EVERY = 2.0
#: Seconds a partition may stand still behind the end of its topic before we read on without Faust.
_STANDSTILL = 10.0
#: Times in a row to do so before the process ends, so that a new one may fare better with Faust.
_ENOUGH = 5
#: Seconds between two reviews of a partition: where documents trickle in, all in between together.
_REVIEW_EVERY = 20.0
#: Entities reviewed before records get their turn, some 50 ms of work.
_REVIEWED_TOGETHER = 100
#: Bytes of a batch around a record, at most.
_OVERHEAD = 1024
#: Seconds for the batch in hand, and then for Faust, to come to an end.
_PATIENCE = 10.0

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class MonitorError(RuntimeError):
    """The monitor cannot go on. One line; `retryable` says whether a new start can help."""

    retryable: ClassVar[bool] = True


class StateGoneError(MonitorError):
    """Records that were never applied are gone from `offbook.keyed`; a new start does not help."""

    retryable: ClassVar[bool] = False


class Barrier(Protocol):
    """Who knows how far the reference topics have been read."""

    async def caught_up_since(self, timestamp: int, /) -> None:
        """Return when all has been read that was on them at `timestamp`, a record's, ms."""


class Monitor:
    """Runs `engine` over the partitions of `offbook.keyed` that Faust assigns, until stopped.

    Health conditions: `recovery`, `reference` and `monitor`.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        reference: Barrier,
        metrics: Metrics,
        health: Health,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._reference = reference
        self._metrics = metrics
        self._health = health
        self._keyed = topic_name(settings, KEYED_TOPIC)
        self._reader = PartitionReader(settings)
        self._lanes = PartitionLanes(self._take)
        self._app = MonitorApp(settings, self._lanes.put, self._drain)
        self._changelog = Changelog(
            self._app.changelog_name, self._app.kafka_producer, self._reader
        )
        self._outbox = Outbox(settings, self._app.kafka_producer)
        self._report = MonitorReport(settings, metrics, health)
        self._stopping = asyncio.Event()
        self._failed: asyncio.Future[None] | None = None
        self._loading = asyncio.Lock()
        #: Partition to (applied, since when): for seeing that one stands still.
        self._seen: dict[int, tuple[int, float]] = {}
        #: Partition to what it was reviewed by (see `_version`), and when.
        self._reviewed: dict[int, tuple[tuple[int, int], float]] = {}
        #: Partition to how often we had to read on without Faust since it last delivered.
        self._undelivered: dict[int, int] = {}
        #: Partitions that are loaded, or read on without Faust, beside the watch.
        self._healing: dict[int, asyncio.Task[None]] = {}
        #: How often somebody waits for all work in hand to end.
        self._draining = 0
        health.expect("recovery", "monitor")

    def use(self, detectors: Sequence[Detector]) -> None:
        """Judge by these from the next record on; what was found so far stands."""
        before = self._engine
        self._engine = Engine(detectors, before.reference, before.common, signs=before.signs)
        for detector in before.detectors.keys() - self._engine.detectors.keys():
            self._metrics.silent(detector, False)

    def stop(self) -> None:
        """Finish the record in hand and leave the group; `run` then returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Run until `stop`. Raises `MonitorError` when the work cannot go on."""
        self._failed = failed = asyncio.get_running_loop().create_future()
        start = asyncio.create_task(self._start())
        watch = asyncio.create_task(self._watch())
        stop = asyncio.create_task(self._stopping.wait())
        tasks: list[asyncio.Future[Any]] = [start, watch, stop, failed]
        try:
            while not stop.done():
                waiting = [task for task in tasks if not (task is start and task.done())]
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        except KafkaError as error:
            raise MonitorError(f"the monitor lost Kafka: {told(error)}") from error
        finally:
            self._stopping.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._finish()

    async def _start(self) -> None:
        """Faust does not wait for a broker, and cannot be started twice: we wait before it."""
        kafka = f"Kafka at {self._settings.kafka_bootstrap}"
        await until_it_works(
            lambda: knock(self._settings), kafka, self._health, "monitor", "recovery"
        )
        await self._app.start()

    async def _finish(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drain(), _PATIENCE)
        await self._lanes.stop()
        try:
            await asyncio.wait_for(self._app.stop(), _PATIENCE)
        except Exception as error:  # noqa: BLE001 - nothing of ours rests on Faust's farewell
            _log.warning("Faust did not stop cleanly; no state is lost", error=told(error))
        await self._reader.stop()
        for name in ("recovery", "reference", "monitor"):
            self._health.forget(name)

    async def _drain(self) -> None:
        """Let every record in hand come to its end, and begin no other."""
        self._draining += 1
        try:
            await self._lanes.drain()
            for partition in list(self._app.partitions.values()):
                async with partition.lock:
                    pass
        finally:
            self._draining -= 1

    # Records.

    async def _take(self, number: int, messages: list[Any]) -> None:
        """Take records that Faust delivered. Total: whatever happens, Faust goes on."""
        self._undelivered.pop(number, None)
        try:
            await self._advance(number, messages)
        except Exception as error:  # noqa: BLE001 - told by `run`, which ends the process
            self._fail(error)

    async def _advance(self, number: int, messages: list[Any] | None) -> None:
        """Bring a partition up to the last of `messages`; None: to where the topic ends now."""
        while not self._stopping.is_set():
            partition = await self._loaded(number)
            if partition is None:
                return
            async with self._held(partition):
                if self._app.partitions.get(number) is not partition:
                    continue
                await self._catch_up(partition, messages)
                return

    @contextlib.asynccontextmanager
    async def _held(self, partition: EntityPartition) -> AsyncIterator[None]:
        """Alone with a partition. One that another worker went on with is dropped, and all is well;
        so is one on which anything else fails, which is raised: what is in memory may be ahead of
        what was sent, and never to be built upon."""
        async with partition.lock:
            try:
                yield
            except SupersededError:
                number = partition.number
                _log.warning("another worker went on with this partition", partition=number)
                self._drop(number)
            except BaseException:
                self._drop(partition.number)
                raise

    async def _loaded(self, number: int) -> EntityPartition | None:
        """The state of a partition, from memory or the changelog; None if it is not ours."""
        async with self._loading:
            partition = self._app.partitions.get(number)
            if partition is None and number in self._app.assigned():
                partition = await self._load(number)
            # Loading takes time. Another worker's by now, it would be out of date when it returns.
            if number not in self._app.assigned():
                self._drop(number)
                return None
            return partition

    async def _load(self, number: int) -> EntityPartition:
        began = time.monotonic()
        partition = await self._persist(lambda: self._changelog.load(number))
        if partition.fresh:
            first, _ = await self._persist(lambda: self._reader.begin_and_end(self._keyed, number))
            if first:
                _log.warning(
                    "no state of this partition: starting at its oldest record",
                    partition=number,
                    offset=first,
                )
            partition.applied = first - 1
        partition.in_doubt = partition.applied + MOST_TOGETHER
        await self._take_back(partition)
        self._metrics.set_aside(number, len(partition.aside))
        self._app.partitions[number] = partition
        _log.info(
            "partition loaded",
            partition=number,
            entities=len(partition),
            applied=partition.applied,
            seconds=round(time.monotonic() - began, 2),
        )
        return partition

    def _drop(self, number: int) -> None:
        self._app.partitions.pop(number, None)
        self._reviewed.pop(number, None)
        self._metrics.forget_partition(number)

    async def _catch_up(self, partition: EntityPartition, messages: list[Any] | None) -> None:
        refused = await self._persist(lambda: self._changelog.rewrite_outdated(partition))
        await self._set_aside(partition, Work(), refused, partition.applied)
        if messages is None:
            await self._fill_gap(partition, None)
            return
        records = [
            KeyedRecord(it.offset, round(it.timestamp * 1000), it.headers, it.value)
            for it in messages
        ]
        while records := [it for it in records if it.offset > partition.applied]:
            if records[0].offset > partition.applied + 1:
                await self._fill_gap(partition, records[0].offset)
                if partition.applied + 1 < records[0].offset:
                    return
            alone = partition.applied < partition.in_doubt
            await self._apply(partition, records[:1] if alone else in_a_row(records))

    async def _fill_gap(self, partition: EntityPartition, end: int | None) -> None:
        """Apply what Faust did not deliver before `end`, or at all. Raises `StateGoneError`."""
        start, filled = partition.applied + 1, 0
        while (end is None or partition.applied + 1 < end) and not self._stopping.is_set():
            try:
                fetched = self._reader.read(
                    self._keyed, partition.number, partition.applied + 1, end
                )
                async with aclosing(fetched):  # type: ignore[type-var]
                    async for some in fetched:
                        for it in some:
                            # Long reading must not hold up a rebalance, nor outlast it.
                            if not self._is_ours(partition):
                                return
                            record = KeyedRecord(it.offset, it.timestamp, it.headers, it.value)
                            await self._apply(partition, [record])
                            filled += 1
                if end is not None:
                    # What is still missing before it is no record: a transaction leaves holes.
                    partition.applied = max(partition.applied, end - 1)
                break
            except KafkaError as error:
                await self._wait_for_kafka(error, FIRST)
            except RecordsGoneError as gone:
                raise StateGoneError(
                    f"{gone}. It was away longer than the topic keeps its records. To go on"
                    f" without them, and without all state: delete and create the topic"
                    f" {self._app.changelog_name}"
                ) from gone
        if filled:
            _log.info("read without Faust", partition=partition.number, start=start, records=filled)

    def _is_ours(self, partition: EntityPartition) -> bool:
        """Whether to go on with a partition: nobody else has it or is about to get it."""
        number = partition.number
        return (
            not self._draining
            and not self._stopping.is_set()
            and number in self._app.assigned()
            and self._app.partitions.get(number) is partition
        )

    async def _apply(self, partition: EntityPartition, records: Sequence[KeyedRecord]) -> None:
        """Apply records that follow each other and what has been applied."""
        await self._reference.caught_up_since(max(record.timestamp for record in records))
        batches = list(self._decoded(partition, records))
        offset = records[-1].offset
        work = work_off(self._engine, partition, offset, batches)
        await self._send(partition, work, offset)
        partition.applied = offset
        await self._persist(lambda: self._changelog.write_applied(partition))
        self._report.done(work, partition.number, offset)
        self._metrics.applied(partition.number, records[-1].timestamp / 1000)
        now = partition.stream_time.now().forgets
        if now is not None:
            self._metrics.stream_time(partition.number, now)

    async def _send(self, partition: EntityPartition, work: Work, offset: int) -> None:
        """Send what came of the record at `offset`, then write what entities are now."""
        refused = await self._persist(lambda: self._outbox.send_work(work))
        await self._set_aside(partition, work, refused, offset)
        if work.changed:
            refused = await self._persist(
                lambda: self._changelog.write_entities(partition, work.changed, offset)
            )
            await self._set_aside(partition, work, refused, offset)
        if work.dropped:
            await self._persist(lambda: self._outbox.send_letters(work))
            self._metrics.dropped_for_set_aside(work.dropped)

    async def _review(self, number: int) -> None:
        """Judge anew what rests on reference data, as they are now: open alerts, what waits for
        such data, and the entities that documents which have changed are about.

        A few entities at a time, so that records do not wait for all of them.
        """
        version = self._version()
        partition = self._app.partitions.get(number)
        if partition is None:
            return
        before = self._reviewed.get(number)
        changed = set() if before is None else self._engine.reference.changed_since(before[0][0])
        keys = list(partition.resting() | (changed & partition.values.keys()))
        while keys:
            async with self._held(partition):
                if not self._is_ours(partition):
                    return
                some, keys = keys[:_REVIEWED_TOGETHER], keys[_REVIEWED_TOGETHER:]
                work = review(self._engine, partition, some)
                await self._send(partition, work, partition.applied)
                self._report.done(work, number, partition.applied)
        self._reviewed[number] = (version, time.monotonic())

    async def _set_aside(
        self, partition: EntityPartition, work: Work, refused: dict[str, Refusal], offset: int
    ) -> None:
        """Leave entities as they were written last of which something is too large to be written:
        that is their trouble alone. It stands on the changelog, so that it stays so."""
        if not refused:
            return
        for key, why in refused.items():
            written = work.written.get(key, partition.values.get(key))
            partition.set_aside(key, written, why)
            work.changed.discard(key)
            work.drop(key)
            _log.error(
                "an entity is set aside: something of it is larger than a record may be",
                partition=partition.number,
                topic=why.topic,
                bytes=why.bytes,
            )
        await self._persist(lambda: self._changelog.write_aside(partition, refused, offset))
        self._metrics.set_aside(partition.number, len(partition.aside))

    async def _take_back(self, partition: EntityPartition) -> None:
        """Have those go on for which there is room by now."""
        topics = {why.topic for why in partition.aside.values()}
        limits = await asyncio.to_thread(message_limits, self._settings, topics) if topics else {}
        room = [
            key
            for key, why in partition.aside.items()
            if why.bytes + _OVERHEAD < limits.get(why.topic, 0)
        ]
        for key in room:
            partition.take_back(key)
        if room:
            _log.info(
                "entities go on that were set aside",
                partition=partition.number,
                entities=len(room),
            )
            await self._persist(
                lambda: self._changelog.write_aside(partition, room, partition.applied)
            )

    def _decoded(
        self, partition: EntityPartition, records: Iterable[KeyedRecord]
    ) -> Iterator[tuple[Batch, int | None]]:
        for record in records:
            try:
                batch = decode_batch(record.value)
            except (msgspec.DecodeError, TypeError):
                _log.error(
                    "not written by Offbook; skipped",
                    topic=self._keyed,
                    partition=partition.number,
                    offset=record.offset,
                )
            else:
                yield batch, record.caused()

    async def _persist(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Try until it works, as long as what fails is Kafka being away."""
        backoff = Backoff()
        while True:
            try:
                return await attempt()
            except KafkaError as error:
                await self._wait_for_kafka(error, backoff.longer())

    async def _wait_for_kafka(self, error: KafkaError, seconds: float) -> None:
        if not can_pass(error) or self._stopping.is_set():
            raise error
        self._health.bad("monitor", f"waits for Kafka: {error}")
        _log.warning("waiting for Kafka", error=str(error))
        await asyncio.sleep(seconds)

    def _fail(self, error: Exception) -> None:
        if self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)
            self._stopping.set()

    # Watching.

    async def _watch(self) -> None:
        """Heal partitions that Faust has stopped delivering; keep health and gauges true."""
        try:
            await self._watch_on()
        finally:
            healing = list(self._healing.values())
            for task in healing:
                task.cancel()
            await asyncio.gather(*healing, return_exceptions=True)

    async def _watch_on(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            self._health.pulse("monitor")
            if self._app.crashed:
                reason = self._app.crash_reason
                why = "it does not say why" if reason is None else told(reason)
                raise MonitorError(f"Faust ended: {why}") from reason
            self._tell()
            try:
                async with asyncio.timeout(_PATIENCE):
                    behind = await self._standing_still()
            except (KafkaError, TimeoutError) as error:
                self._health.bad("monitor", f"cannot reach Kafka: {error or 'it does not answer'}")
                continue
            self._health.ok("monitor")
            if self._app.is_rebalancing:
                continue
            for number in self._app.assigned() - set(self._app.partitions):
                self._heal(number, self._loaded(number))
            for number in behind:
                self._heal(number, self._read_on(number))
            for number in self._to_review():
                self._heal(number, self._review(number))

    def _version(self) -> tuple[int, int]:
        """What is known that is no entity's own: reference data, and what is told of at all."""
        signs = self._engine.signs
        return self._engine.reference.version, 0 if signs is None else signs.version

    def _to_review(self) -> list[int]:
        """The partitions that were judged by other reference data than hold now."""
        version, now = self._version(), time.monotonic()
        last = [(number, self._reviewed.get(number)) for number in self._app.partitions]
        return [
            number
            for number, it in last
            if it is None or (it[0] != version and now - it[1] >= _REVIEW_EVERY)
        ]

    def _heal(self, number: int, healing: Coroutine[Any, Any, Any]) -> None:
        """Do it beside the others: one that takes long must not keep them, nor the pulse, waiting.
        One thing at a time for each partition."""
        if number in self._healing:
            healing.close()
            return

        async def heal() -> None:
            try:
                await healing
            except Exception as error:  # noqa: BLE001 - told by `run`, which ends the process
                self._fail(error)
            finally:
                del self._healing[number]

        self._healing[number] = asyncio.create_task(heal())

    async def _read_on(self, number: int) -> None:
        times = self._undelivered[number] = self._undelivered.get(number, 0) + 1
        if times > _ENOUGH:
            raise MonitorError(f"Faust delivers nothing of {self._keyed}[{number}] any more")
        _log.warning("stands still; reading without Faust", partition=number)
        await self._advance(number, None)

    async def _standing_still(self) -> list[int]:
        now = time.monotonic()
        assigned = self._app.assigned()
        ends = await self._reader.ends(self._keyed, assigned) if assigned else {}
        behind = []
        for number in assigned:
            partition = self._app.partitions.get(number)
            applied = -1 if partition is None else partition.applied
            seen, since = self._seen.get(number, (None, now))
            if applied != seen or applied + 1 >= ends[number]:
                self._seen[number] = (applied, now)
            elif now - since > _STANDSTILL and not (partition and partition.lock.locked()):
                self._seen[number] = (applied, now)
                behind.append(number)
        return behind

    def _tell(self) -> None:
        if not self._app.is_assigned or self._app.is_rebalancing:
            self._health.bad("recovery", "waiting for partitions to be assigned")
        elif loading := sorted(self._app.assigned() - set(self._app.partitions)):
            self._health.bad("recovery", f"state of partitions {loading} is not loaded yet")
        else:
            self._health.ok("recovery")
        for number in set(range(self._settings.keyed_partitions)) - set(self._app.partitions):
            self._metrics.forget_partition(number)
        self._report.reference(self._engine)
