"""Who is in which team, from a real broker, beside everything else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contract.document import encode_document
from contract.event import Event, Origin
from contract.types import ReferenceCustomer, ReferenceEmployee
from sinks.alertmanager.teams import Teams
from tests.sinks.test_delivery import until

EARLY, LATE = 1_772_442_900_000_000, 1_772_529_300_000_000
NOWHERE = Origin("reference.employees", 0, 0)


class Record:
    """What a consumer gives."""

    headers = ()
    offset = 0
    timestamp = LATE // 1000 + 1

    def __init__(self, value: bytes | None, key: bytes = b"") -> None:
        self.value, self.key = value, key


def employee(id_: str, team: str | None, at: int = EARLY, source: str = "//hr.example") -> bytes:
    data = ReferenceEmployee(employee=id_, team=team)
    return encode_document(Event(source, f"{id_}-{at}", at, data, NOWHERE))


def test_the_last_document_holds_and_the_newest_where_there_are_several_partitions() -> None:
    teams = Teams("")
    teams.take(0, Record(employee("E1", "East", LATE)))
    teams.take(0, Record(employee("E1", "North", EARLY)))
    teams.take(1, Record(employee("E2", "South", LATE)))
    teams.take(0, Record(employee("E2", "West", EARLY)))
    assert (teams.of("E1"), teams.of("E2")) == ("North", "South")
    assert (teams.of("E3"), teams.of(None)) == ("", "")


def test_one_that_was_removed_or_has_none_is_in_no_team() -> None:
    teams = Teams("")
    teams.take(0, Record(employee("E1", "East")))
    teams.take(0, Record(None, b"E1"))
    teams.take(0, Record(employee("E2", None)))
    assert (teams.of("E1"), teams.of("E2")) == ("", "")


def test_what_is_no_document_of_an_employee_changes_nothing() -> None:
    teams = Teams("", takes=lambda source: source == "//hr.example")
    teams.take(0, Record(employee("E1", "East")))
    customer = Event("//hr.example", "c", EARLY, ReferenceCustomer(customer="E1"), NOWHERE)
    strange = (b"nonsense", encode_document(customer), employee("E1", "W", LATE, "//x.example"))
    for value in strange:
        teams.take(0, Record(value))
    teams.take(0, Record(None, b"\xff"))
    assert teams.of("E1") == "East"


@pytest.mark.integration
def test_it_reads_all_there_is_and_keeps_in_step(kafka: Any, topic_prefix: str) -> None:
    topic = f"{topic_prefix}reference.employees"

    async def work() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(topic, 2, 1)])
        await admin.close()
        teams = Teams(kafka.bootstrap, topic=topic)
        async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
            for n in range(100):
                await producer.send_and_wait(topic, employee(f"E{n}", "East"), f"E{n}".encode())
            reading = asyncio.create_task(teams.run())
            await asyncio.wait_for(teams.read.wait(), 30)
            assert teams.of("E99") == "East"
            await producer.send_and_wait(topic, employee("E99", "West", LATE), b"E99")
            await until(lambda: teams.of("E99") == "West")
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    asyncio.run(work())


def test_while_kafka_is_away_nobody_waits_for_it_for_good() -> None:
    async def work() -> None:
        teams = Teams("127.0.0.1:9")
        reading = asyncio.create_task(teams.run())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(teams.read.wait(), 0.5)
        assert not reading.done()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    asyncio.run(work())
