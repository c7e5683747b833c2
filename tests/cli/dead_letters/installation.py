"""Topics of one test, letters on them, and `offbook dlq` with their settings."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from kafka import KafkaConsumer, TopicPartition

from contract.decoding.decode import decode_record
from contract.event import Origin
from contract.rejected import Rejected
from contract.times import SECOND, rfc3339
from sinks.dead_letters import (
    DeadLetter,
    WrittenAnew,
    rejected_letter,
)
from tests.cli.commands import offbook

TYPES = {"payments": "payment", "tips": "tip", "reference.employees": "reference.employee"}


def document(topic: str, id_: str, **data: Any) -> bytes:
    time_ = rfc3339(time.time_ns() // 1000 - 60 * SECOND)
    head = {"specversion": "1.0", "id": id_, "source": "//s", "time": time_}
    return json.dumps({**head, "type": f"offbook.{TYPES[topic]}.v1", "data": data}).encode()


def payment(id_: str, **more: Any) -> bytes:
    paid = {"payment": id_, "amount": "1.10", "payee_account": "A-1", **more}
    return document("payments", id_, **{k: v for k, v in paid.items() if v is not None})


@dataclass
class Installation:
    """Topics of this test alone."""

    bootstrap: str
    prefix: str
    config: Path

    def set_aside(
        self,
        topic: str,
        *values: bytes | None,
        key: bytes | None = b"k",
        headers: tuple[tuple[str, bytes | None], ...] = (),
    ) -> None:
        """As a router does that refuses them."""
        letters = []
        for offset, value in enumerate(values):
            rejected = decode_record(value, headers, Origin(topic, 0, offset))
            assert isinstance(rejected, Rejected)
            record = WrittenAnew(
                f"{self.prefix}{topic}", 0, offset, time.time_ns() // 10**6, key, value, headers
            )
            letters.append(rejected_letter(record, rejected, prefix=self.prefix))
        self.put(*letters)

    def put(self, *letters: DeadLetter) -> None:
        async def put() -> None:
            async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
                for it in letters:
                    await producer.send_and_wait(
                        it.topic,
                        it.value,
                        key=it.key,
                        headers=list(it.headers),
                        partition=0,
                        timestamp_ms=it.timestamp,
                    )

        asyncio.run(put())

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        done = offbook("dlq", *words, "--config", str(self.config), **env)
        assert "Traceback" not in done.stderr
        return done

    def viewer(self) -> dict[str, str]:
        """What the environment of somebody has who sees no names."""
        readers = self.config.with_name("readers.toml")
        hashed = sha256(b"vera").hexdigest()
        readers.write_text(f'[readers.vera]\nrole = "viewer"\ntoken_sha256 = "{hashed}"\n')
        return {"OFFBOOK_READERS_FILE": str(readers), "OFFBOOK_TOKEN": "vera"}

    def listed(self, *words: str) -> dict[str, Any]:
        done = self.run("list", *words, "--json")
        assert (done.returncode, done.stderr) == (0, "")
        return dict(json.loads(done.stdout))

    def all_of(self, topic: str) -> list[Any]:
        name = f"{self.prefix}{topic}"
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, consumer_timeout_ms=1500)
        partitions = [
            TopicPartition(name, it) for it in sorted(consumer.partitions_for_topic(name) or ())
        ]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        records = list(consumer)
        consumer.close()
        return records
