"""Takes care of partitions that Faust neglects: loads them, continues reading where Faust delivers
nothing, and keeps health and gauges up to date."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from sinks.ending import ended
from sinks.faults import told
from sinks.health import Health
from streams.monitor.errors import MonitorError
from streams.monitor.faust_app.app import MonitorApp
from streams.monitor.owned_partitions import OwnedPartitions
from streams.monitor.partition_queues import PartitionQueues
from streams.monitor.partition_reader import PartitionReader
from streams.monitor.progress import Progress
from streams.monitor.recovery.reading import Reading
from streams.monitor.recovery.recovery import Recovery
from streams.monitor.reviews import Reviews

#: Seconds between looks at what Faust should have delivered, and at what readiness tells.
_LOOK_EVERY = 2.0
#: Seconds a partition may stand still behind the end of its topic before we read on without Faust.
_STANDSTILL = 10.0
#: Times in a row to do so before the process ends, so that a new one may fare better with Faust.
_ENOUGH = 5
#: Seconds Kafka may take to say where partitions end.
_PATIENCE = 10.0

_log = structlog.get_logger(__name__)


class Watch:
    """Looks at all partitions every few seconds. Health condition: `monitor`.

    `tell` is called at each look, `lag` with how many records the loaded partitions have still to
    apply; `fail` is given what goes wrong in what the watch sets going.
    """

    def __init__(
        self,
        app: MonitorApp,
        owned: OwnedPartitions,
        reader: PartitionReader,
        queues: PartitionQueues,
        progress: Progress,
        reviews: Reviews,
        reading: Reading,
        recovery: Recovery,
        health: Health,
        *,
        tell: Callable[[], None],
        lag: Callable[[int], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self._app = app
        self._owned = owned
        self._reader = reader
        self._queues = queues
        self._progress = progress
        self._reviews = reviews
        self._reading = reading
        self._recovery = recovery
        self._health = health
        self._tell = tell
        self._lag = lag
        self._fail = fail
        #: Partition to (applied, since when): for seeing that one stands still.
        self._seen: dict[int, tuple[int, float]] = {}
        #: Partition to how often we had to read on without Faust since it last delivered.
        self._undelivered: dict[int, int] = {}
        #: Partitions that are loaded, reviewed, or read on without Faust, beside the watch.
        self._healing: dict[int, asyncio.Task[None]] = {}

    def delivered(self, number: int) -> None:
        """Faust has delivered something of a partition."""
        self._undelivered.pop(number, None)

    async def run(self) -> None:
        """Watch for ever; ends by cancellation, or raises what ends the monitor."""
        try:
            while True:
                await asyncio.sleep(_LOOK_EVERY)
                await self._look()
        finally:
            await ended(self._healing.values())

    async def _look(self) -> None:
        self._health.pulse("monitor")
        if self._app.crashed:
            reason = self._app.crash_reason
            why = "it does not say why" if reason is None else told(reason)
            raise MonitorError(f"Faust ended: {why}") from reason
        self._tell_of_recovery()
        self._tell()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._expect_states()
                behind = await self._standing_still()
        except (KafkaError, TimeoutError) as error:
            self._health.bad("monitor", f"cannot reach Kafka: {error or 'it does not answer'}")
            return
        self._health.ok("monitor")
        if self._app.is_rebalancing:
            return
        for number in self._app.assigned() - set(self._owned.loaded):
            self._heal(number, self._owned.load(number))
        for number in behind:
            self._heal(number, self._read_on(number))
        for number in self._reviews.due():
            self._heal(number, self._reviews.review(number))

    def _heal(self, number: int, healing: Coroutine[Any, Any, Any]) -> None:
        """Run it in the background, so that a long task delays neither the other partitions nor the
        pulse. One task at a time for each partition."""
        if number in self._healing:
            healing.close()
            return

        async def heal() -> None:
            try:
                await healing
            except Exception as error:  # noqa: BLE001 - it ends the monitor, which tells of it
                self._fail(error)
            finally:
                del self._healing[number]

        self._healing[number] = asyncio.create_task(heal())

    async def _read_on(self, number: int) -> None:
        # Else it may be ours that nothing comes: it waits for another partition, which has much.
        if not self._queues.waits:
            self._undelivered[number] = self._undelivered.get(number, 0) + 1
        if self._undelivered.get(number, 0) > _ENOUGH:
            raise MonitorError(
                f"Faust delivers nothing of {self._app.keyed_name}[{number}] any more"
            )
        _log.warning("stands still; reading without Faust", partition=number)
        with self._queues.passing_over(number):
            await self._progress.advance(number, None)
        # What came in the meantime was passed over, and nothing may come after it that shows so.
        await self._progress.advance(number, None)

    async def _standing_still(self) -> list[int]:
        now = time.monotonic()
        assigned = self._app.assigned()
        ends = await self._reader.ends(self._app.keyed_name, assigned) if assigned else {}
        # One that is not loaded yet is told of by `recovery`: how far it was applied is not known.
        loaded = [(it, self._owned.loaded[it]) for it in assigned if it in self._owned.loaded]
        self._lag(sum(max(ends[number] - 1 - it.applied, 0) for number, it in loaded))
        behind = []
        for number in assigned:
            partition = self._owned.loaded.get(number)
            applied = -1 if partition is None else partition.applied
            seen, since = self._seen.get(number, (None, now))
            if applied != seen or applied + 1 >= ends[number]:
                self._seen[number] = (applied, now)
            elif now - since > _STANDSTILL and (partition is None or not partition.lock.locked()):
                self._seen[number] = (applied, now)
                behind.append(number)
        return behind

    async def _expect_states(self) -> None:
        """Ask once how much there is to be read of each partition whose states are not there."""
        for number in self._app.assigned() - set(self._owned.loaded) - self._reading.extents.keys():
            extent = await self._reader.begin_and_end(self._app.changelog_name, number)
            self._reading.expect(number, *extent)

    def _tell_of_recovery(self) -> None:
        if not self._app.is_assigned or self._app.is_rebalancing:
            self._recovery.waits()
        else:
            self._recovery.tell(self._app.assigned(), self._owned.loaded)
