"""What is too large for Kafka is the trouble of one entity, which is set aside, and of no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import ConfigResource, KafkaAdminClient
from msgspec import structs

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from detectors.engine.messages import Implicated, Told
from detectors.facts.fact import fact_of
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from sinks.dead_letters import OFFSET, STAGE
from streams.monitor.changelog import Changelog
from streams.monitor.entity_work import Work
from streams.monitor.monitor import Monitor
from streams.monitor.outbox import Outbox
from streams.wire.kafka import ALERTS_TOPIC, CHANGELOG_TOPIC
from streams.wire.keyed_records import KEYED_TOPIC, decode_batch, partition_of
from streams.wire.topics import message_limits
from tests.detectors import timeline as tell
from tests.parts.apache_kafka import ApacheKafka
from tests.streams.monitor.monitoring import Bench, applied, until

pytestmark = pytest.mark.integration

LARGE = "E-1"
HOME = partition_of(f"employee:{LARGE}", 4)
#: Another employee of the same partition.
SMALL = next(f"E-{n}" for n in range(2, 99) if partition_of(f"employee:E-{n}", 4) == HOME)
LETTERS = "dlq.crm.edits"
#: Bytes of a record: more than a state of a few facts has, less than some segment of a large one.
LESS_THAN_A_SEGMENT = 1_000


@pytest.fixture
def bench(apache_kafka: ApacheKafka, topic_prefix: str) -> Bench:
    return Bench(apache_kafka.bootstrap, topic_prefix, detectors=[BULK_DELETE])


async def limit(bench: Bench, topic: str, bytes_: int) -> None:
    """How large a record of the topic may be from now on; returns once the broker minds it."""
    admin = KafkaAdminClient(bootstrap_servers=bench.bootstrap)
    name = bench.topic(topic)
    try:
        configs = {"max.message.bytes": str(bytes_)}
        admin.alter_configs([ConfigResource("topic", name, configs=configs)])
    finally:
        admin.close()
    await until(lambda: message_limits(bench.settings, [name]) == {name: bytes_})


def deletions(employee: str, numbers: Iterable[int], count: int = 1) -> list[Event]:
    """Deletes of `count` records each, a second apart, each event with an offset of its own."""
    return [
        structs.replace(
            tell.deletes(f"2026-03-02 09:{n // 60:02}:{n % 60:02}", employee, count),
            origin=Origin("crm.edits", 0, n),
        )
        for n in numbers
    ]


def aside(bench: Bench) -> float | None:
    return bench.metrics.registry.get_sample_value(
        "offbook_entities_set_aside", {"partition": str(HOME)}
    )


def dropped(bench: Bench) -> float:
    return bench.metrics.registry.get_sample_value("offbook_set_aside_inputs_total") or 0


async def come_to_an_end(bench: Bench, monitor: Monitor) -> None:
    """Wait until all is applied that stands on the keyed topic, notes included."""
    while True:
        records = await bench.records(KEYED_TOPIC)
        last = {record.partition: record.offset for record in records}
        await until(lambda: applied(monitor, last))  # noqa: B023
        if len(await bench.records(KEYED_TOPIC)) == len(records):
            return


async def found_of(bench: Bench, employee: str) -> list[tuple[int, int]]:
    """Revision and pieces of evidence of all that was raised on an employee."""
    return [
        (alert.revision, len(alert.evidence))
        for alert in await bench.alerts()
        if alert.employee == employee
    ]


def test_a_state_larger_than_a_record_may_be_is_written_and_read_in_segments(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            await limit(bench, CHANGELOG_TOPIC, 5_000)
            async with bench.running() as monitor:
                await bench.key(*deletions(LARGE, range(300)))
                await come_to_an_end(bench, monitor)
                assert aside(bench) == 0
                kept = dict(monitor._app.partitions[HOME].values)
            assert len(kept[f"employee:{LARGE}"]) > 10_000
            assert max(len(it.value or b"") for it in await bench.records(CHANGELOG_TOPIC)) < 5_000
            async with bench.running() as monitor:
                await until(lambda: HOME in monitor._app.partitions)
                assert monitor._app.partitions[HOME].values == kept

    asyncio.run(run())


def test_a_state_that_is_too_large_is_left_as_it_was_and_all_others_go_on(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            await limit(bench, CHANGELOG_TOPIC, LESS_THAN_A_SEGMENT)
            async with bench.running() as monitor:
                await bench.key(*deletions(LARGE, range(300)))
                await until(lambda: aside(bench) == 1)
                await come_to_an_end(bench, monitor)
                raised = await found_of(bench, LARGE)
                last = monitor._app.partitions[HOME].values[f"employee:{LARGE}"]
                await bench.key(*deletions(SMALL, range(2), 12))
                await come_to_an_end(bench, monitor)
                assert await found_of(bench, SMALL) == [(1, 2)]
            at_first = dropped(bench)
            assert 0 < at_first < 300
            # Stable over restarts: nothing more is taken in, and nothing comes to an end.
            async with bench.running() as monitor:
                await bench.key(*deletions(LARGE, range(300, 305)))
                await bench.key(*deletions(SMALL, range(2, 3), 12))
                await come_to_an_end(bench, monitor)
                assert aside(bench) == 1
                assert monitor._app.partitions[HOME].values[f"employee:{LARGE}"] == last
                assert await found_of(bench, SMALL) == [(1, 2), (2, 3)]
                assert await found_of(bench, LARGE) == raised
            assert dropped(bench) == at_first + 5
            letters = await bench.records(LETTERS)
            offsets = {int(dict(letter.headers)[OFFSET]) for letter in letters}
            assert len(offsets) == dropped(bench)
            assert {dict(letter.headers)[STAGE] for letter in letters} == {b"aside"}
            # There is room now, and what was not taken in is produced again.
            await limit(bench, CHANGELOG_TOPIC, 1_000_000)
            async with bench.running() as monitor:
                await until(lambda: HOME in monitor._app.partitions)
                assert aside(bench) == 0
                again = [decode_structured(it.value, Origin("", 0, 0)) for it in letters]
                await bench.key(*(it for it in again if isinstance(it, Event)))
                await come_to_an_end(bench, monitor)
            assert (await found_of(bench, LARGE))[-1][1] > raised[-1][1]
            async with bench.running() as monitor:
                await until(lambda: HOME in monitor._app.partitions)
                assert aside(bench) == 0, "that stands on the changelog too"

    asyncio.run(run())


def test_an_alert_that_is_too_large_is_nobody_elses_trouble(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            await limit(bench, ALERTS_TOPIC, 4_000)
            async with bench.running() as monitor:
                # 20 pieces of evidence are more than one record may hold, two are not.
                await bench.key(*deletions(LARGE, range(30)), *deletions(SMALL, range(2), 12))
                await until(lambda: aside(bench) == 1)
                await come_to_an_end(bench, monitor)
            assert await found_of(bench, LARGE) == []
            assert await found_of(bench, SMALL) == [(1, 2)]

    asyncio.run(run())


@pytest.mark.parametrize("step", ["write_aside", "write_entities", "write_applied"])
def test_a_crash_while_an_entity_is_set_aside_loses_nothing_else(
    bench: Bench, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever had been written by then, the next monitor comes to the same end."""
    crashed = asyncio.Event()
    goes_on: Callable[..., Any] = getattr(Changelog, step)

    async def crash(self: Changelog, partition: Any, *more: Any) -> Any:
        if partition.aside and not crashed.is_set():
            crashed.set()
            raise OSError("killed")
        return await goes_on(self, partition, *more)

    async def run() -> None:
        async with bench.open():
            await limit(bench, CHANGELOG_TOPIC, LESS_THAN_A_SEGMENT)
            monkeypatch.setattr(Changelog, step, crash)
            await bench.key(*deletions(SMALL, range(1), 12), *deletions(LARGE, range(300)))
            await bench.key(*deletions(SMALL, range(1, 4), 12))
            with pytest.raises(OSError, match="killed"):
                async with bench.running():
                    await asyncio.wait_for(crashed.wait(), 40)
            async with bench.running() as monitor:
                await come_to_an_end(bench, monitor)
                assert aside(bench) == 1
            assert (await found_of(bench, SMALL))[-1][1] == 4
            written = await bench.records(CHANGELOG_TOPIC)
            marks = [it for it in written if it.key == f"aside/employee:{LARGE}".encode()]
            assert marks

    asyncio.run(run())


