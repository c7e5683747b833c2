"""Overrides of Faust, some through private names because no setting offers them.

Each of them avoids a second of latency, an extra log line or a file. Faust is pinned, so that none
of these names can change unnoticed.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import faust
from faust.app.base import BootStrategy
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

#: Milliseconds the broker may hold back an answer that has nothing new. Faust's is fixed at 1500; a
#: partition that is not part of a request under way waits for its end, so it adds to latency.
_FETCH_WAIT_MS: Final = 50

#: Faust services log under the module that defines them; ours are to log as Faust's.
_faust_logger = logging.getLogger("faust.app")


class _Boot(BootStrategy):
    enable_web = False
    enable_sensors = False


class _ConsumerThread(AIOKafkaConsumerThread):
    logger = _faust_logger

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS  # noqa: SLF001 - it can be set nowhere else
        # Like all our consumers that do not use Faust.
        consumer._isolation_level = "read_committed"  # noqa: SLF001
        return consumer


class SteeredConsumer(Consumer):
    logger = _faust_logger

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def on_buffer_full(self, tp: Any) -> None:
        """Do not pause the partition: a full buffer makes the reading wait by itself, and Faust
        sleeps a whole second when it finds all partitions paused."""


class SteeredApp(faust.App):
    logger = _faust_logger
    BootStrategy = _Boot

    def _create_directories(self) -> None:
        """Nothing of ours is on disk, and the disk may be read-only."""
