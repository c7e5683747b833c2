"""Where the desk writes: records on Kafka, each acknowledged by all copies before it counts."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.settings.settings import Settings
from streams.wire.kafka import aiokafka_client, topic_name

#: Milliseconds until a broker that does not acknowledge counts as away: somebody waits for it.
_PATIENCE_MS: Final = 8_000


class KafkaLog:
    """Writes records. Nothing connects before the first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = asyncio.Lock()
        self._producer: Any = None

    async def put(self, topic: str, key: str, value: bytes) -> None:
        """Write a record to a topic of the contract. Raises `KafkaError`; the record may then be
        there or not."""
        producer = await self._started()
        name = topic_name(self._settings, topic)
        await producer.send_and_wait(name, key=key.encode(), value=value)

    async def close(self) -> None:
        """Close the connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _started(self) -> Any:
        # One at a time: two requests at once would leave one of two producers behind.
        async with self._turn:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    client_id="offbook-desk",
                    acks="all",
                    request_timeout_ms=_PATIENCE_MS,
                    **aiokafka_client(self._settings),
                )
                try:
                    await producer.start()
                except KafkaError:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer
