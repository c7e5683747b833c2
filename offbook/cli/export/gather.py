"""Gathers what an exported case is made of: its alerts, what was done, and the records on Kafka."""

from __future__ import annotations

from collections.abc import Mapping

from aiokafka.errors import KafkaError

from cases.grouping import case_with
from desk.acting import DeniedError, existing
from desk.explain.explanation import explain
from desk.explain.runbooks import in_ten_seconds
from desk.rights import sees_names
from desk.stored import Standing, Wanted, grouped, listed
from detectors.language.detector import Detector
from offbook.cli.alerts.session import Session
from offbook.cli.export.exported import Exported
from offbook.cli.export.records import records_of
from streams.settings.own_detectors import Known
from streams.wire.kafka_access import unreachable


async def gather(
    session: Session, alert_id: str, known: Known, enabled: Mapping[str, Detector]
) -> tuple[str, list[Exported]]:
    """The case that an alert belongs to: its id and its alerts, the worst first, what is closed
    among them too. Raises `ActionError`, `RedisSinkError` or `KafkaAccessError`."""
    if not sees_names(session.reader):
        raise DeniedError("a viewer sees no names: somebody else has to export it")
    wanted = await existing(session.reading, alert_id)
    there = {wanted.alert.alert_id: wanted}
    for shelf in ("open", "closed"):
        found = await listed(session.reading, Wanted(shelf=shelf))
        there |= {it.alert.alert_id: it for it in found}
    case = case_with(alert_id, grouped(it.alert for it in there.values()))
    assert case is not None, "every alert is of a case"
    alerts = [await _exported(session, there[it.alert_id], known, enabled) for it in case.alerts]
    return case.case_id, alerts


async def _exported(
    session: Session, it: Standing, known: Known, enabled: Mapping[str, Detector]
) -> Exported:
    settings, alert = session.settings, it.alert
    detector = enabled.get(alert.detector, known.by_id.get(alert.detector))
    try:
        records = await records_of(settings, alert.evidence)
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from error
    return Exported(
        alert=alert,
        handling=it.handling,
        explanation=explain(
            alert,
            detector,
            enabled=alert.detector in enabled,
            timezone=settings.timezone,
            meaning=in_ten_seconds(detector),
            topic_prefix=settings.topic_prefix,
        ),
        records=tuple(records),
    )
