"""Sees whether Kafka answers this process, whatever its roles are doing: the gauge that names an
outage by its cause."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from sinks.faults import told
from sinks.metrics.metrics import Metrics
from streams.settings.settings import Settings
from streams.wire.kafka_access import KafkaAccessError, knock

#: Seconds between two looks. A look is a connection of its own to each broker that is named, with
#: its TLS and password: the clients' own connections are retried inside them, and tell nothing.
_LOOK_EVERY: Final = 5.0
#: Seconds a broker may take to answer: one that is paused or full takes a connection and is silent.
_PATIENCE: Final = 5.0

_log = structlog.get_logger(__name__)


class KafkaWatch:
    """Keeps `offbook_kafka_up` true, from before the roles have started until the process ends."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics

    async def run(self) -> None:
        """Look for ever; ends by cancellation."""
        before: bool | None = None
        while True:
            up, why = await self._answers()
            self._metrics.kafka.up(up)
            if up and before is False:
                _log.info("Kafka answers again")
            elif not up and before is not False:
                _log.warning("Kafka does not answer", error=why)
            before = up
            await asyncio.sleep(_LOOK_EVERY)

    async def _answers(self) -> tuple[bool, str]:
        try:
            async with asyncio.timeout(_PATIENCE):
                await knock(self._settings)
        except (KafkaAccessError, OSError) as error:
            return False, told(error)
        return True, ""
