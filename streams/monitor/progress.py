"""Takes records of a partition in the order of their offsets, whoever delivers them.

Which record comes next is what the state says, not the group's committed offset, because Faust
marks records as done that it never delivered. A record behind the state is a repeat; one beyond it
shows a gap, which is read first, without Faust.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from typing import Any, Protocol

import msgspec
import structlog
from aiokafka.errors import KafkaError

from detectors.engine.engine import Engine
from sinks.backoff import FIRST
from streams.monitor.entity_partition import EntityPartition
from streams.monitor.entity_work import work_off
from streams.monitor.errors import StateGoneError
from streams.monitor.faust_app.app import MonitorApp
from streams.monitor.owned_partitions import OwnedPartitions
from streams.monitor.partition_reader import PartitionReader, RecordsGoneError
from streams.monitor.records import KeyedRecord, together
from streams.monitor.report import MonitorReport
from streams.monitor.results import Results
from streams.monitor.retrying import Retrying
from streams.wire.keyed_records import Batch, decode_batch

_log = structlog.get_logger(__name__)


class Barrier(Protocol):
    """Knows how far the reference topics have been read."""

    async def caught_up_since(self, timestamp: int, /) -> None:
        """Return when everything has been read that was on the topics at `timestamp` (a record's,
        in ms)."""


class Progress:
    """Brings partitions up to date, judging with the engine that `engine` returns."""

    def __init__(
        self,
        app: MonitorApp,
        engine: Callable[[], Engine],
        reference: Barrier,
        owned: OwnedPartitions,
        reader: PartitionReader,
        results: Results,
        retrying: Retrying,
        report: MonitorReport,
        stopping: asyncio.Event,
    ) -> None:
        self._keyed = app.keyed_name
        self._changelog_name = app.changelog_name
        self._engine = engine
        self._reference = reference
        self._owned = owned
        self._reader = reader
        self._results = results
        self._retrying = retrying
        self._report = report
        self._stopping = stopping

    async def advance(self, number: int, messages: list[Any] | None) -> None:
        """Bring a partition up to the last of `messages`; None means up to the current end of the
        topic."""
        while not self._stopping.is_set():
            partition = await self._owned.load(number)
            if partition is None:
                return
            async with self._owned.held(partition):
                if self._owned.loaded.get(number) is not partition:
                    continue
                await self._results.rewrite_outdated(partition)
                if messages is None:
                    await self._fill_gap(partition, None)
                else:
                    await self._take(partition, messages)
                return

    async def _take(self, partition: EntityPartition, messages: list[Any]) -> None:
        """Apply those of `messages` that are new, after any that are missing before them."""
        records = [
            KeyedRecord(it.offset, round(it.timestamp * 1000), it.headers, it.value)
            for it in messages
        ]
        while records := [it for it in records if it.offset > partition.applied]:
            if records[0].offset > partition.applied + 1:
                await self._fill_gap(partition, records[0].offset)
                if partition.applied + 1 < records[0].offset:
                    return
            await self._apply_first(partition, records)

    async def _fill_gap(self, partition: EntityPartition, end: int | None) -> None:
        """Apply what Faust did not deliver before `end`, or at all. Raises `StateGoneError`."""
        start, filled = partition.applied + 1, 0
        while (end is None or partition.applied + 1 < end) and not self._stopping.is_set():
            try:
                fetched = self._reader.read(
                    self._keyed, partition.number, partition.applied + 1, end
                )
                async with aclosing(fetched):  # type: ignore[type-var]
                    async for some in fetched:
                        records = [
                            KeyedRecord(it.offset, it.timestamp, it.headers, it.value)
                            for it in some
                        ]
                        while records:
                            # A long read must neither delay a rebalance nor continue after it.
                            if not self._owned.may_go_on(partition):
                                return
                            count = await self._apply_first(partition, records)
                            filled += count
                            del records[:count]
                if end is not None:
                    # Offsets that are still missing before it hold no records: transactions leave
                    # such holes.
                    partition.applied = max(partition.applied, end - 1)
                break
            except KafkaError as error:
                await self._retrying.wait(error, FIRST)
            except RecordsGoneError as gone:
                raise StateGoneError(
                    f"{gone}. It was away longer than the topic keeps its records. To go on"
                    f" without them, and without all state: delete and create the topic"
                    f" {self._changelog_name}"
                ) from gone
        if filled:
            _log.info("read without Faust", partition=partition.number, start=start, records=filled)

    async def _apply_first(self, partition: EntityPartition, records: Sequence[KeyedRecord]) -> int:
        """Apply as many of the first of `records` as may be taken together. How many.

        Records that may already have been processed when a worker crashed are applied one by one.
        Taken together they would produce fewer revisions than were sent, and a sink that already
        has revision 1 ignores another revision 1.
        """
        alone = partition.applied < partition.in_doubt
        some = records[:1] if alone else together(records)
        await self._apply(partition, some)
        return len(some)

    async def _apply(self, partition: EntityPartition, records: Sequence[KeyedRecord]) -> None:
        """Apply records that follow each other and what has been applied."""
        await self._reference.caught_up_since(max(record.timestamp for record in records))
        batches = list(self._decoded(partition, records))
        offset = records[-1].offset
        work = work_off(self._engine(), partition, offset, batches)
        await self._results.send(partition, work, offset)
        partition.applied = offset
        await self._results.write_applied(partition)
        self._report.done(work, partition.number, offset)
        self._report.applied(partition, records[-1].timestamp)

    def _decoded(
        self, partition: EntityPartition, records: Iterable[KeyedRecord]
    ) -> Iterator[tuple[Batch, int | None]]:
        for record in records:
            try:
                batch = decode_batch(record.value)
            except (msgspec.DecodeError, TypeError):
                _log.error(
                    "not written by Offbook; skipped",
                    topic=self._keyed,
                    partition=partition.number,
                    offset=record.offset,
                )
            else:
                yield batch, record.caused()
