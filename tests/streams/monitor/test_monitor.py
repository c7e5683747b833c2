"""The monitor on a real broker: what it does in which order, and what comes of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from contract.alert import Alert
from contract.decoding.decode import decode_record
from contract.event import Origin
from detectors.facts.reference import Reference
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from sinks.dead_letters import EXCEPTION, OFFSET, STAGE, TOPIC
from sinks.headers import EVENT_TIMESTAMP
from streams.monitor.monitor import Monitor
from tests.detectors import timeline as tell
from tests.streams.monitor.monitoring import (
    Bench,
    applied,
    deletions,
    until,
)

pytestmark = pytest.mark.integration


class Spy:
    """An aiokafka producer that writes down what is sent and what is acknowledged."""

    def __init__(self, producer: Any, notes: list[str], prefix: str) -> None:
        self._producer, self._notes, self._prefix = producer, notes, prefix

    def create_batch(self) -> Any:
        return self._producer.create_batch()

    async def send(self, topic: str, **record: Any) -> Any:
        return self._noted(topic, await self._producer.send(topic, **record))

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> Any:
        count = batch.record_count()
        sent = await self._producer.send_batch(batch, topic, partition=partition)
        return self._noted(f"{topic} of {count}", sent)

    def _noted(self, what: str, sent: Any) -> Any:
        what = what.removeprefix(self._prefix)
        self._notes.append(f"send {what}")
        sent.add_done_callback(lambda _: self._notes.append(f"ack {what}"))
        return sent


def test_alerts_are_acknowledged_before_entities_and_these_before_the_offset(
    bench: Bench,
) -> None:
    notes: list[str] = []

    async def run() -> None:
        async with bench.open():
            monitor = bench.monitor()
            real = monitor._app.kafka_producer
            monitor._changelog._producer = lambda: Spy(real(), notes, bench.prefix)
            monitor._outbox._producer = lambda: Spy(real(), notes, bench.prefix)
            last = await bench.key(*deletions(1, of=20))
            async with bench.running(monitor):
                await until(lambda: applied(monitor, last))

    asyncio.run(run())
    entities = "offbook.entities-changelog of 1"
    begun = notes.index(f"send {entities}")
    # The alert, and the note of it to its employee.
    out = ["offbook.alerts", "offbook.keyed"]
    assert sorted(notes[:begun]) == sorted(f"{did} {it}" for did in ("send", "ack") for it in out)
    assert notes[begun : begun + 4] == [f"send {entities}", f"ack {entities}"] * 2


def test_what_another_monitor_left_is_gone_on_with(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            async with bench.running() as first:
                last = await bench.key(*deletions(3))
                await until(lambda: applied(first, last))
            assert await bench.alerts() == []
            async with bench.running() as second:
                last = await bench.key(deletions(4)[3])
                await until(lambda: applied(second, last))
            assert len((await bench.alerts())[0].evidence) == 4

    asyncio.run(run())


def test_a_deadline_passes_without_an_event_even_after_a_restart(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            async with bench.running() as monitor:
                last = await bench.key(tell.shipment("2026-03-02 09:00", "S-1", order="O-NONE"))
                last |= await bench.tick(tell.at("2026-03-02 10:00"))
                await until(lambda: applied(monitor, last))
            assert await bench.alerts() == []
            async with bench.running() as monitor:
                last = await bench.tick(tell.at("2026-03-03 10:01"))
                await until(lambda: applied(monitor, last))
            alerts = await bench.alerts()
            assert [alert.detector for alert in alerts] == ["shipment-without-order"]
            headers = (await bench.records("offbook.alerts"))[0].headers
            assert EVENT_TIMESTAMP not in dict(headers)

    asyncio.run(run())


def test_an_alert_that_had_to_ask_another_entity_tells_when_its_event_came(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            async with bench.running():
                await bench.key(
                    tell.owner("2026-03-01 09:00", "C-1", "E-9"),
                    tell.payment("2026-03-02 09:00", "P-1", "6222NOT", customer="C-1"),
                )
                for _ in range(100):
                    if alerts := await bench.records("offbook.alerts"):
                        break
                    await asyncio.sleep(0.2)
            assert dict(alerts[0].headers)[EVENT_TIMESTAMP] == b"1700000000000"
            assert (await bench.alerts())[0].employee == "E-9"

    asyncio.run(run())


def test_alerts_that_add_up_make_the_alert_that_a_replay_makes(bench: Bench) -> None:
    #   20 deletes ◄ 60, a customer denies ◄ 60: 120 ── stays after all ── the notice's is withdrawn
    story = [
        tell.tip("2026-03-02 08:00", "T-1", "E-1"),
        tell.deletes("2026-03-02 09:00", "E-1", 20),
        tell.hr("2026-03-02 10:00", "E-1", "resigned"),
        tell.callback("2026-03-02 11:00", "B-1", "C-1", "denied", employee="E-1"),
        tell.hr("2026-03-02 12:00", "E-1", "resignation_withdrawn"),
        tell.shipment("2026-03-02 13:00", "S-1", order="O-NONE", released_by="E-1"),
    ]
    end = tell.at("2026-03-04 13:00")
    replayed = tell.final(tell.play(story, until=end))
    assert {alert.detector for alert in replayed.values()} >= {"employee-risk", "tip-corroborated"}

    def told(alerts: list[Alert]) -> dict[str, object]:
        """What stands in the end; not when this process saw it, nor by how many revisions.

        Notes of several partitions overtake each other: what was thought meanwhile is withdrawn.
        """
        newest = {alert.alert_id: alert for alert in sorted(alerts, key=lambda it: it.revision)}
        return {
            id_: structs.replace(alert, revision=0, detected_at="", mode="live")
            for id_, alert in newest.items()
            if alert.state == "firing"
        }

    async def run() -> None:
        async with bench.open():
            async with bench.running():
                last = await bench.key(*story)
                last |= await bench.tick(end)
                for _ in range(100):
                    alerts = await bench.alerts()
                    if told(alerts) == told(list(replayed.values())):
                        break
                    await asyncio.sleep(0.2)
            assert told(alerts) == told(list(replayed.values()))
            records = await bench.records("offbook.alerts")
            risk = [dict(it.headers) for it in records if it.key.startswith(b"employee-risk")]
            assert risk[0][EVENT_TIMESTAMP] == b"1700000000000"

    asyncio.run(run())


def test_an_event_a_detector_fails_on_goes_to_the_dead_letters_and_others_see_it(
    bench: Bench,
) -> None:
    def fail(view: Any, params: Any) -> Any:
        raise ZeroDivisionError(view.entity_id)

    broken = replace(BULK_DELETE, id="deleted-before-resignation", judge=fail)
    bench.detectors = (broken, BULK_DELETE)
    event = deletions(1, of=20)[0]

    async def run() -> None:
        async with bench.open():
            async with bench.running() as monitor:
                last = await bench.key(event)
                await until(lambda: applied(monitor, last))
            assert [alert.detector for alert in await bench.alerts()] == ["bulk-delete"]
            (letter,) = await bench.records("dlq.crm.edits")
            headers = dict(letter.headers)
            assert headers[STAGE] == b"detector:deleted-before-resignation"
            assert headers[EXCEPTION] == b"builtins.ZeroDivisionError"
            assert headers[TOPIC] == bench.topic("crm.edits").encode()
            assert headers[OFFSET] == b"0"
            assert not [value for value in headers.values() if b"E-1" in value]
            again = decode_record(letter.value, (), Origin("crm.edits", 0, 0))
            assert again == event
            page, _ = bench.metrics.exposition()
            counted = 'offbook_detector_failures_total{detector="deleted-before-resignation"} 1.0'
            assert counted in page.decode()

    asyncio.run(run())


def test_a_company_without_a_feed_is_ready_and_reads_which_detectors_rest(bench: Bench) -> None:
    bench.reference = Reference()

    async def run() -> None:
        async with bench.open():
            monitor: Monitor
            async with bench.running() as monitor:
                assert not bench.health.readiness().checks["recovery"].ok
                last = await bench.tick(tell.at("2026-03-02 09:00"))
                await until(lambda: applied(monitor, last))
                await until(lambda: bench.health.readiness().checks["recovery"].ok)
                await until(lambda: bench.health.readiness().ok)
                report = bench.health.readiness()
                assert "offbook-payment rests: no document" in report.checks["reference"].reason
                resting = json.loads(report.json())["resting"]
                assert "reference.accounts" in resting["offbook-payment"]
                assert "bulk-delete" not in resting
                page, _ = bench.metrics.exposition()
                assert 'offbook_stream_time_seconds{partition="0"}' in page.decode()
                assert 'offbook_silent_detectors{detector="offbook-payment"} 1.0' in page.decode()
            assert "resting" not in json.loads(bench.health.readiness().json())

    asyncio.run(run())
