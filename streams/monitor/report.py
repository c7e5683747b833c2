"""Reports the monitor's work: metrics, log lines, and which detectors rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import structlog

from contract.canary import DETECTOR as CANARY
from contract.event import Origin
from detectors.engine.engine import Engine
from detectors.engine.look import Failure
from sinks.faults import told
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.monitor.entity_partition import EntityPartition
from streams.monitor.entity_work import Work
from streams.settings.settings import Settings
from streams.wire.kafka import topic_name
from streams.wire.keyed_records import KEYED_TOPIC

_log = structlog.get_logger(__name__)


class MonitorReport:
    """Reports work that is done. None of it names an employee, a customer or an account."""

    def __init__(self, settings: Settings, metrics: Metrics, health: Health) -> None:
        self._settings = settings
        self._metrics = metrics
        self._health = health
        #: By detector, how many events have come that wait for reference data.
        self._withheld: Counter[str] = Counter()

    def done(self, work: Work, partition: int, offset: int) -> None:
        """Report the work on records, the last of which was at `offset`."""
        metrics = self._metrics
        metrics.entities.looked(work.longest)
        for failure in work.failures:
            metrics.detectors.failed(failure.detector)
            self._failed(failure, partition, offset)
        for detector, count in work.aside.items():
            metrics.detectors.set_aside(detector, count)
            _log.error(
                "a detector is set aside for an entity on which it fails again and again",
                detector=detector,
                topic=topic_name(self._settings, KEYED_TOPIC),
                partition=partition,
                offset=offset,
            )
        for detector, count in work.evicted.items():
            metrics.detectors.evicted(detector, count)
        for event in work.late.values():
            metrics.events.kept_out(event.origin.topic)
        for detector, count in work.withheld.items():
            metrics.detectors.withheld(detector, count)
            self._withheld[detector] += count
        for alert_id in work.backdated:
            metrics.detectors.backdated_withdrawal()
            _log.warning(
                "a critical alert was withdrawn by a record written more than a day after the time"
                " it claims",
                alert_id=alert_id,
            )

    def applied(self, partition: EntityPartition, timestamp: int) -> None:
        """A partition was brought up to a record of this `timestamp` (ms)."""
        self._metrics.partitions.applied(partition.number, timestamp / 1000)
        now = partition.stream_time.now().forgets
        if now is not None:
            self._metrics.partitions.stream_time(partition.number, now)

    def lag(self, records: int) -> None:
        """So many records of this worker's partitions are still to be applied."""
        self._metrics.kafka.lag({KEYED_TOPIC: records})

    def set_aside(self, partition: EntityPartition) -> None:
        """How many entities of a partition are set aside has changed."""
        self._metrics.partitions.set_aside(partition.number, len(partition.aside))

    def dropped(self, work: Work) -> None:
        """Something came for entities that are set aside."""
        self._metrics.partitions.dropped_for_set_aside(work.dropped)

    def forget(self, number: int) -> None:
        """A partition is not this worker's, or not loaded."""
        self._metrics.partitions.forget(number)

    def retired(self, detectors: Iterable[str]) -> None:
        """These detectors judge no more."""
        for detector in detectors:
            self._metrics.detectors.silent(detector, False)

    def time_passes(self) -> None:
        """What was long ago is no figure of now."""
        self._metrics.entities.looked({})

    def reference(self, engine: Engine) -> None:
        """Report which detectors rest, and how many events they could not judge.

        One that lacks reference data rests and the others work: a company that has no such feed is
        as ready as it will ever be, and unready for good would hang each rollout. One that its
        settings break does not let the worker be ready: there a rollout should stop.
        """
        silent = engine.silent()
        for detector in engine.detectors.keys() - {CANARY}:
            self._metrics.detectors.silent(detector, detector in silent)
        for detector in self._withheld.keys() - silent.keys():
            del self._withheld[detector]
        known = engine.reference
        resting = {
            it: f"{why}{self._unjudged(it)}"
            for it, why in sorted(silent.items())
            if not all(known.has(kind) for kind in engine.detectors[it].needs)
        } | dict(sorted(engine.signless().items()))
        self._health.show("resting", lambda: resting)
        broken = sorted(silent.keys() - resting.keys())
        if broken:
            self._health.bad("reference", "; ".join(f"{it}: {silent[it]}" for it in broken))
        else:
            self._health.ok(
                "reference", "; ".join(f"{it} rests: {why}" for it, why in resting.items())
            )

    def _unjudged(self, detector: str) -> str:
        count = self._withheld[detector]
        return f" (taken in without, to be judged when one does: {count})" if count else ""

    def _failed(self, failure: Failure, partition: int, offset: int) -> None:
        """Write a line for each event; for a deadline, which has no event, one for the record it
        was reached in."""
        origins = [event.origin for event in failure.events]
        for origin in origins or [Origin(KEYED_TOPIC, partition, offset)]:
            _log.error(
                "detector failed",
                detector=failure.detector,
                topic=topic_name(self._settings, origin.topic),
                partition=origin.partition,
                offset=origin.offset,
                error=told(failure.error),
            )
