"""Tries again while Kafka is away, and has readiness say so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from aiokafka.errors import KafkaError

from sinks.backoff import Backoff
from sinks.health import Health
from sinks.waiting import can_pass

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class Retrying:
    """Waits for Kafka until `stopping`. Health condition: `monitor`."""

    def __init__(self, health: Health, stopping: asyncio.Event) -> None:
        self._health = health
        self._stopping = stopping

    async def until_done(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Repeat `attempt` until it succeeds, as long as it fails only because Kafka is away."""
        backoff = Backoff()
        while True:
            try:
                return await attempt()
            except KafkaError as error:
                await self.wait(error, backoff.longer())

    async def wait(self, error: KafkaError, seconds: float) -> None:
        """Wait before the next attempt; raises `error` if another attempt cannot help."""
        if not can_pass(error) or self._stopping.is_set():
            raise error
        self._health.bad("monitor", f"waits for Kafka: {error}")
        _log.warning("waiting for Kafka", error=str(error))
        await asyncio.sleep(seconds)
