"""`offbook status`, `offbook heartbeat`: what operators see of the feeds, and say for them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from contract.duration import Duration
from contract.kinds import STREAM_TOPICS
from contract.times import HOUR, MINUTE, SECOND, parse_rfc3339, rfc3339
from offbook.cli.demo.server_process import free_port
from offbook.cli.status import Status, judged, table
from streams.router.feeds import Entry, Standing, decode_entry, encode_entry
from streams.router.known_feeds import Known, Partition
from streams.settings.feeds import FeedSettings
from streams.settings.settings import Settings
from tests.cli.commands import offbook
from tests.streams.router.router_time import clock, is_past
from tests.streams.router.routing import Bench, comes_about, deletion, run, until

NOON = parse_rfc3339("2026-03-02T12:00:00Z")
FILES = "endpoint.files"


def entry(known: Known, complete_to: int | None, told_at: int = NOON) -> Entry:
    return decode_entry(encode_entry(Standing(known, complete_to), told_at))


def found(
    entries: dict[Partition, Entry], *, after: int = SECOND, behind: dict[str, int] | None = None
) -> tuple[Status, str]:
    """What is found so long after noon of crm.edits with two partitions and tips with one, and the
    table of it."""
    settings = Settings(feeds={"crm.edits": FeedSettings(expected_every=Duration("30m"))})
    counts = {"crm.edits": 2, "tips": 1}
    status = judged(settings, (), counts, entries, behind or {}, NOON + after)
    return status, "\n".join(table(status, settings))


def test_senders_that_are_heard_of_are_no_problem() -> None:
    status, shown = found(
        {
            ("crm.edits", 0): entry(Known(event=NOON - MINUTE), NOON),
            ("crm.edits", 1): entry(Known(), NOON - SECOND),
            ("tips", 0): entry(Known(NOON - HOUR, NOON - 2 * SECOND, MINUTE), NOON - 2 * SECOND),
        },
        behind={"router": 0, "monitor": 7},
    )
    assert status.ok
    assert status.problems == []
    assert shown.splitlines()[:3] == [
        "topic      moves by    newest event         newest heartbeat     complete up to",
        "crm.edits  expected    2026-03-02 19:59:00  -                    2026-03-02 19:59:59",
        "tips       heartbeats  2026-03-02 19:00:00  2026-03-02 19:59:58  2026-03-02 19:59:58",
    ]
    assert "Records still to be read: router 0, monitor 7" in shown
    assert "As routers said at 2026-03-02 20:00:00 (Asia/Shanghai)" in shown
    assert "whoever did nothing is accused" not in shown


def test_a_sender_that_is_silent_is_named_with_partition_and_since_when() -> None:
    status, shown = found(
        {
            ("crm.edits", 0): entry(Known(NOON, NOON, MINUTE), NOON),
            ("crm.edits", 1): entry(Known(event=NOON), NOON),
            ("tips", 0): entry(Known(), NOON),
        },
    )
    assert not status.ok
    why = "it never had a heartbeat, and other partitions of its topic had"
    assert status.problems == [f"crm.edits: {why}"]
    assert f"crm.edits[1]: {why}" in shown
    assert "SILENT" in shown
    assert "With the clock move tips: while one of their senders is down, whoever did" in shown


def test_a_topic_that_is_silent_is_named_as_a_whole() -> None:
    known = {("crm.edits", n): entry(Known(event=NOON - HOUR), NOON - HOUR) for n in range(2)}
    status, shown = found(known)
    assert status.problems == ["crm.edits: no event for 1h"]
    assert "\ncrm.edits: no event for 1h\n" in shown


def test_without_a_router_it_says_so() -> None:
    status, shown = found({})
    assert not status.ok
    assert status.told_at is None
    assert "no router has ever said how far the feeds are: is one running?" in shown
    known = {("crm.edits", n): entry(Known(event=NOON), NOON) for n in range(2)}
    status, shown = found(known, after=20 * MINUTE)
    assert status.problems == ["no router has said anything for 20m: is one running?"]
    assert status.problems[0] in shown
    assert found(known, after=2 * MINUTE)[0].ok


def test_machines_are_told_the_same() -> None:
    status, _ = found({("tips", 0): entry(Known(event=NOON), NOON)})
    told = json.loads(status.json())
    assert list(told) == ["ok", "problems", "told_at", "behind", "feeds"]
    assert told["feeds"]["tips"]["partitions"]["0"]["last_event"] == rfc3339(NOON)


@pytest.mark.integration
def test_it_is_shown_from_kafka_and_heartbeats_are_sent_there(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    config = tmp_path / "offbook.toml"

    async def call(*arguments: str) -> Any:
        return await asyncio.to_thread(offbook, *arguments, "--config", str(config))

    async def work(bench: Bench) -> None:
        settings = bench.settings
        config.write_text(
            f'kafka_bootstrap = "{settings.kafka_bootstrap}"\n'
            f'topic_prefix = "{settings.topic_prefix}"\ngroup_prefix = "{settings.group_prefix}"\n'
            'keyed_partitions = 3\n[feeds."endpoint.files"]\nsources = ["//edr/*", "//edr"]\n',
            "utf-8",
        )

        async def nothing_is_said() -> bool:
            # Apache Kafka knows of a topic some time after it has created it.
            before = await call("status")
            return before.returncode == 1 and "no router has ever said" in before.stdout

        await comes_about(nothing_is_said, 30)
        event = deletion("f-1", at=clock() - HOUR).replace(b'"/test"', b'"//edr"')
        async with bench.routing() as router:
            await bench.send(FILES, [event])
            await is_past(bench, FILES, clock())
            said = clock() // SECOND * SECOND
            sent = await call("heartbeat", FILES, "tips", "--time", rfc3339(said))
            assert (sent.returncode, sent.stderr) == (0, "")
            assert sent.stdout.splitlines() == [
                f"{topic}: complete up to {rfc3339(said)}, said on 2 partitions"
                for topic in (FILES, "tips")
            ]
            await until(lambda: router.count(FILES, "accepted") == 3)
            await until(lambda: router.count("tips", "accepted") == 2)

            async def told() -> bool:
                done = await call("status", "--json")
                feeds = json.loads(done.stdout)["feeds"]
                return bool(feeds[FILES]["complete_to"] == rfc3339(said) and done.returncode == 0)

            await comes_about(told, 30)
        told_ = json.loads((await call("status", "--json")).stdout)
        assert list(told_["feeds"]) == list(STREAM_TOPICS)
        assert told_["feeds"][FILES]["moves_by"] == "heartbeats"
        assert told_["feeds"][FILES]["last_event"] is not None
        assert told_["feeds"]["payments"]["moves_by"] == "clock"
        assert told_["behind"] == {"router": 0}
        shown = await call("status")
        assert shown.returncode == 0
        assert "endpoint.files     heartbeats" in shown.stdout

    feeds = {FILES: FeedSettings(sources=("//edr/*", "//edr"))}
    run(kafka, topic_prefix, work, feeds=feeds, idle_after=Duration("1s"))


@pytest.mark.integration
def test_a_heartbeat_of_a_source_that_may_not_send_there_is_not_sent(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text(
        f'kafka_bootstrap = "{kafka.bootstrap}"\ntopic_prefix = "{topic_prefix}"\n'
        '[feeds.tips]\nsources = ["//tips/*"]\n',
        "utf-8",
    )
    done = offbook("heartbeat", "tips", "--config", str(config))
    assert done.returncode == 1
    assert "tips takes no events of //offbook/heartbeat: name one with --source" in done.stderr
    done = offbook("heartbeat", "tips", "--source", "//tips/box", "--config", str(config))
    assert f"has no topic {topic_prefix}tips: run `offbook topics create`" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("crm.edit",), "there is no source topic crm.edit; did you mean crm.edits?"),
        (("tips", "--time", "noon"), "--time: expected a time with an offset"),
        (("tips", "--time", "2099-01-01T00:00:00Z"), "--time: lies ahead of the clock"),
    ],
)
def test_a_heartbeat_of_nonsense_is_refused(arguments: tuple[str, ...], says: str) -> None:
    done = offbook("heartbeat", *arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_without_a_broker_status_is_one_line_and_no_traceback() -> None:
    done = offbook("status", OFFBOOK_KAFKA_BOOTSTRAP=f"127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert done.stderr.startswith("offbook: Kafka does not answer at 127.0.0.1:")
    assert len(done.stderr.splitlines()) == 1
