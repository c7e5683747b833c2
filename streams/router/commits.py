"""Commits what was read once all of its results are acknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from streams.router.outboxes import Outboxes

#: Seconds a commit may take; aiokafka itself keeps looking for a coordinator forever.
_PATIENCE: Final = 5.0

_log = structlog.get_logger(__name__)


class Commits:
    """The offsets of one consumer: read in rounds, settled by the outboxes, then committed."""

    def __init__(self, consumer: Any, outboxes: Outboxes) -> None:
        self._consumer = consumer
        self._outboxes = outboxes
        #: Offsets to commit once each outbox has so many parcels acknowledged; oldest first.
        self._rounds: deque[tuple[dict[TopicPartition, int], list[int]]] = deque()
        self._to_commit: dict[TopicPartition, int] = {}
        self._generation = 0

    @property
    def awaited(self) -> bool:
        """Whether something that was read may still be waiting for acknowledgement."""
        return bool(self._rounds)

    def read(self, reached: dict[TopicPartition, int]) -> None:
        """Partitions were read up to these offsets, and all results are in the outboxes."""
        self._rounds.append((reached, self._outboxes.entered()))

    def settle(self) -> None:
        """Move the offsets of what is acknowledged to those to be committed."""
        rounds = self._rounds
        left = self._outboxes.left()
        while rounds and all(have >= need for have, need in zip(left, rounds[0][1], strict=True)):
            self._to_commit.update(rounds.popleft()[0])

    async def commit(self) -> None:
        """Commit what was settled; what cannot be committed yet stays for the next time."""
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

    def drop(self) -> None:
        """A rebalance begins: what is not committed will be read again, by whoever reads on."""
        self._generation += 1
        self._rounds.clear()
        self._to_commit.clear()
