"""Sends the canary: an event a minute, whose alert has to come back."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contract.canary import TOPIC, document
from sinks.faults import told
from sinks.metrics.metrics import Metrics
from streams.settings.settings import Settings
from streams.wire.kafka import aiokafka_client, topic_name

#: Seconds between two.
EVERY: Final = 60.0

_log = structlog.get_logger(__name__)


class Canary:
    """Sends one every minute until stopped, the first at once. A broker that is away is waited for:
    that it is away is known otherwise, and what does not come back is told by its age."""

    def __init__(self, settings: Settings, metrics: Metrics, every: float = EVERY) -> None:
        self._settings = settings
        self._metrics = metrics
        self._every = every
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Send no more; `run` then returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Send until `stop`."""
        producer: Any = None
        try:
            while not self._stopping.is_set():
                try:
                    producer = producer or await self._connected()
                    await self._send(producer)
                except KafkaError as error:
                    _log.warning("the canary cannot be sent; trying again", error=told(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), self._every)
        finally:
            if producer is not None:
                await producer.stop()

    async def _connected(self) -> Any:
        producer = AIOKafkaProducer(
            client_id="offbook-canary", acks="all", **aiokafka_client(self._settings)
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def _send(self, producer: Any) -> None:
        at = time.time_ns() // 1000
        await producer.send_and_wait(topic_name(self._settings, TOPIC), document(at))
        self._metrics.canary.sent(at)
