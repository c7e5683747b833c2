"""What a consumer group tells its members of a rebalance."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from aiokafka import ConsumerRebalanceListener, TopicPartition

Told = Callable[[Iterable[TopicPartition]], Awaitable[None]]


class Rebalance(ConsumerRebalanceListener):
    """Calls `revoked` before partitions are taken away, `assigned` once they are shared out."""

    def __init__(self, revoked: Told, assigned: Told) -> None:
        self._revoked = revoked
        self._assigned = assigned

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._revoked(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._assigned(assigned)
