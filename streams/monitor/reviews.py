"""Judges again what depends on reference data when they have changed."""

from __future__ import annotations

import time
from collections.abc import Callable

from detectors.engine.engine import Engine
from streams.monitor.entity_work import review
from streams.monitor.owned_partitions import OwnedPartitions
from streams.monitor.report import MonitorReport
from streams.monitor.results import Results

#: Seconds between two reviews of a partition: where documents trickle in, all in between together.
_REVIEW_EVERY = 20.0
#: Entities reviewed before records get their turn, some 50 ms of work.
_REVIEWED_TOGETHER = 100


class Reviews:
    """Knows which partitions are due for a review, and reviews them with the engine that `engine`
    returns."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        owned: OwnedPartitions,
        results: Results,
        report: MonitorReport,
    ) -> None:
        self._engine = engine
        self._owned = owned
        self._results = results
        self._report = report

    def due(self) -> list[int]:
        """The partitions that were judged with other reference data than the current."""
        version, now = self._version(), time.monotonic()
        last = [(number, self._owned.reviewed.get(number)) for number in self._owned.loaded]
        return [
            number
            for number, it in last
            if it is None or (it[0] != version and now - it[1] >= _REVIEW_EVERY)
        ]

    async def review(self, number: int) -> None:
        """Judge again open alerts, events that wait for reference data, and the entities of changed
        documents.

        A few entities at a time, so that records do not have to wait for all of them.
        """
        version = self._version()
        partition = self._owned.loaded.get(number)
        if partition is None:
            return
        before = self._owned.reviewed.get(number)
        changed = set() if before is None else self._engine().reference.changed_since(before[0][0])
        keys = list(partition.resting() | (changed & partition.values.keys()))
        while keys:
            async with self._owned.held(partition):
                if not self._owned.may_go_on(partition):
                    return
                some, keys = keys[:_REVIEWED_TOGETHER], keys[_REVIEWED_TOGETHER:]
                work = review(self._engine(), partition, some)
                await self._results.send(partition, work, partition.applied)
                self._report.done(work, number, partition.applied)
        self._owned.reviewed[number] = (version, time.monotonic())

    def _version(self) -> tuple[int, int]:
        """The versions of what entities do not know by themselves: reference data, and what the CRM
        has ever sent."""
        engine = self._engine()
        signs = engine.signs
        return engine.reference.version, 0 if signs is None else signs.version
