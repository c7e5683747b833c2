"""The team of each employee, from the compacted topic of reference documents.

Read beside everything else, and waited for by nobody for long: while Kafka does not give it, alerts
are told without a team. The documents themselves are not kept, only who is in which team.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.types import ReferenceEmployee
from sinks.backoff import Backoff
from sinks.faults import told

#: Records taken in at a time, some 20 ms of work.
_AT_A_TIME: Final = 2000

_log = structlog.get_logger(__name__)


class Teams:
    """Keeps in step with the topic from `run` on, until cancelled.

    `security` is passed to the Kafka client as it is; `takes` says of which sources documents are
    accepted. `read` is set once what was on the topic at the start has been read.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        topic: str = "reference.employees",
        security: Mapping[str, Any] | None = None,
        takes: Callable[[str], bool] = lambda _: True,
        region: str = "CN",
    ) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._security = dict(security or {})
        self._takes = takes
        self._region = region
        #: By employee: partition and time (µs) of the newest document, and the team.
        self._newest: dict[str, tuple[int, int, str]] = {}
        self.read = asyncio.Event()

    def of(self, employee: str | None) -> str:
        """The team of an employee, empty if it is not known."""
        return self._newest.get(employee or "", (0, 0, ""))[2]

    async def run(self) -> None:
        """Read until cancelled; begins anew when something fails."""
        backoff = Backoff()
        while True:
            consumer = AIOKafkaConsumer(
                self._topic,
                bootstrap_servers=self._bootstrap,
                client_id="offbook-teams",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                **self._security,
            )
            try:
                await consumer.start()
                await self._read(consumer, backoff)
            except Exception as error:  # noqa: BLE001 - nobody is to be left untold because of it
                _log.warning("cannot read who is in which team; trying again", error=told(error))
            finally:
                with contextlib.suppress(KafkaError, OSError):
                    await consumer.stop()
            await asyncio.sleep(backoff.longer())

    async def _read(self, consumer: Any, backoff: Backoff) -> None:
        ends = dict(await consumer.end_offsets(consumer.assignment()))
        while True:
            fetched = await consumer.getmany(timeout_ms=200, max_records=_AT_A_TIME)
            backoff.over()
            for partition, records in fetched.items():
                for record in records:
                    self.take(partition.partition, record)
            if not self.read.is_set():
                reached = [await consumer.position(it) >= end for it, end in ends.items() if end]
                if all(reached):
                    self.read.set()

    def take(self, partition: int, record: Any) -> None:
        """Take in one record. Within a partition the last one holds, over several the newest."""
        if record.value is None:
            id_, at, team = (record.key or b"").decode("utf-8", "replace"), record.timestamp, ""
            at *= 1000
        else:
            origin = Origin("reference.employees", partition, record.offset)
            event = decode_record(
                record.value,
                record.headers,
                origin,
                wall=time.time_ns() // 1000,
                region=self._region,
            )
            if not isinstance(event, Event) or not isinstance(event.data, ReferenceEmployee):
                return
            if not self._takes(event.source):
                return
            id_, at, team = event.data.employee, event.time, event.data.team or ""
        before = self._newest.get(id_)
        if before is None or before[0] == partition or before[1] <= at:
            self._newest[id_] = (partition, at, team)
