"""What goes to Kafka from the dead letters: records once more, and what was done about letters."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Final, NamedTuple

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contract.handled import HandledLetters, How
from contract.times import rfc3339
from offbook.cli.dead_letters.letter import Letter
from sinks.dead_letters import Headers
from streams.settings.settings import Settings
from streams.wire.kafka import (
    HANDLED_TOPIC,
    MAX_REQUEST,
    TOO_LARGE,
    aiokafka_client,
    topic_name,
)

#: Seconds in which a broker must acknowledge a record.
_PATIENCE: Final = 20
#: Letters in one record of what was done: some 30 bytes each.
_TOGETHER: Final = 1000


class SendError(RuntimeError):
    """Kafka did not take everything. Running the command again goes on from there."""

    retryable: ClassVar[bool] = True


class Again(NamedTuple):
    """A record to be sent to a topic of the contract once more, and the letter it comes from."""

    letter: Letter
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


class Sender:
    """Sends records; each call returns when all is acknowledged. Raises `SendError`."""

    def __init__(self, settings: Settings, producer: Any) -> None:
        self._settings = settings
        self._producer = producer

    async def send(self, records: Sequence[Again]) -> list[Again]:
        """Send them in their order. Returns those that are larger than their topic takes."""
        refused = await self._refused(records)
        # One that is too large makes its whole batch fail.
        return [left for it in refused for left in await self._refused([it])]

    async def handled(
        self, letters: Sequence[Letter], how: How, by: str, now: int, reason: str | None = None
    ) -> None:
        """Write down what was done about letters at the time `now` (µs)."""
        by_partition: dict[tuple[str, int], list[Letter]] = defaultdict(list)
        for letter in letters:
            by_partition[letter.place.topic, letter.place.partition].append(letter)
        for (topic, partition), of_it in by_partition.items():
            for start in range(0, len(of_it), _TOGETHER):
                marked = HandledLetters(
                    topic=topic,
                    partition=partition,
                    letters=tuple(
                        (it.place.offset, it.stamped) for it in of_it[start : start + _TOGETHER]
                    ),
                    how=how,
                    by=by,
                    at=rfc3339(now),
                    reason=reason,
                )
                try:
                    await self._producer.send_and_wait(
                        topic_name(self._settings, HANDLED_TOPIC),
                        msgspec.json.encode(marked),
                        key=topic.encode(),
                    )
                except KafkaError as error:
                    raise self._failed(error) from error

    async def _refused(self, records: Sequence[Again]) -> list[Again]:
        sent: list[Any] = []
        for record in records:
            try:
                sent.append(
                    await self._producer.send(
                        topic_name(self._settings, record.topic),
                        record.value,
                        key=record.key,
                        headers=list(record.headers),
                    )
                )
            except TOO_LARGE as error:
                # Refused by the client's own limit, before it reaches the broker.
                sent.append(error)
            except KafkaError as error:
                raise self._failed(error) from error
        refused = []
        waiting = [it for it in sent if not isinstance(it, BaseException)]
        answers = iter(await asyncio.gather(*waiting, return_exceptions=True))
        for record, one in zip(records, sent, strict=True):
            answer = one if isinstance(one, BaseException) else next(answers)
            if isinstance(answer, TOO_LARGE):
                refused.append(record)
            elif isinstance(answer, KafkaError):
                raise self._failed(answer) from answer
            elif isinstance(answer, BaseException):
                raise answer
        return refused

    def _failed(self, error: KafkaError) -> SendError:
        return SendError(
            f"Kafka at {self._settings.kafka_bootstrap} did not take everything ({error}); what it"
            " took stays: run the command again, which does no harm"
        )


@asynccontextmanager
async def sender(settings: Settings) -> AsyncIterator[Sender]:
    """A producer. Raises `KafkaError` where Kafka does not answer."""
    producer = AIOKafkaProducer(
        client_id="offbook-dlq",
        acks="all",
        linger_ms=2,
        request_timeout_ms=_PATIENCE * 1000,
        max_request_size=MAX_REQUEST,
        **aiokafka_client(settings),
    )
    try:
        await producer.start()
        yield Sender(settings, producer)
    finally:
        await producer.stop()
