"""The router role: source records become batches of events by entity; what is none, dead letters.

A plain consumer group without state. Offsets are committed when all that came of what was read is
acknowledged, so a crash costs work and no event; what is then sent twice the engine ignores.
Reference topics are read here too, only to validate, count and dead-letter their records once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from offbook.detectors.detector import Detector
from offbook.detectors.engine import Engine
from offbook.detectors.reference import Reference
from offbook.events.decode import decode_record
from offbook.events.event import Origin
from offbook.events.rejected import Rejected
from offbook.events.times import SECOND
from offbook.events.types import REFERENCE_TOPICS, SOURCE_TOPICS, STREAM_TOPICS
from offbook.sinks.dead_letters import failed_letter, rejected_letter
from offbook.sinks.faults import told
from offbook.sinks.health import Health
from offbook.sinks.metrics import Metrics
from offbook.streams.alignment import Turn
from offbook.streams.kafka import MAX_REQUEST, aiokafka_client, group, topic_name
from offbook.streams.keyed import KEYED_TOPIC, Mark, WireEvent, mark, partition_of, wire
from offbook.streams.lanes import DeadLetterLane, KeyedLane, Lane, too_large_letter
from offbook.streams.repeats import Repeats
from offbook.streams.settings import Settings, configured_detectors
from offbook.streams.source_reader import SourceReader
from offbook.streams.source_time import SourceTime
from offbook.streams.waiting import until_it_works

#: Records taken in at a time, some 30 ms of work: between two times the lanes get their turn.
_AT_A_TIME: Final = 2000
#: Bytes that may wait for the broker before reading stops.
_ROOM: Final = 64 * 1024 * 1024
#: Milliseconds the broker may hold back an answer that has nothing new. A partition that is not
#: part of a request under way waits for its end, so this adds to latency.
_FETCH_WAIT_MS: Final = 50
#: Bytes of one partition in one answer; a larger record comes alone.
_FETCH_BYTES: Final = 256 * 1024
#: Seconds between marks, commits and looks at the ends of the partitions.
_TICK: Final = 1.0
#: Seconds a broker may be silent before readiness says so.
_SILENCE: Final = 5.0
#: Seconds a commit may take; aiokafka itself looks for a coordinator without end.
_PATIENCE: Final = 5.0
_FIRST_WAIT, _LAST_WAIT = 0.1, 5.0

_NO_KEY = Rejected(
    "decode",
    "",
    "A null value on a reference topic removes the entry of its key, and this one has no key.",
    "Send the id of what is to be removed as the record's key.",
)

_log = structlog.get_logger(__name__)


class RouterError(RuntimeError):
    """Kafka does not let the router start. One line. A broker that is away is waited for."""

    retryable: ClassVar[bool] = False


class Router:
    """Routes all source topics of one installation until stopped.

    Health conditions: `router` (reading) and `keyed topic` (what was read is taken).
    """

    def __init__(self, settings: Settings, metrics: Metrics, health: Health) -> None:
        self._settings = settings
        self._metrics = metrics
        self._health = health
        self.use(configured_detectors(settings))
        self._repeats = Repeats()
        self._time = SourceTime(settings.idle_after)
        self._plain = {topic_name(settings, topic): topic for topic in SOURCE_TOPICS}
        self._of: dict[str, int] = {}
        self._stopping = asyncio.Event()
        self._left = asyncio.Event()
        self._consumer: Any = None
        self._producer: Any = None
        self._reader: SourceReader
        self._keyed: list[KeyedLane] = []
        self._lanes: list[Lane] = []
        self._letters: DeadLetterLane
        #: Offsets to commit once each lane has so many parcels acknowledged; oldest first.
        self._rounds: deque[tuple[dict[TopicPartition, int], list[int]]] = deque()
        self._to_commit: dict[TopicPartition, int] = {}
        self._generation = 0
        health.expect("router", "keyed topic")

    def use(self, detectors: Sequence[Detector]) -> None:
        """Route to the readers of these from the next records on."""
        self._route = Engine(detectors, Reference(self._settings.timezone)).route

    def stop(self) -> None:
        """Send and commit what has been read, leave the group; `run` then returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Route until `stop`. Waits for Kafka; raises `RouterError` where it refuses the start."""
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
            **aiokafka_client(settings),
        )
        timed = {name for name, topic in self._plain.items() if topic in STREAM_TOPICS}
        self._reader = SourceReader(self._consumer, timed)
        self._make_lanes()
        self._consumer.subscribe(list(self._plain), listener=_Rebalance(self))
        stopping: asyncio.Task[Any] = asyncio.create_task(self._stopping.wait())
        starting = asyncio.create_task(self._start())
        tasks = [stopping, starting]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                reading = asyncio.create_task(self._read())
                tasks = [stopping, reading, asyncio.create_task(self._tick())]
                tasks += [asyncio.create_task(lane.run()) for lane in self._lanes]
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                await _cancelled([reading])
                await self._flush(settings.rebalance_timeout / SECOND)
        finally:
            await _cancelled(tasks)
            await self._consumer.stop()
            await self._producer.stop()
            for name in ("router", "keyed topic"):
                self._health.forget(name)

    async def _start(self) -> None:
        kafka = f"Kafka at {self._settings.kafka_bootstrap}"
        try:
            for client in (self._producer, self._consumer):
                await until_it_works(client.start, kafka, self._health, "router")
        except KafkaError as error:
            raise RouterError(f"the router cannot start at {kafka}: {error}") from error

    def _make_lanes(self) -> None:
        settings = self._settings
        self._keyed = [
            KeyedLane(
                self._producer,
                topic_name(settings, KEYED_TOPIC),
                partition,
                batch_events=settings.batch_events,
                linger=settings.batch_linger / SECOND,
                marks=self._marks,
                refused=self._refused,
                on_left=self._left.set,
            )
            for partition in range(settings.keyed_partitions)
        ]
        self._letters = DeadLetterLane(self._producer, self._left.set)
        self._lanes = [*self._keyed, self._letters]

    # Reading.

    async def _read(self) -> None:
        wait = _FIRST_WAIT
        while True:
            await self._room()
            try:
                await self._reader.fetch()
            except KafkaError as error:
                self._health.bad("router", f"cannot read the source topics: {error}")
                _log.error("cannot read the source topics", error=str(error))
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LAST_WAIT)
                continue
            wait = _FIRST_WAIT
            reached: dict[TopicPartition, int] = {}
            left = _AT_A_TIME
            while left > 0 and (turn := self._reader.turn()):
                left -= self._take(turn, left, reached)
            if reached:
                self._rounds.append((reached, [lane.entered for lane in self._lanes]))
                await asyncio.sleep(0)
            await self._look_at_ends()

    async def _room(self) -> None:
        """Wait until the lanes hold little enough to read on."""
        while self._weight() > _ROOM:
            self._left.clear()
            await self._left.wait()

    def _weight(self) -> int:
        return sum(lane.weight for lane in self._lanes)

    def _take(self, turn: Turn, most: int, reached: dict[TopicPartition, int]) -> int:
        """Decode, count and route records of one partition, `most` at most, as far as they are not
        ahead; how many were taken. Nothing in here waits."""
        partition, records, is_ahead = turn.partition, turn.records, turn.is_ahead
        topic, number = self._plain[partition.topic], partition.partition
        keyed, partitions = self._keyed, len(self._keyed)
        route, seen = self._route, self._repeats.seen
        wall = time.time_ns() // 1000
        now = self._time.now() if topic in STREAM_TOPICS else None
        too_old = -1 if now is None else now - self._settings.lateness
        newest, head = -1, None
        taken = bad = repeated = late = 0
        while records and taken < most:
            record = records.popleft()
            taken += 1
            try:
                event = decode_record(
                    record.value, record.headers, Origin(topic, number, record.offset), wall=wall
                )
                if type(event) is Rejected:
                    if record.value is None and topic in REFERENCE_TOPICS:
                        if _names_an_entry(record.key):
                            continue
                        event = _NO_KEY
                    self._letters.add(
                        rejected_letter(record, event, prefix=self._settings.topic_prefix)
                    )
                    bad += 1
                    continue
                assert not isinstance(event, Rejected)
                at = event.time
                if is_ahead(at):
                    head = at
                    records.appendleft(record)
                    taken -= 1
                    break
                if at > newest:
                    newest = at
                if seen(event.source, event.id):
                    repeated += 1
                    continue
                if at < too_old:
                    late += 1
                keys = route(event)
                if keys:
                    wired = wire(event, record.timestamp)
                    for key in keys:
                        keyed[partition_of(key, partitions)].add(key, wired)
            except Exception as error:  # noqa: BLE001 - one event must not stop the others
                self._letters.add(self._failed(record, error))
                bad += 1
        self._reader.took(turn, newest if newest >= 0 else None, head)
        # Up to the event that waits, all that stands on the partition has been read.
        known = newest if head is None else max(newest, head - 1)
        came = self._reader.came(partition)
        self._time.came((topic, number), known if known >= 0 else None, came)
        if not taken:
            return 0
        reached[partition] = record.offset if head is not None else record.offset + 1
        count = self._metrics.event
        count(topic, "accepted", taken - bad - repeated - late)
        if late:
            count(topic, "late", late)
        if repeated:
            count(topic, "duplicate", repeated)
        if bad:
            count(topic, "dead_letter", bad)
        return taken

    def _failed(self, record: Any, error: Exception) -> Any:
        _log.error(
            "could not route an event; sent to the dead letters",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            error=told(error),
        )
        return failed_letter(
            record,
            error,
            stage="route",
            message="Offbook failed on this event. It is Offbook's own fault: please report it.",
            prefix=self._settings.topic_prefix,
        )

    def _refused(self, event: WireEvent) -> None:
        settings = self._settings
        plain = SOURCE_TOPICS[event.kind]
        letter = too_large_letter(event, topic_name(settings, plain), settings.topic_prefix)
        self._letters.add(letter)
        self._metrics.event(plain, "dead_letter")
        _log.error(
            "an event is larger than the keyed topic takes; sent to the dead letters without value",
            topic=plain,
            partition=event.partition,
            offset=event.offset,
        )

    # Time.

    def _marks(self) -> list[Mark]:
        return [
            mark(topic, number, self._of[topic], at)
            for (topic, number), at in self._time.marks().items()
        ]

    async def _look_at_ends(self) -> None:
        """Learn which partitions had nothing more when the broker was last asked.

        Not only every second: in a backlog that is weeks, by which time would then leap.
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
            for lane in self._keyed:
                lane.tick()
            await self._commit()
            self._say_how_it_is()
            await asyncio.sleep(_TICK)

    def _say_how_it_is(self) -> None:
        stuck = max(self._lanes, key=lambda lane: lane.stuck_for)
        if stuck.stuck_for < _SILENCE:
            self._health.ok("keyed topic")
        else:
            why = stuck.trouble or "no answer"
            self._health.bad(
                "keyed topic",
                f"{stuck.topic} has taken nothing for {stuck.stuck_for:.0f} s ({why});"
                " events wait, none is lost",
            )
        if not self._of:
            self._health.bad("router", "waits for its share of the source topics")
        elif self._reader.silence() > _SILENCE and self._weight() <= _ROOM:
            self._health.bad("router", "Kafka does not answer when asked for events")
        else:
            self._health.ok("router")

    # Committing.

    def _settle(self) -> None:
        """Move the offsets of what is acknowledged to those to be committed."""
        rounds = self._rounds
        left = [lane.left for lane in self._lanes]
        while rounds and all(have >= need for have, need in zip(left, rounds[0][1], strict=True)):
            self._to_commit.update(rounds.popleft()[0])

    async def _commit(self) -> None:
        self._settle()
        offsets, self._to_commit = self._to_commit, {}
        ours = {tp: at for tp, at in offsets.items() if tp in self._consumer.assignment()}
        if not ours:
            return
        generation = self._generation
        try:
            await asyncio.wait_for(self._consumer.commit(ours), _PATIENCE)
        except (CommitFailedError, IllegalStateError):
            pass  # Another router has them by now and reads them again, which changes nothing.
        except (KafkaError, TimeoutError) as error:
            if generation == self._generation:
                self._to_commit = ours | self._to_commit
            _log.warning("cannot commit yet", error=str(error) or type(error).__name__)

    async def _flush(self, seconds: float) -> None:
        """Have all that was read acknowledged, if that can be within `seconds`, and commit it."""
        deadline = time.monotonic() + seconds
        for lane in self._keyed:
            lane.close()
        self._settle()
        while self._rounds and (remaining := deadline - time.monotonic()) > 0:
            self._left.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), remaining)
            self._settle()
        await self._commit()

    # Rebalances.

    async def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """A rebalance begins: send and commit what was taken, as far as the time for it allows."""
        self._reader.drop()
        await self._flush(self._settings.rebalance_timeout / SECOND / 2)
        # What could not be sent still will be. Whoever reads on sends it too; that changes nothing.
        self._generation += 1
        self._rounds.clear()
        self._to_commit.clear()
        for partition in partitions:
            self._time.forget((self._plain[partition.topic], partition.partition))

    async def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """A rebalance is over."""
        wall = time.time_ns() // 1000
        for name, topic in self._plain.items():
            self._of[topic] = len(self._consumer.partitions_for_topic(name) or ())
        for partition in partitions:
            topic = self._plain[partition.topic]
            if topic in STREAM_TOPICS:
                self._time.watch((topic, partition.partition), wall)


class _Rebalance(ConsumerRebalanceListener):
    def __init__(self, router: Router) -> None:
        self._router = router

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._router.revoked(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._router.assigned(assigned)


def _names_an_entry(key: bytes | None) -> bool:
    try:
        return bool(key and key.decode())
    except UnicodeDecodeError:
        return False


async def _cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End tasks and wait for their end."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
