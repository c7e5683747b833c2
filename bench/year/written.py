"""What a monitor writes while it works through a year: its alerts, and the changelog."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import msgspec

from bench.changelog import size_of
from bench.year.company import HOT, Fraud
from streams.monitor.entity_partition import ASIDE
from streams.monitor.segments import entity_of
from streams.wire.kafka import ALERTS_TOPIC


class _Alert(msgspec.Struct):
    alert_id: str
    detector: str
    employee: str | None
    customer: str | None


class Written:
    """What the monitor writes, as it is written: its alerts, and the changelog as far as it is of
    the hot entity, or counts."""

    def __init__(self) -> None:
        self.bytes = self.revisions = 0
        self.found: set[Fraud] = set()
        #: Revisions of alerts about the hot account, by detector.
        self.of_hot: Counter[str] = Counter()
        self.aside: set[bytes] = set()
        self._alerts: set[str] = set()
        self._standing: dict[bytes, int] = {}

    @property
    def alerts(self) -> int:
        """How many there were, however often they were revised."""
        return len(self._alerts)

    @property
    def state(self) -> tuple[int, int]:
        """Bytes of the hot entity on the changelog, and in how many records."""
        return sum(self._standing.values()), len(self._standing)

    def changelog(self, key: bytes, value: bytes | None) -> None:
        """Take in a record of the changelog."""
        self.bytes += size_of([(key, value, [])])
        if key.startswith(ASIDE.encode()):
            (self.aside.discard if value is None else self.aside.add)(key)
        elif entity_of(key.decode()) == f"employee:{HOT}":
            if value is None:
                self._standing.pop(key, None)
            else:
                self._standing[key] = len(key) + len(value)

    def alert(self, value: bytes) -> None:
        """Take in a revision of an alert."""
        alert = msgspec.json.decode(value, type=_Alert)
        self.revisions += 1
        self._alerts.add(alert.alert_id)
        self.found |= {Fraud(alert.detector, it) for it in (alert.employee, alert.customer) if it}
        if alert.employee == HOT:
            self.of_hot[alert.detector] += 1


class Following:
    """Reads what the monitor writes while it does: later the broker may have compacted it."""

    def __init__(self, consumer: Any, prefix: str) -> None:
        self.written = Written()
        self._consumer = consumer
        self._alerts = prefix + ALERTS_TOPIC

    async def to_the_end(self) -> Written:
        """All that stands there by now."""
        partitions = self._consumer.assignment()
        for it, end in (await self._consumer.end_offsets(partitions)).items():
            while await self._consumer.position(it) < end:  # noqa: ASYNC110 - the consumer tells nobody
                await asyncio.sleep(0.1)
        return self.written

    async def run(self) -> None:
        """Until cancelled."""
        async for record in self._consumer:
            if record.topic == self._alerts:
                self.written.alert(record.value)
            else:
                self.written.changelog(record.key, record.value)
