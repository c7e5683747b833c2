"""The monitor role: entity states, advanced record by record of `offbook.keyed`.

Faust assigns partitions and delivers records; everything else is ours. For the records in hand:
alerts and notes are sent and acknowledged, then entities to the changelog, then how far the
partition was applied. A crash in between repeats work and loses none.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from detectors.engine.engine import Engine
from detectors.language.detector import Detector
from sinks.ending import ended
from sinks.faults import told
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.waiting import until_it_works
from streams.monitor.changelog import Changelog
from streams.monitor.errors import MonitorError
from streams.monitor.faust_app.app import MonitorApp
from streams.monitor.outbox import Outbox
from streams.monitor.owned_partitions import OwnedPartitions
from streams.monitor.partition_queues import PartitionQueues
from streams.monitor.partition_reader import PartitionReader
from streams.monitor.progress import Barrier, Progress
from streams.monitor.recovery.reading import Reading
from streams.monitor.recovery.recovery import Recovery
from streams.monitor.report import MonitorReport
from streams.monitor.results import Results
from streams.monitor.retrying import Retrying
from streams.monitor.reviews import Reviews
from streams.monitor.watch import Watch
from streams.settings.loading import judged_detectors
from streams.settings.settings import Settings
from streams.wire.kafka_access import knock

#: Seconds for the batch in hand, and then for Faust, to come to an end.
_PATIENCE = 10.0

_log = structlog.get_logger(__name__)


class Monitor:
    """Runs `engine` over the partitions of `offbook.keyed` that Faust assigns, until stopped.

    Health conditions: `recovery`, `reference` and `monitor`.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        reference: Barrier,
        metrics: Metrics,
        health: Health,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._health = health
        self._stopping = stopping = asyncio.Event()
        self._failed: asyncio.Future[None] | None = None
        self._report = report = MonitorReport(settings, metrics, health)
        self._reader = reader = PartitionReader(settings)
        self._queues = PartitionQueues(self._take)
        self._app = app = MonitorApp(settings, self._deliver, self._drain)
        self._changelog = Changelog(app.changelog_name, app.kafka_producer, reader)
        self._outbox = Outbox(settings, app.kafka_producer)
        retrying = Retrying(health, stopping)
        results = Results(settings, self._outbox, self._changelog, retrying, report)
        reading = Reading()
        self._recovery = recovery = Recovery(reading, metrics.recovery, health)
        self._owned = owned = OwnedPartitions(
            app, self._changelog, reader, results, retrying, report, reading, stopping
        )
        self._progress = Progress(
            app, self._current, reference, owned, reader, results, retrying, report, stopping
        )
        reviews = Reviews(self._current, owned, results, report)
        self._watch = Watch(
            app,
            owned,
            reader,
            self._queues,
            self._progress,
            reviews,
            reading,
            recovery,
            health,
            tell=self._tell,
            lag=report.lag,
            fail=self._fail,
        )
        health.expect("recovery", "monitor")

    def use(self, detectors: Sequence[Detector]) -> None:
        """Judge by these from the next record on; what was found so far stands."""
        before = self._engine
        self._engine = Engine(
            judged_detectors(self._settings, detectors),
            before.reference,
            before.common,
            signs=before.signs,
            agreements=before.agreements,
        )
        self._report.retired(before.detectors.keys() - self._engine.detectors.keys())

    def stop(self) -> None:
        """Finish the record in hand and leave the group; `run` then returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Run until `stop`. Raises `MonitorError` when the work cannot go on."""
        self._failed = failed = asyncio.get_running_loop().create_future()
        start = asyncio.create_task(self._start())
        watch = asyncio.create_task(self._watch.run())
        stop = asyncio.create_task(self._stopping.wait())
        tasks: list[asyncio.Future[Any]] = [start, watch, stop, failed]
        try:
            while not stop.done():
                waiting = [task for task in tasks if not (task is start and task.done())]
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        except KafkaError as error:
            raise MonitorError(f"the monitor lost Kafka: {told(error)}") from error
        finally:
            self._stopping.set()
            await ended(tasks)
            await self._finish()

    async def _start(self) -> None:
        """Faust does not wait for a broker, and cannot be started twice: we wait before it."""
        kafka = f"Kafka at {self._settings.kafka_bootstrap}"
        await until_it_works(
            lambda: knock(self._settings), kafka, self._health, "monitor", "recovery"
        )
        await self._app.start()

    async def _finish(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drain(), _PATIENCE)
        self._outbox.tally.tell(time.monotonic(), last=True)
        await self._queues.stop()
        try:
            await asyncio.wait_for(self._app.stop(), _PATIENCE)
        except Exception as error:  # noqa: BLE001 - nothing of ours rests on Faust's farewell
            _log.warning("Faust did not stop cleanly; no state is lost", error=told(error))
        await self._reader.stop()
        for name in ("recovery", "reference", "monitor"):
            self._health.forget(name)
        self._health.show("resting", None)
        self._recovery.ends()

    async def _drain(self) -> None:
        """Finish every record that is being processed, and start no other."""
        with self._owned.draining():
            await self._queues.drain()
            await self._owned.at_rest()

    async def _deliver(self, message: Any) -> None:
        self._watch.delivered(message.partition)
        await self._queues.put(message)

    async def _take(self, number: int, messages: list[Any]) -> None:
        """Take records that Faust delivered. Total: whatever happens, Faust goes on."""
        try:
            await self._progress.advance(number, messages)
        except Exception as error:  # noqa: BLE001 - told by `run`, which ends the process
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)
            self._stopping.set()

    def _current(self) -> Engine:
        return self._engine

    def _tell(self) -> None:
        """Report what does not belong to any single record."""
        for number in set(range(self._settings.keyed_partitions)) - set(self._owned.loaded):
            self._report.forget(number)
        self._report.reference(self._engine)
        self._report.time_passes()
        self._outbox.tally.tell(time.monotonic())
