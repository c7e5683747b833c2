"""A router on a real broker: every record ends as exactly one thing, and nothing holds it up."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from contract.duration import Duration
from contract.kinds import STREAM_TOPICS
from contract.times import DAY, HOUR, MINUTE, SECOND
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.router.router import Router
from streams.settings.feeds import FeedSettings
from streams.wire.keyed_records import Batch, Mark, partition_of, unwire
from tests.streams.router.routing import MONDAY, Bench, deletion, document, run, until

pytestmark = pytest.mark.integration

FILES = "endpoint.files"


def test_an_event_arrives_whole_under_each_entity_it_is_about(
    kafka: Any, topic_prefix: str
) -> None:
    edit = document(
        "crm.edit",
        "edit-1",
        MONDAY,
        actor="E-7",
        op="create",
        object={"type": "order", "id": "O-1"},
        customer="C-1",
        after={"owner": "E-7", "amount": "1280.50"},
    )

    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await bench.send("crm.edits", [edit], partition=1, timestamp_ms=1_772_420_400_123)
            await until(lambda: router.count("crm.edits", "accepted") == 1)
        batches = await bench.batches()
        entries = {
            key: (number, batch.events[index])
            for number, them in batches.items()
            for batch in them
            for key, index in batch.entries
        }
        assert {"order:O-1", "customer:C-1"} <= entries.keys()
        for key, (number, wired) in entries.items():
            assert number == partition_of(key, 3)
            event = unwire(wired)
            assert (event.source, event.id, event.time) == ("/test", "edit-1", MONDAY)
            assert (event.origin.topic, event.origin.partition) == ("crm.edits", 1)
            assert wired.received == 1_772_420_400_123
            assert str(event.data.after.amount) == "1280.50"  # type: ignore[union-attr]

    run(kafka, topic_prefix, work)


def test_an_event_nobody_reads_is_counted_and_goes_nowhere(kafka: Any, topic_prefix: str) -> None:
    moved = document("hr.change", "h-1", MONDAY, employee="E-1", kind="transferred")

    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await bench.send("hr.changes", [moved])
            await until(lambda: router.count("hr.changes", "accepted") == 1)
        assert await bench.routed() == []

    run(kafka, topic_prefix, work)


def test_the_events_of_one_entity_keep_their_order(kafka: Any, topic_prefix: str) -> None:
    ids = [f"f-{number}" for number in range(5000)]

    async def work(bench: Bench) -> None:
        await bench.send(FILES, [deletion(id_) for id_ in ids])
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == len(ids))
        assert await bench.routed() == ids
        batches = (await bench.batches())[partition_of("employee:E-1", 3)]
        assert max(len(batch.events) for batch in batches) == 200

    run(kafka, topic_prefix, work, batch_events=200)


def test_a_backlog_is_routed_in_the_order_of_time(kafka: Any, topic_prefix: str) -> None:
    #   partition 0: an event a minute, for 50 hours     partition 1: one in 10 hours
    busy = {f"busy-{n}": MONDAY + n * MINUTE for n in range(3000)}
    quiet = {f"quiet-{n}": MONDAY + n * 10 * HOUR for n in range(5)}

    async def work(bench: Bench) -> None:
        await bench.send(FILES, [deletion(id_, at=at) for id_, at in quiet.items()], partition=1)
        await bench.send(FILES, [deletion(id_, at=at) for id_, at in busy.items()], partition=0)
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == 3005)
        ids = await bench.routed()
        assert sorted(ids) == sorted({**busy, **quiet})
        for id_, at in quiet.items():
            place = ids.index(id_)
            before, after = ids[:place], ids[place:]
            assert max((busy.get(it, 0) for it in before), default=0) <= at + HOUR
            assert min((busy[it] for it in after if it in busy), default=at) >= at - HOUR
        # What waits has been seen: time does not stand still with the event before it.
        told = {mark.time for them in (await bench.batches()).values() for mark in _of(them, 1)}
        assert {at - 1 for at in quiet.values()} & told

    run(kafka, topic_prefix, work)


def _of(batches: list[Batch], partition: int) -> list[Mark]:
    number = STREAM_TOPICS.index(FILES)
    marks = [mark for batch in batches for mark in batch.marks]
    return [mark for mark in marks if (mark.topic, mark.partition) == (number, partition)]


def test_a_repeat_is_counted_and_goes_no_further(kafka: Any, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.send(FILES, [deletion("f-1"), deletion("f-2"), deletion("f-1")])
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == 3)
            assert router.count(FILES, "duplicate") == 1
            assert router.count(FILES, "accepted") == 2
        assert await bench.routed() == ["f-1", "f-2"]

    run(kafka, topic_prefix, work)


def test_an_event_behind_stream_time_by_more_than_lateness_is_late_and_still_routed(
    kafka: Any, topic_prefix: str
) -> None:
    now = time.time_ns() // 1000

    async def work(bench: Bench) -> None:
        # A partition that never had an event would take it for the beginning of a history.
        await bench.send(FILES, [deletion("new", at=now)])
        async with bench.routing() as router:
            await bench.stream_time_passes(now)
            await bench.send(FILES, [deletion("old", at=now - 15 * DAY)])
            await until(lambda: router.read(FILES) == 2)
            assert router.count(FILES, "late") == 1
            account = document("reference.account", "a", now - 900 * DAY, account="6222")
            await bench.send("reference.accounts", [account])
            await until(lambda: router.read("reference.accounts") == 1)
            assert router.count("reference.accounts", "accepted") == 1, "a document is never late"
        assert await bench.routed() == ["new", "old"]

    run(kafka, topic_prefix, work, idle_after=Duration("1s"))


def _deep() -> bytes:
    return b'{"data":' * 10_000 + b"1" + b"}" * 10_000


BAD: dict[str, bytes | None] = {
    "bytes": b"\xff\x00\xfe",
    "no JSON": b"{",
    "no object": b"[1, 2]",
    "deep": _deep(),
    "null": None,
    "5 MB": b'{"x": "' + b"y" * 5_000_000 + b'"}',
    "missing": document("endpoint.file", "b-1", MONDAY, employee="E-1"),
    "wrong type": document("endpoint.file", "b-2", MONDAY, employee=7, action="delete"),
    "negative": document("endpoint.file", "b-3", MONDAY, employee="E", action="print", count=-1),
    "year 9999": deletion("b-4").replace(b"2026", b"9999"),
    "no offset": deletion("b-5").replace(b"Z", b""),
    "surrogate": deletion("b-6").replace(b"E-1", rb"\ud800"),
    "another topic's": document("tip", "b-7", MONDAY, tip="T-1"),
    "tomorrow": deletion("b-8", at=time.time_ns() // 1000 + DAY),
}


def test_what_is_no_event_goes_to_the_dead_letters_as_it_came_and_the_stream_goes_on(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        await bench.send(FILES, [deletion("f-1")])
        for name, value in BAD.items():
            await bench.send(FILES, [value], key=name.encode(), headers=[("h", b"1"), ("h", b"2")])
        await bench.send(FILES, [deletion("f-2")])
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == len(BAD) + 2)
            assert router.count(FILES, "dead_letter") == len(BAD)
            assert router.count(FILES, "accepted") == 2
        assert await bench.routed() == ["f-1", "f-2"]
        letters = {letter.key.decode(): letter for letter in await bench.all_of("dlq." + FILES)}
        assert letters.keys() == BAD.keys()
        for name, letter in letters.items():
            if name == "another topic's":
                continue  # It could be a tip that names its reporter.
            assert letter.value == BAD[name], name
            assert letter.headers[:2] == (("h", b"1"), ("h", b"2"))
            headers = dict(letter.headers)
            assert headers["__streams.errors.topic"] == bench.name(FILES).encode()
            assert headers["__streams.errors.partition"] == b"0"
            assert headers["__streams.errors.message"]
            assert headers["offbook.errors.stage"]

    wide = {"max.message.bytes": str(8 << 20)}
    run(kafka, topic_prefix, work, topic_settings=wide)


def test_what_is_in_the_future_is_told_by_when_it_was_written_not_by_when_it_is_read(
    kafka: Any, topic_prefix: str
) -> None:
    """Read an hour later, a wrong clock would be right."""
    now = time.time_ns() // 1000
    written = (now - HOUR) // 1000

    async def work(bench: Bench) -> None:
        ahead = deletion("ahead", at=now - HOUR + 6 * MINUTE)
        await bench.send(FILES, [ahead], timestamp_ms=written)
        within = deletion("within", at=now - HOUR + 4 * MINUTE)
        await bench.send(FILES, [within], timestamp_ms=written)
        # A timestamp from before there was anything to write is none.
        undated = deletion("undated", at=now - HOUR + 6 * MINUTE)
        await bench.send(FILES, [undated], timestamp_ms=0)
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == 3)
            assert router.count(FILES, "dead_letter") == 1
        assert await bench.routed() == ["within", "undated"]

    run(kafka, topic_prefix, work)


def test_a_tip_that_names_its_reporter_is_refused_and_stored_nowhere(
    kafka: Any, topic_prefix: str
) -> None:
    tip = document("tip", "t-1", MONDAY, tip="T-1", meta={"Reporter_Name": "Zhao Min"})

    async def work(bench: Bench) -> None:
        await bench.send("tips", [tip], key=b"Zhao Min", headers=[("from", b"Zhao Min")])
        async with bench.routing() as router:
            await until(lambda: router.count("tips", "dead_letter") == 1)
        (letter,) = await bench.all_of("dlq.tips")
        assert b"Zhao" not in letter.value
        assert letter.key is None
        assert "from" not in dict(letter.headers)

    run(kafka, topic_prefix, work)


def test_reference_documents_are_counted_and_a_tombstone_needs_a_key(
    kafka: Any, topic_prefix: str
) -> None:
    topic = "reference.accounts"
    good = document("reference.account", "a-1", MONDAY, account="6222")
    bad = document("reference.account", "a-2", MONDAY, name="no account")

    async def work(bench: Bench) -> None:
        await bench.send(topic, [good, bad, None], key=b"6222")
        await bench.send(topic, [None], key=b"")
        async with bench.routing() as router:
            await until(lambda: router.read(topic) == 4)
            assert router.count(topic, "accepted") == 2
            assert router.count(topic, "dead_letter") == 2
        assert await bench.routed() == []
        letters = await bench.all_of("dlq." + topic)
        assert [letter.value for letter in letters] in ([bad, None], [None, bad])

    run(kafka, topic_prefix, work)


def test_stream_time_reaches_every_keyed_partition_and_goes_on_without_traffic(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing():
            begun = time.time_ns() // 1000
            await bench.stream_time_passes(begun)
            await bench.stream_time_passes(begun + 3 * SECOND)
        for batches in (await bench.batches()).values():
            marks = batches[-1].marks
            assert {mark.topic for mark in marks} == set(range(len(STREAM_TOPICS)))
            assert len(marks) == 2 * len(STREAM_TOPICS)
            assert all(mark.time <= time.time_ns() // 1000 for mark in marks)

    run(kafka, topic_prefix, work, idle_after=Duration("1s"))


def test_a_source_that_lags_holds_stream_time_and_no_event_pushes_it(
    kafka: Any, topic_prefix: str
) -> None:
    """Marks stand behind all they speak of, so at no moment are they ahead of an event to come."""
    now = time.time_ns() // 1000
    ids = [f"f-{number}" for number in range(3000)]
    start = now - 40 * DAY

    async def work(bench: Bench) -> None:
        ahead = deletion("ahead", at=now + 200 * SECOND)
        await bench.send(FILES, [ahead], partition=1)
        await bench.send(FILES, [deletion(id_, at=start + n * SECOND) for n, id_ in enumerate(ids)])
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == len(ids) + 1)
        mark: int | None = None
        seen = []
        for batch in (await bench.batches())[partition_of("employee:E-1", 3)]:
            for event in batch.events:
                if event.id != "ahead":
                    seen.append(event.id)
                    assert mark is None or mark <= event.time
            for one in batch.marks:
                assert one.time <= time.time_ns() // 1000
                if (STREAM_TOPICS[one.topic], one.partition) == (FILES, 0):
                    mark = one.time
        assert seen == ids

    run(kafka, topic_prefix, work, batch_events=100)


def test_a_router_that_follows_reads_on_where_the_last_one_ended(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        for number in range(2):
            ids = [f"f-{number}-{n}" for n in range(700)]
            await bench.send(FILES, [deletion(id_) for id_ in ids])
            async with bench.routing() as router:
                await until(lambda: router.read(FILES) >= 700)
        assert router.read(FILES) == 700
        assert len(await bench.routed()) == 1400
        assert len(set(await bench.routed())) == 1400

    run(kafka, topic_prefix, work)


def test_routers_that_join_and_leave_lose_nothing_and_count_nothing_twice(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        sent: list[str] = []
        on = True

        async def produce() -> None:
            while on:
                ids = [f"f-{len(sent) + n}" for n in range(50)]
                sent.extend(ids)
                for n, id_ in enumerate(ids):
                    employee = f"E-{n % 20}"
                    await bench.send(FILES, [deletion(id_, employee)], partition=n % 2)
                await asyncio.sleep(0.05)

        producing = asyncio.create_task(produce())
        async with bench.routing() as first:
            await until(lambda: first.read(FILES) > 100)
            async with bench.routing() as second:
                await until(lambda: second.read(FILES) > 100)
                async with bench.routing() as third:
                    before = third.read(FILES)
                    await until(lambda: first.read(FILES) + second.read(FILES) > 600)
                    assert before == 0 or third.read(FILES) >= before
            on = False
            await producing
            routers = (first, second, third)
            await until(lambda: sum(one.read(FILES) for one in routers) >= len(sent))
        assert sum(one.read(FILES) for one in routers) == len(sent)
        assert sorted(await bench.routed()) == sorted(sent)

    run(kafka, topic_prefix, work)


def test_it_can_be_stopped_before_it_has_its_share(kafka: Any, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        router = Router(bench.settings, Metrics(), Health())
        task = asyncio.create_task(router.run())
        await asyncio.sleep(0.1)
        router.stop()
        await asyncio.wait_for(task, 10)

    run(kafka, topic_prefix, work)


def test_ids_taken_on_one_topic_say_nothing_on_another(kafka: Any, topic_prefix: str) -> None:
    """Tips sent beforehand with the ids of tomorrow's deletes do not hide the deletes."""

    async def work(bench: Bench) -> None:
        ids = [f"d-{number}" for number in range(25)]
        tips = [document("tip", id_, MONDAY, tip=id_, about_employee="E-1") for id_ in ids]
        await bench.send("tips", tips)
        async with bench.routing() as router:
            await until(lambda: router.read("tips") == 25)
            await bench.send(FILES, [deletion(id_) for id_ in ids])
            await until(lambda: router.count(FILES, "accepted") == 25)
            assert router.count(FILES, "duplicate") == router.count(FILES, "conflict") == 0

    run(kafka, topic_prefix, work)


