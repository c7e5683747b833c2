"""Sends events to Kafka: checked before, acknowledged after, each to its topic and in the order of
its key."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Literal, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contract.kinds import SOURCE_TOPICS
from contract.types import EventData
from offbook.produce.data import Data
from offbook.produce.delivery import Deliveries, Delivery, Receipt, undelivered
from offbook.produce.errors import ClosedError
from offbook.produce.record import EventRecord, event, heartbeat, removal, unknown_topic
from streams.settings.settings import Settings
from streams.wire.kafka import MAX_REQUEST, aiokafka_client, topic_name
from streams.wire.kafka_access import knock, unreachable

Compression = Literal["gzip", "snappy", "lz4", "zstd"]

#: Bytes of a batch. Of each partition two are held at most, one that fills and one that is sent:
#: beyond that `enqueue` waits.
_BATCH: Final = 512 * 1024

# At level DEBUG these write each record with key and value.
for _name in ("aiokafka.conn", "aiokafka.producer.producer"):
    logging.getLogger(_name).addFilter(lambda it: it.levelno > logging.DEBUG)


class Producer:
    """An asynchronous producer of one `source`; use it with `async with`.

    `kafka` is `host:port`, several with commas, or `Settings` with TLS, login and topic prefix.
    `linger` is how long (seconds) an event waits for others to travel with, `patience` how long
    Kafka has to acknowledge one. Events of one key arrive in the order of the calls; one that
    failed and is sent again comes behind those that did not.
    """

    def __init__(
        self,
        kafka: str | Settings,
        *,
        source: str,
        linger: float = 0.005,
        patience: float = 20.0,
        compression: Compression | None = "lz4",
    ) -> None:
        self.settings = kafka if isinstance(kafka, Settings) else Settings(kafka_bootstrap=kafka)
        self.source = source
        self._linger, self._patience, self._compression = linger, patience, compression
        self._deliveries = Deliveries()
        # Calls wait here in turn: those that wait for room within the client change places.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._names = {topic: topic_name(self.settings, topic) for topic in SOURCE_TOPICS}
        self._client: Any = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            await self.close()
        else:
            with suppress(Exception):  # the first error is the one to tell
                await self.close()

    async def start(self) -> None:
        """Connect. Raises `KafkaAccessError`, whose `retryable` says whether waiting can help."""
        client = AIOKafkaProducer(
            client_id="offbook-producer",
            acks="all",
            linger_ms=round(self._linger * 1000),
            request_timeout_ms=round(self._patience * 1000),
            compression_type=self._compression,
            max_batch_size=_BATCH,
            max_request_size=MAX_REQUEST,
            **aiokafka_client(self.settings),
        )
        try:
            await client.start()
        except (KafkaError, OSError) as error:
            await client.stop()
            await knock(self.settings)
            raise unreachable(self.settings, error) from error
        self._client = client

    async def close(self) -> None:
        """Send what is waiting and disconnect. Raises as `flush`."""
        client, self._client = self._client, None
        if client is not None:
            await client.stop()
            await self._deliveries.settle()

    async def send(
        self, data: Data | EventData, *, id: str, time: datetime | str, source: str | None = None
    ) -> Receipt:
        """Send one event and return when Kafka has it.

        Many at a time travel together: gather them, or `enqueue` them. Raises `InvalidEventError`
        and `DeliveryError`.
        """
        return await (await self.enqueue(data, id=id, time=time, source=source))

    async def enqueue(
        self, data: Data | EventData, *, id: str, time: datetime | str, source: str | None = None
    ) -> Delivery:
        """Hand over one event and return before Kafka has it; only without room does it wait.

        Await what it returns, or `flush`. Raises `InvalidEventError` and `DeliveryError`.
        """
        made = event(
            data,
            id=id,
            time=time,
            source=self.source if source is None else source,
            region=self.settings.phone_region,
        )
        return await self.enqueue_record(made)

    async def enqueue_record(self, record: EventRecord, partition: int | None = None) -> Delivery:
        """`enqueue` what `event` made; without a `partition` its key decides."""
        if self._client is None:
            raise ClosedError("the producer is not open: use it within `async with`")
        name = self._names.get(record.topic)
        if name is None:
            raise unknown_topic(record.topic)
        turn = self._turns[name]
        try:
            if turn.locked():
                # The client itself limits how long one waits there, but not how long many do.
                async with asyncio.timeout(self._patience + 1):
                    await turn.acquire()
            else:
                await turn.acquire()
            try:
                future = await self._client.send(name, record.value, record.key, partition)
            finally:
                turn.release()
        except (KafkaError, TimeoutError) as error:
            raise undelivered(name, error) from error
        return Delivery(name, future, self._deliveries)

    async def remove(self, entry: type[Data | EventData], id: str) -> Receipt:
        """Remove an entry of the reference data, such as `remove(ReferenceEmployee, "E-107")`."""
        return await (await self.enqueue_record(removal(entry, id)))

    async def flush(self) -> None:
        """Return when Kafka has all that was handed over before.

        Raises the `DeliveryError` of the first event that failed since and that nobody awaited.
        """
        await self._deliveries.settle()

    async def heartbeat(
        self, topic: str, *, complete_until: datetime | str, source: str | None = None
    ) -> int:
        """Say that all that happened until then has been sent to `topic`, on each of its
        partitions, behind all that was handed over before; how many partitions.

        Raises `InvalidEventError`, and as `flush`: then there is no heartbeat, as it would not be
        true.
        """
        if topic not in self._names:
            raise unknown_topic(topic)
        await self.flush()
        if self._client is None:
            raise ClosedError("the producer is not open: use it within `async with`")
        name = self._names[topic]
        try:
            # Partitions may have been added since it last looked.
            await self._client.client.force_metadata_update()
            partitions = sorted(await self._client.partitions_for(name))
        except KafkaError as error:
            raise undelivered(name, error) from error
        by = self.source if source is None else source
        beats = [heartbeat(topic, it, time=complete_until, source=by) for it in partitions]
        sent = [
            await self.enqueue_record(beat, number)
            for number, beat in zip(partitions, beats, strict=True)
        ]
        for delivery in sent:
            await delivery
        return len(sent)
