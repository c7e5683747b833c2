"""Dead letters of a connector, mapped again by the page as it is now.

What is good now is sent. What is still bad is written anew behind the others, with what is wrong
with it now, so that the group's offset says where the next retry begins. What has no content is
passed over: only whoever sent it can send it again.
"""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from msgspec import Struct, field, structs

from connectors.decoding.json import NotJsonError, parsed
from connectors.loading import load_connector
from connectors.mapping.connector import Connector, Told
from connectors.mapping.wrong import PageError
from connectors.outcome import Rejected
from connectors.receiving.figures import Figures
from connectors.receiving.intake import Intake
from connectors.receiving.jobs import Job, page_faults, topics_of
from connectors.receiving.kafka_in import mapped
from connectors.receiving.letters import (
    CONTENT,
    FILE,
    SPLIT,
    Arrived,
    Result,
    Whence,
    letter_topic,
    topic_of,
)
from connectors.receiving.outbox import Outbox
from connectors.record import Record
from sinks.dead_letters import OFFSET, PARTITION, TOPIC
from sinks.health import Health
from sinks.tally import Tally
from streams.monitor.partition_reader import PartitionReader
from streams.settings.settings import Settings
from streams.wire.kafka import aiokafka_consumer, topic_name
from streams.wire.kafka_access import unreachable
from streams.wire.topics import partitions_of

_NO_RECORD: Final = Rejected(
    "decode", "", "The letter holds no record.", "Was it written by another program?"
)


class Retried(Struct):
    """What became of the letters: `results` of those that were mapped again, `bare` without
    content. `faults` are (stage, field, reason, mend) of what is still bad."""

    results: Counter[Result] = field(default_factory=Counter)
    bare: int = 0
    faults: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def bad(self) -> int:
        """How many are still bad."""
        return self.results["dead_letter"] + self.results["unmatched"]


async def retry_page(named: str, company: Path | None, settings: Settings) -> Retried:
    """`retry` of a page, with what that needs.

    Raises `PageError`, also for a page whose records are numbered: which number a record has
    follows from the whole file. Raises `TopicsError`, `KafkaAccessError` and `KeepError`.
    """
    connector = load_connector(named, company)
    page = connector.page
    problems = page_faults(page)
    if page.number_equals:
        problems.append(
            f"{page.name}: number_equals: its records are counted within their file: put the file"
            " into the folder again, which takes it anew since the page has changed"
        )
    if problems:
        raise PageError(*problems)
    job = Job(page.name, connector, None, Path())
    outbox = Outbox(settings, topics_of(page), [page.name], Health())
    intake = Intake(job, outbox, Figures([page.name]), Tally("still bad"))
    try:
        await outbox.connect()
        return await retry(job, intake, settings)
    except KafkaError as error:
        raise unreachable(settings, error) from error
    finally:
        intake.close()
        await outbox.close()


async def retry(job: Job, intake: Intake, settings: Settings) -> Retried:
    """Map all letters again that were there when it began, and since the last retry. Raises
    `KeepError`, `KafkaError` and `TopicsError`: what was settled by then stays settled."""
    letters = letter_topic(job.name)
    topic = topic_name(settings, letters)
    retried, reader = Retried(), PartitionReader(settings)
    consumer: Any = AIOKafkaConsumer(
        **aiokafka_consumer(settings),
        client_id="offbook-connect-retry",
        group_id=f"{settings.group_prefix}-connect-retry-{job.name}",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        # A consumer knows the partitions of its own topics alone.
        partitions = await asyncio.to_thread(partitions_of, settings, [letters])
        places = [TopicPartition(topic, it) for it in range(partitions[letters])]
        consumer.assign(places)
        for at in places:
            start = await consumer.committed(at) or 0
            # To where it ends now: what is written anew goes into the partition that it is of.
            async for records in reader.read(topic, at.partition, start, holes=True):
                await _settle(job, intake, records, retried)
                await consumer.commit({at: records[-1].offset + 1})
    finally:
        await consumer.stop()
        await reader.stop()
    return retried


async def _settle(job: Job, intake: Intake, records: list[Any], retried: Retried) -> None:
    letters = []
    for it in records:
        if _said(it, CONTENT) in ("record", "raw"):
            letters.append(it)
        else:
            retried.bare += 1
    taken = await intake.keep(it for letter in letters for it in again(job, letter))
    retried.results += taken.results
    retried.faults += taken.faults


def again(job: Job, letter: Any) -> Iterator[Arrived]:
    """What is mapped of a letter now."""
    source, offset = _said(letter, TOPIC), int(_said(letter, OFFSET) or -1)
    of_kafka = bool(source) and source != topic_of(job.name)
    value = letter.value or b""
    whence = Whence(
        file=_said(letter, FILE),
        raw=value,
        topic=source if of_kafka else "",
        partition=int(_said(letter, PARTITION) or -1),
        offset=offset,
        key=letter.key if of_kafka else None,
        into=letter.partition,
    )
    line = 0 if of_kafka else max(0, offset)
    if _said(letter, CONTENT) == "raw":
        its = (
            mapped(job, value, whence.topic, whence.key)
            if of_kafka
            else job.connector.read(io.BytesIO(value))
        )
        for told in its:
            yield Arrived(told, whence)
            whence = structs.replace(whence, raw=None)
        return
    try:
        record = parsed(value.decode("utf-8"))
    except (NotJsonError, UnicodeDecodeError):
        record = None
    if not isinstance(record, dict):
        yield Arrived(Told(_NO_RECORD, line), whence)
        return
    split = _said(letter, SPLIT) == "done"
    connector = _unsplit(job) if split else job.connector
    for told in connector.outcomes(Record(record, line)):
        yield Arrived(told, whence)


def _unsplit(job: Job) -> Connector:
    return Connector(structs.replace(job.page, splits=(), keywords=None))


def _said(letter: Any, name: str) -> str:
    """Of a header; the last of its name is ours."""
    values = [value for header, value in letter.headers if header == name]
    return (values[-1] or b"").decode("utf-8", "replace") if values else ""