def test_a_repeat_that_says_something_else_is_a_dead_letter_that_names_both_places(
    kafka: Any, topic_prefix: str
) -> None:
    first, other = deletion("f-1", "E-1"), deletion("f-1", "E-2")

    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await bench.send(FILES, [deletion("f-0"), first], 1)
            await until(lambda: router.count(FILES, "accepted") == 2)
            await bench.send(FILES, [other], 0, key=b"k", headers=[("h", b"1")])
            await bench.send(FILES, [first], 0)
            await until(lambda: router.read(FILES) == 4)
            assert router.count(FILES, "conflict") == 1
            assert router.count(FILES, "duplicate") == 1
            assert router.count(FILES, "dead_letter") == 0
        assert sorted(await bench.routed()) == ["f-0", "f-1"]
        (letter,) = await bench.all_of(f"dlq.{FILES}")
        assert (letter.value, letter.key, letter.headers[0]) == (other, b"k", ("h", b"1"))
        headers = dict(letter.headers)
        assert headers["offbook.errors.stage"] == b"conflict"
        message = headers["__streams.errors.message"].decode()
        assert f"{bench.name(FILES)}[1] at offset 1" in message
        assert f"{bench.name(FILES)}[0] at offset 0" in message
        assert "f-1" not in message

    run(kafka, topic_prefix, work)


