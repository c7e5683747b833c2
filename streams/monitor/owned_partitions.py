"""The partitions that are this worker's: loaded when they are needed, held by one task at a time,
and dropped when another worker has gone on with them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

import structlog

from streams.monitor.changelog import Changelog, SupersededError
from streams.monitor.entity_partition import EntityPartition
from streams.monitor.faust_app.app import MonitorApp
from streams.monitor.partition_reader import PartitionReader
from streams.monitor.records import MOST_TOGETHER
from streams.monitor.recovery.reading import Reading
from streams.monitor.report import MonitorReport
from streams.monitor.results import Results
from streams.monitor.retrying import Retrying

_log = structlog.get_logger(__name__)


class OwnedPartitions:
    """What Faust assigns, with its state. `stopping` ends all work on it."""

    def __init__(
        self,
        app: MonitorApp,
        changelog: Changelog,
        reader: PartitionReader,
        results: Results,
        retrying: Retrying,
        report: MonitorReport,
        reading: Reading,
        stopping: asyncio.Event,
    ) -> None:
        self._app = app
        self._changelog = changelog
        self._reader = reader
        self._results = results
        self._until_done = retrying.until_done
        self._report = report
        self._reading = reading
        self._stopping = stopping
        self._loading = asyncio.Lock()
        #: How many callers are waiting for all current work to end.
        self._draining = 0
        #: By partition: the versions of the reference data it was last reviewed with, and when; see
        #: `Reviews`.
        self.reviewed: dict[int, tuple[tuple[int, int], float]] = {}

    @property
    def loaded(self) -> dict[int, EntityPartition]:
        """The partitions whose state is in memory, by number."""
        return self._app.partitions

    def assigned(self) -> set[int]:
        """The numbers of all that are ours, loaded or not."""
        return self._app.assigned()

    async def load(self, number: int) -> EntityPartition | None:
        """The state of a partition, from memory or the changelog; None if it is not ours."""
        async with self._loading:
            partition = self.loaded.get(number)
            if partition is None and number in self.assigned():
                partition = await self._read(number)
            # Loading takes time. If another worker owns it by now, our copy would be out of date
            # when the partition comes back.
            if number not in self.assigned():
                self._drop(number)
                return None
            return partition

    @contextlib.asynccontextmanager
    async def held(self, partition: EntityPartition) -> AsyncIterator[None]:
        """Exclusive access to a partition. If another worker has continued with it, it is dropped
        and no error is raised. On any other error it is dropped too and the error is raised: the
        state in memory may be ahead of what was sent, and nothing may be built on it."""
        async with partition.lock:
            try:
                yield
            except SupersededError:
                number = partition.number
                _log.warning("another worker went on with this partition", partition=number)
                self._drop(number)
            except BaseException:
                self._drop(partition.number)
                raise

    def may_go_on(self, partition: EntityPartition) -> bool:
        """Whether to continue with a partition: no other worker has it or is about to get it."""
        number = partition.number
        return (
            not self._draining
            and not self._stopping.is_set()
            and number in self.assigned()
            and self.loaded.get(number) is partition
        )

    @contextlib.contextmanager
    def draining(self) -> Iterator[None]:
        """While this lasts, no long work continues on any partition."""
        self._draining += 1
        try:
            yield
        finally:
            self._draining -= 1

    async def at_rest(self) -> None:
        """Return when no task holds a partition any more."""
        for partition in list(self.loaded.values()):
            async with partition.lock:
                pass

    async def _read(self, number: int) -> EntityPartition:
        began = time.monotonic()
        partition = await self._until_done(lambda: self._changelog.load(number, self._reading))
        if partition.fresh:
            topic = self._app.keyed_name
            first, _ = await self._until_done(lambda: self._reader.begin_and_end(topic, number))
            if first:
                _log.warning(
                    "no state of this partition: starting at its oldest record",
                    partition=number,
                    offset=first,
                )
            partition.applied = first - 1
        if partition.broken:
            _log.error(
                "segments of states are gone", partition=number, entities=len(partition.broken)
            )
        partition.in_doubt = partition.applied + MOST_TOGETHER
        await self._results.take_back(partition)
        self._report.set_aside(partition)
        self.loaded[number] = partition
        self._reading.done(number)
        _log.info(
            "partition loaded",
            partition=number,
            entities=len(partition),
            applied=partition.applied,
            seconds=round(time.monotonic() - began, 2),
        )
        return partition

    def _drop(self, number: int) -> None:
        self.loaded.pop(number, None)
        self.reviewed.pop(number, None)
        self._report.forget(number)
