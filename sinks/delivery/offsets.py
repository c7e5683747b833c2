"""How far alerts have been delivered and committed, and how many are still to come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from sinks.delivery.reading import Item

#: Seconds. Delivered but uncommitted alerts are read again after a crash, which costs little.
_COMMIT_EVERY: Final = 1.0
#: Seconds a commit may take; the coordinator is retried without end inside aiokafka.
_PATIENCE: Final = 5.0

_log = structlog.get_logger(__name__)


class Offsets:
    """The offsets of one consumer, which commits nothing by itself."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        #: Where to read on, for what is delivered and not committed.
        self._done: dict[TopicPartition, int] = {}
        #: The same, for all that was ever delivered here: what lag is counted from.
        self._delivered: dict[TopicPartition, int] = {}
        self._committed_at = 0.0

    def delivered(self, items: Sequence[Item]) -> None:
        """These are delivered, in the order of their offsets."""
        for item in items:
            self._done[item.partition] = self._delivered[item.partition] = item.offset + 1

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Another worker has these now, and will say how far they are."""
        for partition in partitions:
            self._delivered.pop(partition, None)

    async def commit_now_and_then(self) -> None:
        """Commit what is delivered, if that has not been done for a while."""
        if self._done and time.monotonic() - self._committed_at >= _COMMIT_EVERY:
            await self.commit()

    async def commit(self) -> None:
        """Commit what is delivered; what cannot be committed yet stays for the next time."""
        done, self._done = self._done, {}
        ours = {tp: offset for tp, offset in done.items() if tp in self._consumer.assignment()}
        self._committed_at = time.monotonic()
        if not ours:
            return
        try:
            await asyncio.wait_for(self._consumer.commit(ours), _PATIENCE)
        except (CommitFailedError, IllegalStateError):
            pass  # Another worker has them; it delivers them again, which changes nothing.
        except (KafkaError, TimeoutError) as error:
            self._done = ours | self._done
            _log.warning("cannot commit yet", error=str(error) or type(error).__name__)

    async def lag(self) -> dict[str, int]:
        """By topic, how many records of this consumer's partitions are still to be delivered.
        Raises `KafkaError` or `TimeoutError` while Kafka does not say."""
        return await asyncio.wait_for(self._lag(), _PATIENCE)

    async def _lag(self) -> dict[str, int]:
        partitions = self._consumer.assignment()
        ends = await self._consumer.end_offsets(partitions) if partitions else {}
        lag = dict.fromkeys(self._consumer.subscription(), 0)
        for partition, end in ends.items():
            start = self._delivered.get(partition)
            if start is None:
                start = await self._consumer.committed(partition) or 0
            lag[partition.topic] += max(end - start, 0)
        return lag
