"""`offbook status`: how each feed stands, and how much each role still has to read, from Kafka."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import orjson
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from msgspec import Struct

from contract.kinds import SOURCE_TOPICS, STREAM_TOPICS
from contract.times import MINUTE, SECOND, micros, moment, parse_rfc3339, rfc3339
from detectors.language.detector import Detector
from streams.monitor.partition_reader import PartitionReader
from streams.router.feeds import (
    Entry,
    Feeds,
    FeedShown,
    Standing,
    decode_entry,
    partition_of_key,
    span,
)
from streams.router.known_feeds import Known, Partition
from streams.settings.settings import Settings
from streams.wire.kafka import (
    ACTIONS_TOPIC,
    ALERTS_TOPIC,
    FEEDS_TOPIC,
    Role,
    aiokafka_client,
    group,
    topic_name,
)
from streams.wire.kafka_access import unreachable
from streams.wire.keyed_records import KEYED_TOPIC
from streams.wire.topics import partitions_of

#: Routers write an entry for each partition every minute; if there is none for this long, no router
#: reads it.
_STALE: Final = 3 * MINUTE
_READS: Final[Mapping[Role, Sequence[str]]] = {
    "router": SOURCE_TOPICS,
    "monitor": (KEYED_TOPIC,),
    "delivery": (ALERTS_TOPIC, ACTIONS_TOPIC),
}


class Status(Struct, frozen=True):
    """`problems` lists what somebody should look at, in plain sentences. `behind` says, by role,
    how many records its group has not committed yet; a role whose group never committed is left
    out. `told_at` is when a router last wrote anything, RFC 3339."""

    ok: bool
    problems: list[str]
    told_at: str | None
    behind: dict[str, int]
    feeds: dict[str, FeedShown]

    def json(self) -> bytes:
        """For machines."""
        return orjson.dumps(msgspec.to_builtins(self), option=orjson.OPT_INDENT_2)


def status(settings: Settings, detectors: Collection[Detector]) -> Status:
    """Ask Kafka. Raises `KafkaAccessError`, and `TopicsError` where a topic is missing."""
    counts = partitions_of(
        settings, [*SOURCE_TOPICS, KEYED_TOPIC, ALERTS_TOPIC, ACTIONS_TOPIC, FEEDS_TOPIC]
    )
    try:
        entries, behind = asyncio.run(_ask(settings, counts))
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from error
    of_streams = {topic: counts[topic] for topic in STREAM_TOPICS}
    return judged(settings, detectors, of_streams, entries, behind, time.time_ns() // 1000)


def judged(
    settings: Settings,
    detectors: Collection[Detector],
    counts: Mapping[str, int],
    entries: Mapping[Partition, Entry],
    behind: Mapping[str, int],
    now: int,
) -> Status:
    """The status that follows for topics with these partitions at the time `now` (µs)."""
    feeds = Feeds(settings)
    feeds.use(detectors)
    standings = {
        (topic, number): _standing(feeds, topic, entries.get((topic, number)))
        for topic, count in counts.items()
        for number in range(count)
    }
    shown = feeds.shown(standings, now)
    told = max((micros(entry.told_at) for entry in entries.values()), default=None)
    problems = [f"{topic}: {feed.silent}" for topic, feed in shown.items() if feed.silent]
    if told is None:
        problems.insert(0, "no router has ever said how far the feeds are: is one running?")
    elif now - told > _STALE:
        problems.insert(0, f"no router has said anything for {span(now - told)}: is one running?")
    return Status(
        not problems,
        problems,
        None if told is None else rfc3339(told // SECOND * SECOND),
        dict(behind),
        shown,
    )


def table(status: Status, settings: Settings) -> Iterator[str]:
    """The same for people, in the company's time zone, line by line."""
    zone = ZoneInfo(settings.timezone)
    rows = [("topic", "moves by", "newest event", "newest heartbeat", "complete up to", "")]
    for topic, feed in status.feeds.items():
        rows.append(
            (
                topic,
                feed.moves_by,
                _local(feed.last_event, zone),
                _local(feed.last_heartbeat, zone),
                _local(feed.complete_to, zone),
                "" if feed.silent is None else "SILENT",
            )
        )
    yield from _aligned(rows)
    for topic, feed in status.feeds.items():
        silent = {n: it.silent for n, it in feed.partitions.items() if it.silent is not None}
        if not silent and not feed.holds_back:
            continue
        yield ""
        for why in sorted(set(silent.values())):
            numbers = [number for number, its in silent.items() if its == why]
            where = "" if len(numbers) == len(feed.partitions) else f"[{', '.join(numbers)}]"
            yield f"{topic}{where}: {why}"
        if feed.holds_back:
            yield f"{topic} holds back the deadlines of {', '.join(feed.holds_back)}"
    yield ""
    if by_clock := [topic for topic, feed in status.feeds.items() if feed.moves_by == "clock"]:
        yield (
            f"With the clock move {', '.join(by_clock)}: while one of their senders is down,"
            " whoever did nothing is accused. They need heartbeats or expected_every"
            " (docs/operations.md#whose-time-moves-how)."
        )
    if status.behind:
        roles = (f"{role} {count}" for role, count in status.behind.items())
        yield f"Records still to be read: {', '.join(roles)}"
    yield f"As routers said at {_local(status.told_at, zone)} ({settings.timezone})"
    for problem in status.problems:
        if problem.startswith("no router"):
            yield problem


