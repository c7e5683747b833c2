"""The monitor on a real broker: what it does in which order, and what it does without Faust."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata
from kafka.admin import KafkaAdminClient
from kafka.structs import TopicPartition as At
from msgspec import structs

from contract.alert import Alert
from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from detectors.engine.engine import Engine
from detectors.engine.stream_time import UNKNOWN
from detectors.facts.reference import Reference
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from offbook.cli.demo.embedded import EmbeddedKafka
from sinks.dead_letters import EXCEPTION, OFFSET, STAGE, TOPIC
from sinks.headers import EVENT_TIMESTAMP
from streams.monitor.changelog import Changelog, SupersededError
from streams.monitor.entity_partition import APPLIED, EntityPartition
from streams.monitor.monitor import Monitor, StateGoneError
from streams.monitor.partition_queues import MOST_TOGETHER
from streams.monitor.partition_reader import PartitionReader, RecordsGoneError
from streams.monitor.records import KeyedRecord
from streams.wire.kafka import CHANGELOG_TOPIC, group
from streams.wire.keyed_records import KEYED_TOPIC, partition_of
from tests.detectors import timeline as tell
from tests.parts.apache_kafka import ApacheKafka
from tests.parts.paused import paused
from tests.streams.monitor.monitoring import Bench, applied, until

pytestmark = pytest.mark.integration

EMPLOYEE = "employee:E-1"
HOME = partition_of(EMPLOYEE, 4)


def deletions(count: int, of: int = 5) -> list[Event]:
    """So many deletes of `of` records each by one employee, a second apart."""
    return [tell.deletes(f"2026-03-02 09:00:{n:02}", "E-1", of) for n in range(count)]


@pytest.fixture
def bench(kafka: Any, topic_prefix: str) -> Bench:
    return Bench(kafka.bootstrap, topic_prefix)


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


def test_a_write_to_the_changelog_waits_for_the_broker(
    fresh_kafka: EmbeddedKafka, topic_prefix: str
) -> None:
    bench = Bench(fresh_kafka.bootstrap, topic_prefix)

    async def run() -> None:
        async with bench.open():
            reader = PartitionReader(bench.settings)
            changelog = Changelog(bench.topic(CHANGELOG_TOPIC), lambda: bench.producer, reader)
            partition = await changelog.load(HOME)
            await changelog.write_applied(partition)
            with paused(fresh_kafka):
                writing = asyncio.create_task(changelog.write_applied(partition))
                await asyncio.sleep(1)
                assert not writing.done()
            await asyncio.wait_for(writing, 20)
            assert partition.tail == 2
            await reader.stop()

    asyncio.run(run())


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


def test_what_may_have_been_sent_before_a_crash_is_taken_record_by_record(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    #   applied up to 9 │ 10 and 11 may have been sent │ 12, 13, 14 cannot
    taken: list[list[int]] = []

    async def apply(partition: EntityPartition, records: Sequence[KeyedRecord]) -> None:
        taken.append([record.offset for record in records])
        partition.applied = records[-1].offset

    async def run() -> None:
        monitor = bench.monitor()
        monkeypatch.setattr(monitor, "_apply", apply)
        partition = EntityPartition(0)
        partition.applied, partition.in_doubt = 9, 11
        messages = [
            SimpleNamespace(offset=offset, timestamp=0.0, headers=None, value=b"")
            for offset in range(10, 15)
        ]
        await monitor._catch_up(partition, messages)

    asyncio.run(run())
    assert taken == [[10], [11], [12, 13, 14]]


def test_a_partition_taken_up_again_is_in_doubt_as_far_as_records_are_taken_together(
    bench: Bench,
) -> None:
    async def run() -> None:
        async with bench.open():
            async with bench.running() as first:
                last = await bench.key(*deletions(3))
                await until(lambda: applied(first, last))
            async with bench.running() as second:
                await until(lambda: HOME in second._app.partitions)
                assert second._app.partitions[HOME].in_doubt == last[HOME] + MOST_TOGETHER

    asyncio.run(run())


async def commit(bench: Bench, offset: int, partitions: Sequence[int] = (HOME,)) -> None:
    """Set the monitor group's offset of the employee's partition, or of others."""
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bench.bootstrap,
        group_id=group(bench.settings, "monitor"),
        enable_auto_commit=False,
    )
    await consumer.start()
    ours = [TopicPartition(bench.topic(KEYED_TOPIC), number) for number in partitions]
    consumer.assign(ours)
    await consumer.commit({at: OffsetAndMetadata(offset, "") for at in ours})
    await consumer.stop()


def test_records_that_faust_skips_are_read_without_it_and_in_order(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            await bench.key(*deletions(5))
            await commit(bench, 4)
            async with bench.running() as monitor:
                last = await bench.key(deletions(6)[5])
                await until(lambda: applied(monitor, last))
            alerts = await bench.alerts()
            assert [alert.revision for alert in alerts] == [1, 2, 3]
            assert [piece.offset for piece in alerts[-1].evidence] == [0] * 6

    asyncio.run(run())


def test_a_partition_that_faust_never_delivers_is_read_all_the_same(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            last = await bench.key(*deletions(5))
            await commit(bench, 5)
            async with bench.running() as monitor:
                await until(lambda: applied(monitor, last))
            assert [alert.revision for alert in await bench.alerts()] == [1, 2]

    asyncio.run(run())


async def fill(bench: Bench, count: int) -> dict[int, int]:
    """So many records on every keyed partition, of which Faust will deliver none."""
    last: dict[int, int] = {}
    for n in range(count):
        last |= await bench.tick(tell.at("2026-03-02 09:00") + n)
    await commit(bench, count, range(4))
    return last


def test_partitions_that_all_stand_still_are_read_side_by_side_and_the_pulse_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them takes for ever: the others do not wait for it, nor does the loop that watches."""
    held, let_go = asyncio.Event(), asyncio.Event()
    apply = Monitor._apply

    async def held_up(self: Monitor, partition: EntityPartition, records: Any) -> None:
        if partition.number == 0:
            held.set()
            await let_go.wait()
        await apply(self, partition, records)

    async def run() -> None:
        monkeypatch.setattr(Monitor, "_apply", held_up)
        async with bench.open():
            last = await fill(bench, 3)
            async with bench.running() as monitor:
                await asyncio.wait_for(held.wait(), 40)
                others = {number: at for number, at in last.items() if number}
                await until(lambda: applied(monitor, others))
                assert not applied(monitor, {0: 0})
                pulses = []
                monkeypatch.setattr(bench.health, "pulse", pulses.append)
                await until(lambda: len(pulses) >= 2, 10)
                let_go.set()
                await until(lambda: applied(monitor, last))

    asyncio.run(run())


