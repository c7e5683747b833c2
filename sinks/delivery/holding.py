"""Whether Redis still has what was delivered to it.

Kafka knows how far this group has delivered (the committed offsets), Redis what it holds
(`sinks.redis.held`). Where Redis holds less, it was emptied, restored from a backup, or is another:
what it lacks is told until somebody fills it anew. It is not filled by itself, because that would
page for each of the old alerts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from sinks.delivery.reading import Item
from sinks.redis.held import WITHOUT_END, Held, Span
from sinks.redis.sink import RedisSink

#: Seconds Kafka may take to answer.
_PATIENCE: Final = 5.0

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class OffsetsUnknownError(RuntimeError):
    """Kafka does not say how far was delivered. One line; trying again helps."""


class Holding:
    """What Redis holds of one consumer's partitions of the alerts' topic. Call `begin` before
    anything is written to Redis, `delivered` after it."""

    def __init__(self, consumer: Any, sink: RedisSink, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic
        self._sink = sink
        self._held = Held(sink.connection)
        self._spans: dict[TopicPartition, Span] = {}
        #: Where this process began to deliver.
        self._began: dict[TopicPartition, int] = {}
        #: Those whose account was written since Redis was last seen to have lost nothing.
        self._fresh: set[TopicPartition] = set()
        self._turn = asyncio.Lock()
        self._said = 0

    async def begin(self) -> None:
        """Learn what Redis holds of the partitions that are new here. Raises `RedisSinkError`
        or `OffsetsUnknownError`."""
        async with self._turn:
            await self._begin()

    async def delivered(self, items: Sequence[Item]) -> None:
        """These are in Redis now, in the order of their offsets, and not committed yet. Raises as
        `begin`."""
        async with self._turn:
            # Once more: a rebalance may have ended meanwhile, and left us what we had.
            await self._begin()
            if self._sink.setbacks:
                await self._look_back()
            for partition, end in {it.partition: it.offset + 1 for it in items}.items():
                span = self._spans.get(partition)
                if span is not None and end > span.end:
                    await self._put(partition, span._replace(end=end))

    async def missing(self) -> int:
        """How many revisions Kafka still has that were delivered and that Redis may lack: all up to
        the end of the last gap, because where it began is not kept. Raises as `begin`."""
        async with self._turn:
            await self._begin()
            await self._look_back()
            spans = dict(self._spans)
            firsts = await self._firsts(spans)
        missing: int = sum(max(span.start - firsts.get(it, 0), 0) for it, span in spans.items())
        if missing and not self._said:
            _log.error("Redis lacks alerts that were delivered to it", revisions=missing)
        self._said = missing
        return missing

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Another worker has these now."""
        for partition in partitions:
            self._spans.pop(partition, None)
            self._began.pop(partition, None)

    async def _begin(self) -> None:
        ours = {it for it in self._consumer.assignment() if it.topic == self._topic}
        self.forget(self._spans.keys() - ours)
        if new := ours - self._spans.keys():
            await self._learn(new)

    async def _learn(self, new: Collection[TopicPartition]) -> None:
        firsts = await self._firsts(new)
        committed = await _soon(self._committed(new))
        found = await self._held.read(it.partition for it in new)
        if len(found) < len(new) and await self._is_of_before(new):
            found = await self._held.read(it.partition for it in new)
        for partition in new:
            first = firsts[partition]
            at = max(committed[partition] or 0, first)
            span = found.get(partition.partition)
            if span is None and at == first:
                span = Span(at, at)  # Nothing was delivered yet: a Redis that is new may be empty.
            elif span is None or not span.start <= at <= span.end:
                # A gap before what comes; or it is filled anew, from further back.
                span = Span(at, at)
            elif span.end == WITHOUT_END:
                span = Span(span.start, at)
            self._began[partition] = at
            await self._put(partition, span)

    async def _is_of_before(self, new: Collection[TopicPartition]) -> bool:
        """Whether Redis has alerts from before it kept such accounts; then it is trusted to have
        all, in all partitions at once: the next to look must find accounts."""
        topics = {partition.topic for partition in new}
        every = {
            n for topic in topics for n in self._consumer.partitions_for_topic(topic) or ()
        } | {partition.partition for partition in new}
        if await self._held.read(every) or not await self._held.has_alerts():
            return False
        for number in every:
            await self._held.write(number, Span(0, WITHOUT_END))
        return True

    async def _look_back(self) -> None:
        """Redis may have lost what it had confirmed. Of what the sink wrote, it notices and writes
        again what it remembers; of partitions to which it wrote nothing, it cannot."""
        await self._sink.look()
        if not self._sink.setbacks:
            self._fresh.clear()
        found = await self._held.read(it.partition for it in self._spans)
        behind = {it: self._is_behind(it, found) for it in self._spans}
        if any(behind.values()) and not self._sink.setbacks:
            # Emptied between the two; or a worker that was paused has written late what it held.
            await self._sink.look()
        setbacks = list(self._sink.setbacks)
        for partition, is_behind in behind.items():
            span = self._spans.get(partition)
            if span is None:
                continue  # A rebalance took it away meanwhile.
            there = found.get(partition.partition, Span(0, 0))
            emptied = not all(batch for batch, _ in setbacks)
            if emptied and partition in self._fresh:
                there = Span(0, 0)  # It may have been written after that.
            if not setbacks and there.start < span.start <= there.end:
                # Somebody has filled in what was missing before.
                await self._put(partition, span := span._replace(start=there.start))
            if setbacks or is_behind:
                await self._put(partition, self._left_of(partition, span, there, setbacks))
        del self._sink.setbacks[: len(setbacks)]

    def _is_behind(self, partition: TopicPartition, found: Mapping[int, Span]) -> bool:
        there, span = found.get(partition.partition, Span(0, 0)), self._spans[partition]
        return there.start > span.start or there.end < span.end

    def _left_of(
        self,
        partition: TopicPartition,
        span: Span,
        there: Span,
        setbacks: Sequence[tuple[int, bool]],
    ) -> Span:
        """What Redis holds of a span, where it said `there`, and what we wrote is there again."""
        began = self._began[partition]
        if there.start <= span.start and there.end >= span.end:
            return span
        if began == span.end:
            return Span(began, began)
        if not all(complete for _, complete in setbacks):
            return Span(span.end, span.end)
        emptied = not all(batch for batch, _ in setbacks)
        if emptied and not there.start <= began <= there.end and began > span.start:
            return Span(began, span.end)
        return span

    async def _put(self, partition: TopicPartition, span: Span) -> None:
        self._fresh.add(partition)
        await self._held.write(partition.partition, span)
        self._spans[partition] = span

    async def _committed(
        self, partitions: Iterable[TopicPartition]
    ) -> Mapping[TopicPartition, int | None]:
        return {it: await self._consumer.committed(it) for it in partitions}

    async def _firsts(self, partitions: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        asked = list(partitions)
        return await _soon(self._consumer.beginning_offsets(asked)) if asked else {}


async def _soon(question: Awaitable[_T]) -> _T:
    try:
        return await asyncio.wait_for(question, _PATIENCE)
    except (KafkaError, TimeoutError) as error:
        why = str(error) or "no answer"
        raise OffsetsUnknownError(f"Kafka does not say how far was delivered: {why}") from error
