"""Who looked at whom: a record before the look, so that no look is without one."""

from __future__ import annotations

import time
from typing import Literal

import msgspec
from msgspec import Struct

from contract.times import rfc3339
from desk.kafka_log import KafkaLog
from streams.wire.kafka import AUDIT_TOPIC


class Look(Struct, frozen=True):
    """Field for field the JSON on `offbook.audit`, keyed by `employee`. `by` is the reader, `at`
    when (RFC 3339)."""

    at: str
    by: str
    what: Literal["timeline"]
    employee: str


class Audit:
    """Writes looks to `log`."""

    def __init__(self, log: KafkaLog) -> None:
        self._log = log

    async def looks(self, by: str, employee: str) -> None:
        """Somebody looks at all that is known of a person. Raises `KafkaError`; then nothing may be
        shown."""
        at = rfc3339(time.time_ns() // 1_000_000 * 1000)
        look = Look(at, by, "timeline", employee)
        await self._log.put(AUDIT_TOPIC, employee, msgspec.json.encode(look))
