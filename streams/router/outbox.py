"""Holds what the router has to send, in order, until Kafka has it.

Nothing that enters an outbox is lost. An outbox whose broker accepts nothing keeps trying and
reports it; what it holds is not committed, and the router stops reading when all outboxes together
hold too much.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from sinks.backoff import Backoff

_log = structlog.get_logger(__name__)


class Outbox(ABC):
    """Sends parcels in order. `entered` counts the parcels that came in, `left` those
    acknowledged."""

    def __init__(self, producer: Any, on_left: Callable[[], None]) -> None:
        self._producer = producer
        self._on_left = on_left
        self._something = asyncio.Event()
        self._trying_since: float | None = None
        self.entered = 0
        self.left = 0
        self.trouble = ""

    @property
    @abstractmethod
    def topic(self) -> str:
        """The topic of its parcels; for the dead letters, that of the first."""

    @property
    @abstractmethod
    def weight(self) -> int:
        """Bytes held, roughly."""

    @property
    def stuck_for(self) -> float:
        """Seconds since the broker was first asked to take what it has not taken yet."""
        return 0.0 if self._trying_since is None else time.monotonic() - self._trying_since

    @abstractmethod
    async def run(self) -> None:
        """Send what enters, until cancelled."""

    async def _attempt(
        self, send: Callable[[], Awaitable[None]], final: tuple[type[KafkaError], ...]
    ) -> None:
        """Send until acknowledged. Raises only the errors in `final`, which another attempt cannot
        change."""
        backoff = Backoff()
        while True:
            try:
                await send()
            except final:
                raise
            except KafkaError as error:
                self.trouble = str(error) or type(error).__name__
                _log.warning("not taken; trying again", topic=self.topic, error=self.trouble)
                await asyncio.sleep(backoff.longer())
            else:
                self.trouble = ""
                return

    def _done(self, count: int) -> None:
        self.left += count
        self._trying_since = None
        self._on_left()