def test_a_partition_that_is_read_without_faust_is_let_go_in_the_middle(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that joins does not wait until all of it was read."""
    apply = Monitor._apply

    async def slow(self: Monitor, partition: EntityPartition, records: Any) -> None:
        await asyncio.sleep(0.2)
        await apply(self, partition, records)

    async def run() -> None:
        async with bench.open():
            last = await fill(bench, 300)
            monkeypatch.setattr(Monitor, "_apply", slow)
            async with bench.running() as one:
                await until(lambda: applied(one, dict.fromkeys(last, 1)))
                monkeypatch.setattr(Monitor, "_apply", apply)
                async with bench.running() as other:
                    # All that is left at a time would take the first a minute.
                    monkeypatch.setattr(one, "_apply", partial(slow, one))
                    await until(lambda: 0 < len(other._app.partitions) < 4, 30)
                    theirs = set(other._app.partitions)
                    await until(lambda: applied(other, {n: last[n] for n in theirs}), 60)

    asyncio.run(run())


def test_holes_that_transactions_leave_are_no_records_that_are_gone(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    bench = Bench(apache_kafka.bootstrap, topic_prefix)

    async def run() -> None:
        async with bench.open():
            first = await bench.tick(tell.at("2026-03-02 09:00"))
            producer: Any = AIOKafkaProducer(
                bootstrap_servers=apache_kafka.bootstrap, transactional_id="somebody"
            )
            await producer.start()
            await producer.begin_transaction()
            for number in range(4):
                await producer.send_and_wait(bench.topic(KEYED_TOPIC), b"x", partition=number)
            await producer.abort_transaction()
            await producer.stop()
            async with bench.running() as monitor:
                await until(lambda: applied(monitor, first))
                last = await bench.tick(tell.at("2026-03-02 09:01"))
                assert last == dict.fromkeys(range(4), 3)
                await until(lambda: applied(monitor, last))
            # And without Faust, from the beginning.
            bench.settings = structs.replace(bench.settings, group_prefix=f"{bench.prefix}again")
            reader = PartitionReader(bench.settings)
            fetched = reader.read(bench.topic(KEYED_TOPIC), 0, 0)
            read = [record.offset async for records in fetched for record in records]
            assert read == [0, 3]
            await reader.stop()

    asyncio.run(run())


def test_records_delivered_again_are_passed_over(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            async with bench.running() as monitor:
                last = await bench.key(*deletions(5))
                await until(lambda: applied(monitor, last))
                # And the notes of the alerts to their employee.
                last = {r.partition: r.offset for r in await bench.records("offbook.keyed")}
                await until(lambda: applied(monitor, last))
            before = await bench.records(CHANGELOG_TOPIC)
            found = await bench.alerts()
            assert [piece.offset for piece in found[-1].evidence] == [0] * 5
            # A group without offsets starts at the first record.
            bench.settings = structs.replace(bench.settings, group_prefix=f"{bench.prefix}again")
            async with bench.running() as monitor:
                last = await bench.tick(tell.at("2026-03-02 09:01"))
                await until(lambda: applied(monitor, last))
            ours = [r for r in await bench.records(CHANGELOG_TOPIC) if r.partition == HOME]
            assert len(ours) == len([r for r in before if r.partition == HOME]) + 1
            assert ours[-1].key == APPLIED.encode()
            assert await bench.alerts() == found

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


def test_bytes_that_are_no_batch_are_passed_over(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            topic = bench.topic(KEYED_TOPIC)
            async with bench.running() as monitor:
                await bench.key(*deletions(3))
                for value in (b"", b"\xc1", b"not ours", None):
                    await bench.producer.send_and_wait(topic, value, key=b"k", partition=HOME)
                last = await bench.key(deletions(4)[3])
                await until(lambda: applied(monitor, last), seconds=8)
            assert len(await bench.alerts()) == 1

    asyncio.run(run())


@pytest.mark.kafka
def test_records_gone_before_they_were_applied_end_the_monitor(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    bench = Bench(apache_kafka.bootstrap, topic_prefix)

    async def run() -> str:
        async with bench.open():
            async with bench.running() as monitor:
                last = await bench.key(deletions(1)[0])
                await until(lambda: applied(monitor, last))
            await bench.key(*deletions(6)[1:])
            admin = KafkaAdminClient(bootstrap_servers=bench.bootstrap)
            admin.delete_records({At(bench.topic(KEYED_TOPIC), HOME): 4})
            admin.close()
            with pytest.raises(StateGoneError) as gone:
                await asyncio.wait_for(bench.monitor().run(), 60)
            assert not gone.value.retryable
            return str(gone.value)

    message = asyncio.run(run())
    assert f"{bench.topic(KEYED_TOPIC)}[{HOME}]: records 1 to 3 were not applied" in message
    assert bench.topic(CHANGELOG_TOPIC) in message


class TestTwoWritersOfOneChangelog:
    """A paused worker that wakes up late, and the one that has its partition by now."""

    async def _changelog(self, bench: Bench) -> tuple[Changelog, PartitionReader]:
        reader = PartitionReader(bench.settings)
        topic = bench.topic(CHANGELOG_TOPIC)
        return Changelog(topic, lambda: bench.producer, reader), reader

    def _take(self, bench: Bench, partition: Any, count: int, offset: int) -> None:
        engine = Engine(bench.detectors, bench.reference)
        step = engine.step(EMPLOYEE, partition.state(EMPLOYEE), deletions(count), UNKNOWN)
        partition.put(EMPLOYEE, step.state, offset)

    def test_the_late_one_learns_that_it_is_late(self, bench: Bench) -> None:
        async def run() -> None:
            async with bench.open():
                changelog, reader = await self._changelog(bench)
                late, new = await changelog.load(HOME), await changelog.load(HOME)
                for offset in (0, 1):
                    self._take(bench, new, offset + 1, offset)
                    await changelog.write_entities(new, [EMPLOYEE], offset)
                    new.applied = offset
                    await changelog.write_applied(new)
                self._take(bench, late, 1, 0)
                with pytest.raises(SupersededError):
                    await changelog.write_entities(late, [EMPLOYEE], 0)
                await reader.stop()

        asyncio.run(run())

    def test_the_new_one_puts_its_own_state_on_top(self, bench: Bench) -> None:
        async def run() -> None:
            async with bench.open():
                changelog, reader = await self._changelog(bench)
                late, new = await changelog.load(HOME), await changelog.load(HOME)
                self._take(bench, new, 2, 1)
                new.applied = 1
                await changelog.write_entities(new, [EMPLOYEE], 1)
                self._take(bench, late, 1, 0)
                late.tail = new.tail  # it wrote before it could learn better
                await changelog.write_entities(late, [EMPLOYEE], 0)
                await changelog.write_applied(new)
                records = [r for r in await bench.records(CHANGELOG_TOPIC) if r.partition == HOME]
                last = [record for record in records if record.key == EMPLOYEE.encode()][-1]
                assert last.value == new.values[EMPLOYEE]
                assert (await changelog.load(HOME)).values == new.values
                await reader.stop()

        asyncio.run(run())

    def test_a_state_covered_by_an_older_one_is_written_anew_at_loading(self, bench: Bench) -> None:
        async def run() -> None:
            async with bench.open():
                changelog, reader = await self._changelog(bench)
                late, new = await changelog.load(HOME), await changelog.load(HOME)
                self._take(bench, new, 2, 1)
                new.applied = 1
                await changelog.write_entities(new, [EMPLOYEE], 1)
                self._take(bench, late, 1, 0)
                late.tail = new.tail
                await changelog.write_entities(late, [EMPLOYEE], 0)
                loaded = await changelog.load(HOME)
                await changelog.rewrite_outdated(loaded)
                last = [r for r in await bench.records(CHANGELOG_TOPIC) if r.partition == HOME][-1]
                assert last.value == new.values[EMPLOYEE]
                await reader.stop()

        asyncio.run(run())


def test_a_reader_reads_exactly_what_it_is_asked_for(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            await bench.key(*deletions(9))
            reader = PartitionReader(bench.settings)
            topic = bench.topic(KEYED_TOPIC)
            for start, end, wanted in ((0, None, 9), (3, 5, 2), (8, None, 1), (9, None, 0)):
                found = [
                    r.offset async for some in reader.read(topic, HOME, start, end) for r in some
                ]
                assert found == list(range(start, start + wanted))
            await reader.stop()

    asyncio.run(run())


def test_records_gone_are_named() -> None:
    error = RecordsGoneError("offbook.keyed", 2, 5, 9)
    assert str(error) == (
        "offbook.keyed[2]: records 5 to 8 were not applied yet and are gone from the topic"
    )


def test_readiness_tells_of_recovery_and_of_missing_reference_data(bench: Bench) -> None:
    bench.reference = Reference()

    async def run() -> None:
        async with bench.open():
            monitor: Monitor
            async with bench.running() as monitor:
                assert not bench.health.readiness().checks["recovery"].ok
                last = await bench.tick(tell.at("2026-03-02 09:00"))
                await until(lambda: applied(monitor, last))
                await until(lambda: bench.health.readiness().checks["recovery"].ok)
                lacking = bench.health.readiness().checks["reference"]
                assert not lacking.ok
                assert "offbook-payment" in lacking.reason
                page, _ = bench.metrics.exposition()
                assert 'offbook_stream_time_seconds{partition="0"}' in page.decode()
                assert 'offbook_silent_detectors{detector="offbook-payment"} 1.0' in page.decode()
            assert bench.health.readiness().ok

    asyncio.run(run())
