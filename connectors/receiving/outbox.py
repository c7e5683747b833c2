"""The way to Kafka: what was kept is acknowledged by all copies of its partition."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from msgspec import structs

from connectors.outcome import Rejected
from connectors.receiving.letters import CONTENT, Draft, letter_topic, topic_of, without_content
from sinks.backoff import Backoff
from sinks.dead_letters import MESSAGE, STAGE
from sinks.faults import told
from sinks.health import Health
from streams.settings.settings import Settings
from streams.wire.kafka import MAX_REQUEST, TOO_LARGE, aiokafka_client, letters_of, topic_name
from streams.wire.kafka_access import KafkaAccessError, knock, unreachable
from streams.wire.topics import require_topics

#: Seconds in which a broker must acknowledge a record.
_PATIENCE: Final = 20
#: Seconds between two looks whether it is back, and whether it is there.
_LOOK: Final = 2.0
_LOOK_WELL: Final = 15.0

_log = structlog.get_logger(__name__)


class KeepError(RuntimeError):
    """Not all is acknowledged; what is stays there, and the same again does no harm. One line."""

    retryable: ClassVar[bool] = True


class Outbox:
    """A producer to the topics of events and to the dead letters of `connectors`.

    `health` has the condition `broker`. It is of the loop that `connect` runs in.
    """

    def __init__(
        self, settings: Settings, topics: Iterable[str], connectors: Iterable[str], health: Health
    ) -> None:
        self._settings = settings
        self._topics = sorted(set(topics))
        self._connectors = [topic_of(it) for it in connectors]
        self._health = health
        self._producer: Any = None
        self._away = False
        health.expect("broker")

    async def connect(self) -> None:
        """Raises `KafkaAccessError`, which says whether waiting helps, and `TopicsError`."""
        await asyncio.to_thread(require_topics, self._settings, self._topics)
        producer = AIOKafkaProducer(
            client_id="offbook-connect",
            acks="all",
            request_timeout_ms=_PATIENCE * 1000,
            max_batch_size=512 * 1024,
            max_request_size=MAX_REQUEST,
            **aiokafka_client(self._settings),
        )
        try:
            await self._make_letter_topics()
            await producer.start()
        except (KafkaError, OSError) as error:
            with contextlib.suppress(KafkaError, OSError):
                await producer.stop()
            raise unreachable(self._settings, error) from error
        self._producer = producer
        self._health.ok("broker")

    async def connected(self, stopping: asyncio.Event) -> None:
        """Return once it is connected, or `stopping` is set. Raises `KafkaAccessError` where
        waiting does not help, and `TopicsError`."""
        backoff = Backoff(0.5, 15.0)
        while self._producer is None and not stopping.is_set():
            try:
                await self.connect()
            except KafkaAccessError as error:
                if not error.retryable:
                    raise
                self._health.bad("broker", str(error))
                _log.warning("Kafka is away: nothing is taken", why=str(error))
                await paused(stopping, backoff.longer())

    async def keep(self, drafts: Sequence[Draft], patience: float | None = None) -> list[Draft]:
        """Return when all of it is acknowledged: what was sent in the end, where the broker found
        something too large. Raises `KeepError`, after `patience` seconds if not before."""
        kept = list(drafts)
        refused = await self._sent([it for it in kept if it.topic], patience)
        while refused:
            for at, draft in enumerate(kept):
                if draft in refused:
                    kept[at] = self._smaller(draft)
            refused = await self._sent([it for it in kept if it.topic], patience)
        return kept

    async def watch(self, stopping: asyncio.Event) -> None:
        """See whether Kafka is there, and when it is back: who is not ready is sent nothing by
        which that would be found out."""
        while not await paused(stopping, _LOOK if self._away else _LOOK_WELL):
            try:
                await knock(self._settings)
            except KafkaAccessError as error:
                self._away = True
                self._health.bad("broker", str(error))
            else:
                self._away = False
                self._health.ok("broker")

    async def close(self, patience: float = 5.0) -> None:
        """What is under way gets `patience` seconds."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(patience):
                    await producer.stop()

    async def _sent(self, drafts: Sequence[Draft], patience: float | None) -> list[Draft]:
        """Send them; those that are too large. Raises `KeepError`."""
        if not drafts:
            return []
        if self._producer is None:
            raise KeepError("Kafka has not answered yet")
        try:
            async with asyncio.timeout(patience):
                sent = map(self._acknowledged, drafts)
                results = await asyncio.gather(*sent, return_exceptions=True)
        except TimeoutError as error:
            raise self._gone("no answer yet") from error
        large = []
        for draft, result in zip(drafts, results, strict=True):
            if isinstance(result, TOO_LARGE):
                large.append(draft)
            elif isinstance(result, KafkaError | OSError):
                raise self._gone(told(result)) from result
            elif isinstance(result, BaseException):
                raise result
        self._away = False
        self._health.ok("broker")
        return large

    def _gone(self, why: str) -> KeepError:
        self._away = True
        self._health.bad("broker", f"Kafka does not acknowledge: {why}")
        return KeepError(f"Kafka does not acknowledge: {why}")

    async def _acknowledged(self, draft: Draft) -> None:
        sent = await self._producer.send(
            topic_name(self._settings, draft.topic),
            draft.value,
            key=draft.key,
            headers=list(draft.headers),
            partition=draft.partition,
        )
        await sent

    def _smaller(self, draft: Draft) -> Draft:
        if draft.rejected is not None:
            smaller = without_content(draft)
            if smaller.value == draft.value:
                raise KeepError("a dead letter of headers alone is too large for its topic")
            return smaller
        # An event that no broker takes is not to be tried for ever.
        why = Rejected(
            "contract", "", "It is larger than its topic takes.", "Raise max.message.bytes."
        )
        headers = ((CONTENT, b"absent"), (STAGE, b"contract"), (MESSAGE, why.reason.encode()))
        return structs.replace(
            without_content(draft),
            result="dead_letter",
            topic=letter_topic(draft.connector),
            headers=headers,
            rejected=why,
        )

    async def _make_letter_topics(self) -> None:
        """Those that are not there yet. A broker that makes none by itself would hold up all."""
        its = self._settings
        wanted = [letters_of(its, it, partitions=1) for it in self._connectors]
        admin = AIOKafkaAdminClient(client_id="offbook-connect", **aiokafka_client(its))
        await admin.start()
        try:
            there = set(await admin.list_topics())
            missing = [
                NewTopic(it.name, it.partitions, its.replication_factor, topic_configs=it.configs)
                for it in wanted
                if it.name not in there
            ]
            if not missing:
                return
            answer = await admin.create_topics(missing)
            for name, code, *_ in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    _log.warning("cannot make the topic", topic=name, why=error.__name__)
        finally:
            await admin.close()


async def paused(stopping: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until `stopping` is set: whether it is."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
    return stopping.is_set()
