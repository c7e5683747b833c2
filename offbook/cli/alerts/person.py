"""What is known of one employee, for whoever may see it; that they looked is recorded."""

from __future__ import annotations

import time

from cases.timeline import SPAN, Moment, timeline_of
from contract.times import SECOND
from desk.acting import DeniedError
from desk.audit import Audit
from desk.kafka_log import KafkaLog
from desk.rights import sees_names
from desk.stored import standing
from offbook.cli.alerts.session import Session


async def known_of_person(session: Session, employee: str) -> tuple[Moment, ...]:
    """Everything of the last 30 days, the oldest first. The look is on the audit topic before
    anything is read. Raises `DeniedError`, `RedisSinkError` or `KafkaError`."""
    if not sees_names(session.reader):
        raise DeniedError("a viewer sees no names, and so nobody's 30 days")
    kafka = KafkaLog(session.settings)
    try:
        await Audit(kafka).looks(session.reader.name, employee)
    finally:
        await kafka.close()
    since = time.time_ns() // 1000 - SPAN
    ids = await session.reading.of_employee(employee, since // SECOND)
    known = map(standing, await session.reading.known(ids))
    return timeline_of(((it.alert, it.handling) for it in known), since)
