"""`offbook connect company`: the tables that all pages share, as reference data know them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiokafka.errors import KafkaError

from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.kinds import REFERENCE_TOPICS
from contract.types import ReferenceAccount, ReferenceCustomer, ReferenceEmployee
from streams.monitor.partition_reader import PartitionReader
from streams.settings.settings import Settings
from streams.wire.kafka import topic_name
from streams.wire.kafka_access import unreachable
from streams.wire.topics import partitions_of


def company_page(settings: Settings) -> str:
    """A `company.toml` of what stands on the reference topics: people by number, name and phone,
    customers by number and phone, accounts by number and name. A word that means two is left to
    whoever reads it, as a remark. Raises `TopicsError` and `KafkaAccessError`."""
    partitions = partitions_of(settings, REFERENCE_TOPICS)
    try:
        entries = asyncio.run(_entries(settings, partitions))
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from error
    return "\n".join(_page(entries))


async def _entries(settings: Settings, partitions: Mapping[str, int]) -> list[Event]:
    """The newest document of each entry that was not removed."""
    entries: dict[tuple[str, bytes | None], Event] = {}
    reader = PartitionReader(settings)
    try:
        for topic in REFERENCE_TOPICS:
            for number in range(partitions[topic]):
                name = topic_name(settings, topic)
                async for records in reader.read(name, number, 0, holes=True):
                    for record in records:
                        _take(entries, topic, record, settings.phone_region)
    finally:
        await reader.stop()
    return list(entries.values())


def _take(
    entries: dict[tuple[str, bytes | None], Event], topic: str, record: Any, region: str
) -> None:
    if record.value is None:
        entries.pop((topic, record.key), None)
        return
    origin = Origin(topic, record.partition, record.offset)
    found = decode_record(record.value, record.headers, origin, region=region)
    if isinstance(found, Event):
        entries[topic, record.key] = found


def _page(entries: list[Event]) -> Iterator[str]:
    yield "# From the reference topics. What they do not know, such as user ids, is yours to add."
    yield from _table("people", _people(entries))
    yield from _table("customers", _customers(entries))
    yield from _table("accounts", _accounts(entries))


def _people(entries: list[Event]) -> Iterator[tuple[str, str]]:
    for it in (entry.data for entry in entries):
        if isinstance(it, ReferenceEmployee):
            for word in (it.employee, it.name, *it.phones):
                yield word or "", it.employee


def _customers(entries: list[Event]) -> Iterator[tuple[str, str]]:
    for it in (entry.data for entry in entries):
        if isinstance(it, ReferenceCustomer):
            for word in (it.customer, it.phone):
                yield word or "", it.customer


def _accounts(entries: list[Event]) -> Iterator[tuple[str, str]]:
    for it in (entry.data for entry in entries):
        if isinstance(it, ReferenceAccount):
            for word in (it.account, it.name):
                yield word or "", it.account


def _table(name: str, rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    meant: dict[str, set[str]] = {}
    for word, to in rows:
        if word:
            meant.setdefault(word, set()).add(to)
    yield ""
    yield f"[tables.{name}]"
    for word, tos in sorted(meant.items()):
        if len(tos) == 1:
            yield f"{_text(word)} = {_text(min(tos))}"
        else:
            yield f"# {_text(word)} = one of {', '.join(map(_text, sorted(tos)))}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
