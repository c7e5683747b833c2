"""Sends the results of a monitor's work, and finds out which of them no broker accepts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from aiokafka.errors import InvalidTimestampError, KafkaError

from sinks.dead_letter_tally import DeadLetterTally
from streams.monitor.entity_partition import Refusal
from streams.monitor.entity_work import Work
from streams.monitor.records import Outgoing, letters_of, records_of
from streams.settings.settings import Settings
from streams.wire.kafka import TOO_LARGE

#: A smaller record may be accepted. For dead letters, topics may reject the timestamp as well.
_REFUSED: Final = (*TOO_LARGE, InvalidTimestampError)

_log = structlog.get_logger(__name__)


class Outbox:
    """Sends through the Kafka producer that `producer` gives; returns when all is acknowledged."""

    def __init__(self, settings: Settings, producer: Callable[[], Any]) -> None:
        self._settings = settings
        self._producer = producer
        self.tally = DeadLetterTally()

    async def send_work(self, work: Work) -> dict[str, Refusal]:
        """Send alerts, notes and dead letters. Returns the entities of which something is too large
        for its topic; everything else is sent. Raises `KafkaError` for errors that trying again may
        help."""
        return await self._send(records_of(work, self._settings))

    async def send_letters(self, work: Work) -> None:
        """Send the dead letters of what came for entities that are set aside."""
        await self._send(letters_of(work, self._settings))

    async def _send(self, outgoing: Iterable[Outgoing]) -> dict[str, Refusal]:
        refused: dict[str, Refusal] = {}
        sending = list(outgoing)
        # In a batch, one record that is too large makes the whole batch fail.
        left = await self._one_by_one(await self._refused(sending))
        for record in sending:
            if record.is_letter:
                self.tally.add(record.arguments["headers"])
        for record in left:
            if record.sender is not None:
                refused[record.sender] = Refusal(record.topic, record.size)
            else:
                _log.error("a dead letter is refused, whatever is left out", topic=record.topic)
        return refused

    async def _one_by_one(self, records: Iterable[Outgoing]) -> list[Outgoing]:
        """What is too large even when it is sent alone and split into its smallest parts."""
        left: list[Outgoing] = []
        for record in records:
            for refused in await self._refused([record]):
                parts = list(refused.parts())
                left += await self._one_by_one(parts) if parts else [refused]
        return left

    async def _refused(self, records: list[Outgoing]) -> list[Outgoing]:
        producer = self._producer()
        sent = []
        for record in records:
            try:
                sent.append(await producer.send(**record.arguments))
            except _REFUSED as error:
                # Refused by the client's own limit, before it reaches the broker.
                sent.append(_failed(error))
        results = await asyncio.gather(*sent, return_exceptions=True)
        refused = []
        for record, result in zip(records, results, strict=True):
            if isinstance(result, _REFUSED):
                refused.append(record)
            elif isinstance(result, BaseException):
                raise result
        return refused


def _failed(error: KafkaError) -> asyncio.Future[Any]:
    failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    failed.set_exception(error)
    return failed
