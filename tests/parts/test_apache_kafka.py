"""The launcher gives a broker that survives its own death, which the fault tests rest on."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from offbook.cli.demo.server_process import EmbeddedMissingError
from tests.parts.apache_kafka import LIBS_VARIABLE, ApacheKafka


@pytest.mark.kafka
def test_topics_and_records_survive_kill_and_start(apache_kafka: ApacheKafka):
    admin = KafkaAdminClient(bootstrap_servers=apache_kafka.bootstrap)
    admin.create_topics([NewTopic("kept", num_partitions=3, replication_factor=1)])
    admin.close()

    async def produce() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=apache_kafka.bootstrap, acks="all")
        await producer.start()
        for number in range(100):
            await producer.send_and_wait("kept", b"%d" % number, partition=number % 3)
        await producer.stop()

    asyncio.run(produce())
    bootstrap, pid = apache_kafka.bootstrap, apache_kafka.pid
    apache_kafka.kill()
    apache_kafka.start()
    assert apache_kafka.bootstrap == bootstrap
    assert apache_kafka.pid != pid

    async def consume() -> set[int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        consumer.assign([TopicPartition("kept", number) for number in range(3)])
        read = {int((await consumer.getone()).value) for _ in range(100)}
        await consumer.stop()
        return read

    assert asyncio.run(asyncio.wait_for(consume(), 30)) == set(range(100))


def test_without_jars_it_says_where_they_come_from(tmp_path, monkeypatch):
    monkeypatch.delenv(LIBS_VARIABLE, raising=False)
    with pytest.raises(EmbeddedMissingError, match=r"\.ci/kafka/pom\.xml"):
        ApacheKafka()
    with pytest.raises(EmbeddedMissingError, match=str(tmp_path)):
        ApacheKafka(tmp_path)