def test_a_tip_in_conflict_is_withheld_where_it_might_name_its_reporter(
    kafka: Any, topic_prefix: str
) -> None:
    def tip(text: str) -> bytes:
        return document("tip", "t-1", MONDAY, tip="T-1", about_employee="E-1", text=text)

    hidden = '{"reporter": "Zhao Min"}'

    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await bench.send("tips", [tip("one")], key=b"k")
            await bench.send("tips", [tip("two")], key=b"k")
            await bench.send("tips", [tip(hidden)], key=b"Zhao Min", headers=[("h", b"Zhao")])
            await until(lambda: router.count("tips", "conflict") == 2)
        plain, withheld = await bench.all_of("dlq.tips")
        assert (plain.value, plain.key) == (tip("two"), b"k")
        assert withheld.key is None
        assert b"Zhao" not in withheld.value
        assert "h" not in dict(withheld.headers)

    run(kafka, topic_prefix, work)


def test_an_event_of_a_source_that_may_not_send_to_the_topic_is_a_dead_letter(
    kafka: Any, topic_prefix: str
) -> None:
    def of(source: str, id_: str) -> bytes:
        return deletion(id_).replace(b'"/test"', f'"{source}"'.encode())

    beat = document("heartbeat", "h-1", MONDAY)
    strange = document("tip", "t-1", MONDAY, tip="T-1", text='{"reporter": "Zhao Min"}')

    async def work(bench: Bench) -> None:
        await bench.send(FILES, [of("//edr/eu", "f-1"), of("//edr", "f-2"), of("//x", "f-3")])
        await bench.send(FILES, [beat, beat.replace(b'"/test"', b'"//edr"')])
        await bench.send("tips", [strange], key=b"Zhao Min")
        await bench.send("hr.changes", [document("hr.change", "h", MONDAY)])
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == 5 and router.read("tips") == 1)
            assert router.count(FILES, "accepted") == 3
            assert router.count(FILES, "dead_letter") == 2
        assert sorted(await bench.routed()) == ["f-1", "f-2"]
        letters = await bench.all_of(f"dlq.{FILES}")
        assert [letter.value for letter in letters] in (
            [of("//x", "f-3"), beat],
            [beat, of("//x", "f-3")],
        )
        headers = dict(letters[0].headers)
        assert headers["offbook.errors.stage"] == b"envelope"
        said = headers["__streams.errors.message"]
        assert said.startswith(b"source: Topic `endpoint.files` takes no events of this `source`.")
        (withheld,) = await bench.all_of("dlq.tips")
        assert withheld.key is None
        assert b"Zhao" not in withheld.value

    feeds = {
        FILES: FeedSettings(sources=("//edr", "//edr/*")),
        "tips": FeedSettings(sources=("//tips",)),
    }
    run(kafka, topic_prefix, work, feeds=feeds)


def test_a_reference_document_may_be_told_anew_under_its_old_id(
    kafka: Any, topic_prefix: str
) -> None:
    topic = "reference.accounts"

    def told(name: str) -> bytes:
        return document("reference.account", "a-1", MONDAY, account="6222", name=name)

    async def work(bench: Bench) -> None:
        await bench.send(topic, [told("old"), told("old"), told("new")], key=b"6222")
        async with bench.routing() as router:
            await until(lambda: router.read(topic) == 3)
            assert router.count(topic, "accepted") == 2
            assert router.count(topic, "duplicate") == 1

    run(kafka, topic_prefix, work)
