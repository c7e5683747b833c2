"""Topics of Kafka as an input. Offsets are committed for what is kept: what was under way when the
process ended is read again, and its events have the same ids."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from connectors.decoding.decode import records
from connectors.mapping.connector import Told
from connectors.outcome import Rejected
from connectors.receiving.intake import Intake, StoppedError
from connectors.receiving.jobs import Job
from connectors.receiving.letters import Arrived, Whence
from connectors.receiving.outbox import paused
from connectors.receiving.settings import KafkaIn
from connectors.record import Record, Undecodable
from contract.rejected import MAX_BYTES
from sinks.backoff import Backoff
from sinks.faults import told
from sinks.health import Health
from streams.settings.settings import Settings
from streams.wire.kafka import METADATA_AGE_MS, aiokafka_consumer

_RECORDS: Final = 500
_WAIT_MS: Final = 500

_log = structlog.get_logger(__name__)


class KafkaInput:
    """Reads the topics of one connector."""

    def __init__(self, intake: Intake, kafka: KafkaIn, settings: Settings, health: Health) -> None:
        self._intake = intake
        self._kafka = kafka
        self._settings = settings
        self._health = health
        self._name = intake.job.name
        health.expect(f"connector {self._name}")

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set."""
        backoff = Backoff(0.5, 30.0)
        while not stopping.is_set():
            try:
                await self._read(stopping, backoff)
            except StoppedError:
                return
            except (KafkaError, OSError) as error:
                why = f"its topics cannot be read: {told(error)}"
                self._health.bad(f"connector {self._name}", why)
                _log.warning("its topics cannot be read", connector=self._name, error=error)
                await paused(stopping, backoff.longer())

    async def _read(self, stopping: asyncio.Event, backoff: Backoff) -> None:
        consumer: Any = AIOKafkaConsumer(
            *self._kafka.topics,
            **aiokafka_consumer(self._settings),
            client_id="offbook-connect",
            group_id=self._kafka.group or f"{self._settings.group_prefix}-connect-{self._name}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            metadata_max_age_ms=METADATA_AGE_MS,
        )
        try:
            await consumer.start()
            while not stopping.is_set():
                fetched = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=_RECORDS)
                backoff.over()
                self._tell(consumer)
                if fetched:
                    await self._keep(consumer, fetched, stopping)
        finally:
            await consumer.stop()

    def _tell(self, consumer: Any) -> None:
        missing = [it for it in self._kafka.topics if not consumer.partitions_for_topic(it)]
        if missing:
            why = f"there is no topic {missing[0]}, or we may not describe it"
            self._health.bad(f"connector {self._name}", why)
        else:
            self._health.ok(f"connector {self._name}")

    async def _keep(
        self, consumer: Any, fetched: dict[TopicPartition, list[Any]], stopping: asyncio.Event
    ) -> None:
        arrived = (it for some in fetched.values() for it in arrivals(self._intake.job, some))
        await self._intake.keep(arrived, stopping)
        try:
            await consumer.commit({at: some[-1].offset + 1 for at, some in fetched.items()})
        except (CommitFailedError, IllegalStateError) as error:
            # Another process has the partition now, and reads these once more.
            _log.info("kept, and not committed", connector=self._name, why=told(error))


def arrivals(job: Job, some: Iterable[Any]) -> Iterator[Arrived]:
    """What these records of Kafka have in them, mapped."""
    for it in some:
        raw = it.value or b""
        whence = Whence(
            topic=it.topic,
            partition=it.partition,
            offset=it.offset,
            key=it.key,
            raw=raw if len(raw) <= MAX_BYTES else None,
        )
        for told_ in mapped(job, raw, it.topic, it.key):
            yield Arrived(told_, whence)


def mapped(job: Job, value: bytes, topic: str, key: bytes | None) -> Iterator[Told]:
    """The outcomes of a record's value. Rules find its topic as `_topic` and its key, as text, as
    `_key`."""
    its = {"_topic": topic, "_key": None if key is None else key.decode("utf-8", "replace")}
    for one in records(io.BytesIO(value), job.page.decoding):
        if isinstance(one, Undecodable):
            yield Told(Rejected("decode", "", one.reason, one.mend), one.line)
        else:
            yield from job.connector.outcomes(Record({**one.value, **its}, one.line, one.part))