def test_of_notes_that_go_together_the_one_that_is_too_large_is_found(bench: Bench) -> None:
    def fact(about: str) -> Any:
        event = tell.deletes("2026-03-02 09:00", "E-9", 1)
        return fact_of(event, "alert", about=about, weight=60)

    async def run() -> None:
        async with bench.open():
            await limit(bench, KEYED_TOPIC, 3_000)

            producer: Any = AIOKafkaProducer(bootstrap_servers=bench.bootstrap)
            await producer.start()
            notes = [
                ("employee:E-1", Implicated(fact("a"), 1, True), None),
                ("employee:E-1", Told("customer:C-1", [fact("x" * 120) for _ in range(40)]), None),
                ("employee:E-1", Implicated(fact("b"), 2, True), None),
            ]
            work = Work(notes=notes)  # type: ignore[arg-type]
            work.sender = {id(note): f"order:O-{n}" for n, (_, note, _) in enumerate(notes)}
            outbox = Outbox(bench.settings, lambda: producer)
            refused = await outbox.send_work(work)
            assert refused.keys() == {"order:O-1"}
            assert refused["order:O-1"].topic == bench.topic(KEYED_TOPIC)
            assert refused["order:O-1"].bytes > 3_000
            sent = [decode_batch(it.value).notes for it in await bench.records(KEYED_TOPIC)]
            assert [note for them in sent for _, note in them] == [notes[0][1], notes[2][1]]
            await producer.stop()

    asyncio.run(run())


def test_a_dead_letter_that_is_too_large_goes_without_its_value(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            await limit(bench, LETTERS, 1_500)
            producer: Any = AIOKafkaProducer(bootstrap_servers=bench.bootstrap)
            await producer.start()
            wordy = structs.replace(
                tell.deletes("2026-03-02 09:00", "E-9", 1), source="//" + "x" * 1000
            )
            work = Work(passed={0: wordy})
            await Outbox(bench.settings, lambda: producer).send_letters(work)
            (letter,) = await bench.records(LETTERS)
            assert b"too large" in letter.value
            await producer.stop()

    asyncio.run(run())
