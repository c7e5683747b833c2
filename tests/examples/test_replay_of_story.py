"""The bundled story through the engine: it finds what the labels say, and nothing else."""

from __future__ import annotations

from typing import Any

from contract.alert import Alert
from detectors.engine.alert_writer import alert_id
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.facts.reference import Reference
from detectors.rules.catalogue import DETECTORS
from tests.examples.test_story import decoded, tales


def replayed() -> tuple[list[Alert], InMemoryRun]:
    reference = Reference()
    for document in decoded("reference.ndjson"):
        reference.put(document)
    run = InMemoryRun(Engine(DETECTORS, reference, mode="replay"))
    return run.run(decoded("story.ndjson")), run


def told(alert: Alert) -> tuple[Any, ...]:
    return (
        alert.detector,
        alert.severity,
        alert.state,
        alert.score,
        alert.employee,
        alert.customer,
        alert.order,
        alert.account,
        tuple(piece.id for piece in alert.evidence),
    )


def labelled(alert: dict[str, Any]) -> tuple[Any, ...]:
    fields = ("detector", "severity", "state", "score", "employee", "customer", "order", "account")
    return (*(alert[field] for field in fields), tuple(alert["events"]))


def test_the_engine_finds_exactly_the_labelled_alerts() -> None:
    alerts, run = replayed()
    final = {alert.alert_id: alert for alert in alerts}
    assert sorted(map(told, final.values()), key=repr) == sorted(
        (labelled(alert) for tale in tales() for alert in tale["alerts"]), key=repr
    )
    assert not run.failures
    assert not run.evicted
    assert not run.engine.silent()


def test_revisions_count_up_and_say_they_are_from_a_replay() -> None:
    alerts, _ = replayed()
    newest: dict[str, int] = {}
    for alert in alerts:
        assert alert.revision == newest.get(alert.alert_id, 0) + 1
        newest[alert.alert_id] = alert.revision
        assert alert.mode == "replay"


def test_two_replays_say_the_same_to_the_letter() -> None:
    assert replayed()[0] == replayed()[0]


def test_the_ids_in_the_story_never_change() -> None:
    """What is in a ledger or a ticket today must be found again after an upgrade."""
    alerts, _ = replayed()
    first = next(alert for alert in alerts if alert.detector == "offbook-payment")
    assert first.alert_id == alert_id("offbook-payment", "PAY-0303-01")
    assert first.alert_id == "offbook-payment-eb199ea7f894b89b"
