"""How far each source topic is, as a router tells it to every monitor."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from contract.duration import Duration
from contract.kinds import STREAM_TOPICS
from contract.times import DAY, SECOND
from detectors.engine.stream_time import topics
from streams.wire.keyed_records import StreamTime, partition_of
from tests.parts.apache_kafka import ApacheKafka
from tests.streams.router.router_time import clock, is_past, marks_of, now
from tests.streams.router.routing import Bench, comes_about, deletion, document, run, until

pytestmark = pytest.mark.integration

FILES = "endpoint.files"


def tip(id_: str, at: int) -> bytes:
    return document("tip", id_, at, tip=id_, about_employee="E-1")


async def was_at(bench: Bench, topic: str, moment: int) -> None:
    """Wait until the first partition of a topic is, or was, said to be complete up to exactly
    then: where nothing more comes it says so for no longer than it takes to come to rest."""

    async def there() -> bool:
        return any(
            mark.partition == 0 and mark.time == moment and STREAM_TOPICS[mark.topic] == topic
            for batch in (await bench.batches())[0]
            for mark in batch.marks
        )

    await comes_about(there, 30)


def test_no_batch_of_a_backlog_says_that_the_backlog_was_read(
    kafka: Any, topic_prefix: str
) -> None:
    """The partition was quiet, so it is said to be complete up to now; then its sender comes back
    with what happened since yesterday, in more batches than one."""
    yesterday = clock() - DAY
    ids = [f"f-{number}" for number in range(3000)]

    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await is_past(bench, FILES, yesterday + DAY)
            events = [deletion(id_, at=yesterday + n * SECOND) for n, id_ in enumerate(ids)]
            await bench.send(FILES, events)
            await until(lambda: router.read(FILES) == len(ids))
        said, seen = None, []
        for batch in (await bench.batches())[partition_of("employee:E-1", 3)]:
            seen += [event.id for event in batch.events]
            for mark in batch.marks:
                if (STREAM_TOPICS[mark.topic], mark.partition) == (FILES, 0):
                    said = mark.time
            assert not batch.events or said is not None
            assert not batch.events or said <= batch.events[-1].time  # type: ignore[operator]
        assert seen == ids

    run(kafka, topic_prefix, work, batch_events=100, idle_after=Duration("1s"))


def test_a_tip_of_forty_days_ago_every_moment_holds_no_deadline(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        await bench.send("tips", [tip("t-now", clock())])
        async with bench.routing():
            await is_past(bench, "tips", clock())
            begun = clock()
            for number in range(20):
                await bench.send("tips", [tip(f"t-{number}", begun - 40 * DAY)])
                await asyncio.sleep(0.2)
            await is_past(bench, "tips", begun + 2 * SECOND, 1.5)

    run(kafka, topic_prefix, work, idle_after=Duration("1s"))


def test_a_history_may_be_loaded_into_a_topic_that_is_new_though_time_has_moved_on(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            begun = clock()
            await is_past(bench, FILES, begun)
            for day in (21, 15, 8, 1):
                before = router.count(FILES, "accepted")
                await bench.send(FILES, [deletion(f"f-{day}", at=begun - day * DAY)])
                await until(lambda n=before: router.count(FILES, "accepted") > n)  # type: ignore[misc]
                await was_at(bench, FILES, begun - day * DAY)
                await is_past(bench, FILES, begun)
            assert router.count(FILES, "late") == 0

    run(kafka, topic_prefix, work, idle_after=Duration("2s"))


def test_what_is_empty_is_told_at_once_and_hides_no_other_topic(
    kafka: Any, topic_prefix: str
) -> None:
    begun = clock()

    async def work(bench: Bench) -> None:
        for partition in range(2):
            await bench.send(FILES, [deletion(f"f-{partition}", at=begun - DAY)], partition)
        async with bench.routing():
            await is_past(bench, FILES, begun - DAY - 1)

            async def known() -> bool:
                return (await now(bench)).forgets is not None

            await comes_about(known)
            assert (await now(bench)).forgets == begun - DAY
            assert (await now(bench)).of(topics(("tips",))) is None
            assert {mark.empty for mark in (await marks_of(bench, "tips")).values()} == {True}

    run(kafka, topic_prefix, work)


def test_partitions_that_are_new_are_read_within_seconds_and_waited_for(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await is_past(bench, FILES, clock())
            await bench.grow(FILES, 4)
            await bench.send(FILES, [deletion("f-3", at=clock() - DAY)], partition=3)
            await until(lambda: router.count(FILES, "accepted") == 1)

            async def all_are_known() -> bool:
                return (await marks_of(bench, FILES)).keys() == {0, 1, 2, 3}

            # It is counted before its batch is sent, and the old two may be past `begun` by then.
            await comes_about(all_are_known)
            await is_past(bench, FILES, clock())
        # No partition was passed by: of the fourth nothing is said before its event is.
        first = None
        for batch in (await bench.batches())[partition_of("employee:E-1", 3)]:
            if any(event.id == "f-3" for event in batch.events):
                break
            for mark in batch.marks:
                if (STREAM_TOPICS[mark.topic], mark.partition) == (FILES, 3):
                    first = mark.time
        assert first is None

    run(apache_kafka, topic_prefix, work, idle_after=Duration("1s"))


def test_a_topic_made_anew_with_fewer_partitions_goes_on_without_those_that_are_gone(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        for partition in range(2):
            await bench.send(FILES, [deletion(f"f-{partition}")], partition)
        async with bench.routing() as router:
            await until(lambda: router.count(FILES, "accepted") == 2)
            await is_past(bench, FILES, clock())
            await bench.make_anew(FILES, 1)
            await bench.send(FILES, [deletion("f-2", at=clock())])
            await until(lambda: router.count(FILES, "accepted") == 3, 30)
            await is_past(bench, FILES, clock())
            assert {mark.of for mark in (await marks_of(bench, FILES)).values()} >= {1}
            batches = (await bench.batches())[0]
            marks = StreamTime(mark for batch in batches for mark in batch.marks).marks
            assert [m.partition for m in marks if STREAM_TOPICS[m.topic] == FILES] == [0]

    run(apache_kafka, topic_prefix, work, idle_after=Duration("1s"))
