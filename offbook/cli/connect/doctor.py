"""`offbook doctor`: what stands on the topics, looked at as a mapping that is tried."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from aiokafka.errors import KafkaError

from contract.canary import is_canary
from contract.decoding.decode import decode_record
from contract.event import Origin
from contract.kinds import REFERENCE_TOPICS, SOURCE_TOPICS
from contract.rejected import Rejected
from contract.types import Heartbeat
from offbook.cli.connect.trial import Trial
from streams.monitor.partition_reader import PartitionReader
from streams.settings.settings import Settings
from streams.wire.kafka import topic_name
from streams.wire.kafka_access import unreachable
from streams.wire.topics import partitions_of


def examine(settings: Settings, most: int) -> Trial:
    """The newest `most` records of each partition of the source topics. Raises `TopicsError` and
    `KafkaAccessError`."""
    partitions = partitions_of(settings, SOURCE_TOPICS)
    try:
        return asyncio.run(_examined(settings, partitions, most))
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from error


async def _examined(settings: Settings, partitions: dict[str, int], most: int) -> Trial:
    trial = Trial()
    reader = PartitionReader(settings)
    try:
        for topic in (
            *REFERENCE_TOPICS,
            *(it for it in SOURCE_TOPICS if it not in REFERENCE_TOPICS),
        ):
            for number in range(partitions[topic]):
                name = topic_name(settings, topic)
                first, end = await reader.begin_and_end(name, number)
                async for records in reader.read(name, number, max(first, end - most), holes=True):
                    for record in records:
                        _look(trial, topic, record, settings.phone_region)
    finally:
        await reader.stop()
    trial.ended()
    return trial


def _look(trial: Trial, topic: str, record: Any, region: str) -> None:
    if record.value is None and topic in REFERENCE_TOPICS:
        return
    origin = Origin(topic, record.partition, record.offset)
    found = decode_record(record.value, record.headers, origin, region=region)
    if isinstance(found, Rejected):
        trial.outcomes["dead letter"] += 1
        fault = (found.stage, found.field, found.reason, found.mend)
        trial.fault(fault, f"{topic}:{record.partition}:{record.offset}")
    elif not isinstance(found.data, Heartbeat) and not is_canary(found):
        trial.event(found, _filled(msgspec.to_builtins(found.data)), "good")


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """The fields that have a value, in an object too."""
    return {
        name: _filled(value) if isinstance(value, dict) else value
        for name, value in data.items()
        if value is not None and value != {}
    }