async def _ask(
    settings: Settings, counts: Mapping[str, int]
) -> tuple[dict[Partition, Entry], dict[str, int]]:
    reader = PartitionReader(settings)
    try:
        entries: dict[Partition, Entry] = {}
        for number in range(counts[FEEDS_TOPIC]):
            name = topic_name(settings, FEEDS_TOPIC)
            async for records in reader.read(name, number, 0, holes=True):
                for record in records:
                    _take(entries, record.key, record.value)
        return entries, await _behind(settings, counts, reader)
    finally:
        await reader.stop()


def _take(entries: dict[Partition, Entry], key: bytes | None, value: bytes | None) -> None:
    try:
        partition = partition_of_key(key or b"")
        if value is None:
            entries.pop(partition, None)
        else:
            entries[partition] = decode_entry(value)
    except (ValueError, msgspec.DecodeError):
        return  # Not written by Offbook; routers pass it over too, and log it.


async def _behind(
    settings: Settings, counts: Mapping[str, int], reader: PartitionReader
) -> dict[str, int]:
    admin = AIOKafkaAdminClient(**aiokafka_client(settings))
    await admin.start()
    try:
        behind: dict[str, int] = {}
        for role, topics in _READS.items():
            of_topic = {topic_name(settings, topic): counts[topic] for topic in topics}
            partitions = [
                TopicPartition(it, n) for it, count in of_topic.items() for n in range(count)
            ]
            committed = await admin.list_consumer_group_offsets(
                group(settings, role), partitions=partitions
            )
            if all(at.offset < 0 for at in committed.values()):
                continue
            behind[role] = 0
            for name, count in of_topic.items():
                for number, end in (await reader.ends(name, range(count))).items():
                    at = committed.get(TopicPartition(name, number))
                    behind[role] += max(0, end - (0 if at is None else max(0, at.offset)))
        return behind
    finally:
        await admin.close()


def _standing(feeds: Feeds, topic: str, entry: Entry | None) -> Standing:
    if entry is None:
        return Standing(Known(), None)
    complete_to = entry.complete_to
    return Standing(feeds.heard(topic, entry), None if complete_to is None else micros(complete_to))


def _local(text: str | None, zone: ZoneInfo) -> str:
    if text is None:
        return "-"
    return moment(parse_rfc3339(text)).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
