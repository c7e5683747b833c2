"""Delivery as a chain of stages: each takes the current items and does one thing with them.

If a stage raises, all items come again, from the first stage on, so each stage must tolerate seeing
an item twice. Another sink, or another recipient, is one more stage.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from aiokafka.errors import MessageSizeTooLargeError

from sinks.dead_letters import DeadLetter, without_value
from sinks.delivery.reading import Item
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.sink import RedisSink
from sinks.sink import Sink

_log = structlog.get_logger(__name__)


class Stage(Protocol):
    """One step of delivery."""

    async def take(self, items: Sequence[Item]) -> None:
        """Process these items, which are in the order of their offsets."""


class SetAside:
    """Sends records that are not alerts to the dead letters. Raises `KafkaError` while it
    cannot."""

    def __init__(self, producer: Any, prefix: str, metrics: Metrics, health: Health) -> None:
        self._producer = producer
        self._prefix = prefix
        self._metrics = metrics
        self._health = health

    async def take(self, items: Sequence[Item]) -> None:
        letters = [(item, item.letter) for item in items if item.letter is not None]
        if letters:
            await asyncio.gather(*(self._send(item, letter) for item, letter in letters))
            self._health.ok("dead letters")

    async def _send(self, item: Item, letter: DeadLetter) -> None:
        try:
            await self._produce(letter)
        except MessageSizeTooLargeError:
            await self._produce(without_value(letter, "too large for the dead letter topic"))
        # If the alerts beside it have to wait, it must not be sent again with each attempt.
        item.letter = None
        topic = item.partition.topic.removeprefix(self._prefix)
        self._metrics.events.count(topic, "dead_letter")
        _log.warning(
            "neither an alert nor an action; sent to the dead letters",
            topic=item.partition.topic,
            partition=item.partition.partition,
            offset=item.offset,
            to=letter.topic,
        )

    async def _produce(self, letter: DeadLetter) -> None:
        await self._producer.send_and_wait(
            letter.topic,
            value=letter.value,
            key=letter.key,
            headers=list(letter.headers),
            timestamp_ms=letter.timestamp if letter.timestamp >= 0 else None,
        )


class Store:
    """Writes revisions and actions to a sink, and keeps the outcome of each. Raises
    `SinkError`."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def take(self, items: Sequence[Item]) -> None:
        alerts = [(item, item.revision) for item in items if item.revision is not None]
        acted = [(item, item.logged) for item in items if item.logged is not None]
        if not alerts and not acted:
            return
        outcomes = await self._sink.write([it for _, it in alerts], [it for _, it in acted])
        for (item, _), outcome in zip([*alerts, *acted], outcomes, strict=True):
            item.outcome = outcome


class Hear:
    """Writes down that a canary came back, and tells of it once Redis has it. Raises
    `SinkError`."""

    def __init__(self, sink: RedisSink, metrics: Metrics) -> None:
        self._sink = sink
        self._metrics = metrics

    async def take(self, items: Sequence[Item]) -> None:
        heard = [item.canary for item in items if item.canary is not None]
        if heard:
            await self._sink.heard(max(heard))
            self._metrics.canary.seen(max(heard))


class Count:
    """Counts what was written: which alerts are new, and how long they took."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def take(self, items: Sequence[Item]) -> None:
        now = time.time()
        for item in items:
            if item.revision is None or item.outcome not in ("written", "moved"):
                continue
            alert = item.revision.alert
            # An alert that nobody was told of until now is new to whoever is on call, whatever its
            # revision.
            if alert.state == "firing" and (alert.revision == 1 or item.outcome == "moved"):
                self._metrics.alerts.new(alert.detector, alert.severity, alert.audience)
            if item.stamped is not None:
                self._metrics.alerts.latency(now - item.stamped / 1000)
