"""Records are taken in the order of their offsets: repeats are passed over, gaps are filled."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.structs import TopicPartition as At
from msgspec import structs

from streams.monitor.entity_partition import APPLIED, EntityPartition, keyed_offset
from streams.monitor.errors import StateGoneError
from streams.monitor.partition_reader import PartitionReader
from streams.monitor.records import AT_A_TIME, MOST_TOGETHER, KeyedRecord
from streams.wire.kafka import CHANGELOG_TOPIC
from streams.wire.keyed_records import KEYED_TOPIC
from tests.detectors import timeline as tell
from tests.parts.apache_kafka import ApacheKafka
from tests.streams.monitor.monitoring import (
    HOME,
    Bench,
    applied,
    commit,
    deletions,
    until,
)

pytestmark = pytest.mark.integration


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
        monkeypatch.setattr(monitor._progress, "_apply", apply)
        partition = EntityPartition(0)
        partition.applied, partition.in_doubt = 9, 11
        messages = [
            SimpleNamespace(offset=offset, timestamp=0.0, headers=None, value=b"")
            for offset in range(10, 15)
        ]
        await monitor._progress._take(partition, messages)

    asyncio.run(run())
    assert taken == [[10], [11], [12, 13, 14]]


def test_what_is_read_without_faust_is_taken_together_where_that_is_safe(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longer it is, the more it matters: one by one, each waits for the acknowledgement."""
    taken: list[tuple[int, int]] = []

    async def apply(partition: EntityPartition, records: Sequence[KeyedRecord]) -> None:
        taken.append((records[0].offset, len(records)))
        partition.applied = records[-1].offset

    async def read(*_: Any) -> Any:
        yield [
            SimpleNamespace(
                offset=offset,
                timestamp=0,
                headers=None,
                value=bytes(AT_A_TIME if offset > 150 else 1),
            )
            for offset in range(10, 154)
            if offset != 20
        ]

    async def run() -> None:
        monitor = bench.monitor()
        monkeypatch.setattr(monitor._progress, "_apply", apply)
        monkeypatch.setattr(monitor._reader, "read", read)
        monkeypatch.setattr(monitor._owned, "may_go_on", lambda _: True)
        partition = EntityPartition(0)
        partition.applied, partition.in_doubt = 9, 11
        await monitor._progress._fill_gap(partition, None)

    asyncio.run(run())
    assert MOST_TOGETHER == 33
    #   two in doubt │ up to the hole │ as many as may be │ up to what is large │ what is large
    assert taken == [
        *((10, 1), (11, 1), (12, 8)),
        *((21, 33), (54, 33), (87, 33), (120, 32)),
        *((152, 1), (153, 1)),
    ]


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
                # It is applied before that stands on the changelog, which takes a while to read.
                while await _applied_there(bench) < last[HOME]:
                    pass
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


async def _applied_there(bench: Bench) -> int:
    """Up to what offset HOME is applied by its changelog."""
    records = [it for it in await bench.records(CHANGELOG_TOPIC) if it.partition == HOME]
    return max((keyed_offset(it) for it in records if it.key == APPLIED.encode()), default=-1)


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
