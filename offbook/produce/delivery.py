"""What has been handed to Kafka and is not acknowledged yet, and what never was."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections import deque
from collections.abc import Generator
from typing import Any, Final, NamedTuple

from aiokafka.errors import KafkaError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError

from offbook.produce.errors import DeliveryError, DeliveryRefusedError
from sinks.faults import told
from streams.wire.kafka import TOO_LARGE

#: How many failures that nobody has asked about are kept for `flush` to raise.
_KEPT: Final = 10_000


class Receipt(NamedTuple):
    """Where Kafka keeps an event: the topic's name there, its partition and offset."""

    topic: str
    partition: int
    offset: int


class Delivery:
    """An event on its way. To await it returns its `Receipt`, or raises `DeliveryError`.

    One that failed and that nobody awaited is raised by the next `flush`.
    """

    __slots__ = ("_awaited", "_deliveries", "_future", "_topic")

    def __init__(self, topic: str, future: asyncio.Future[Any], deliveries: Deliveries) -> None:
        self._topic, self._future, self._deliveries = topic, future, deliveries
        self._awaited = False
        deliveries.open.add(self)
        future.add_done_callback(self._done)

    def __await__(self) -> Generator[Any, None, Receipt]:
        self._awaited = True
        try:
            # Who stops waiting does not stop the event.
            record = yield from asyncio.shield(self._future).__await__()
        except KafkaError as error:
            raise undelivered(self._topic, error) from error
        return Receipt(record.topic, record.partition, record.offset)

    def pass_to(self, other: concurrent.futures.Future[Receipt]) -> None:
        """Give the outcome to somebody who waits in another thread."""
        self._awaited = True

        def give(future: asyncio.Future[Any]) -> None:
            if not other.set_running_or_notify_cancel():
                return
            if future.cancelled():
                other.set_exception(DeliveryError(f"given up on an event for {self._topic}"))
            elif error := future.exception():
                other.set_exception(undelivered(self._topic, error))
            else:
                record = future.result()
                other.set_result(Receipt(record.topic, record.partition, record.offset))

        self._future.add_done_callback(give)

    def _done(self, future: asyncio.Future[Any]) -> None:
        self._deliveries.open.discard(self)
        if (future.cancelled() or future.exception() is not None) and not self._awaited:
            self._deliveries.failed.append(self)


class Deliveries:
    """Those that are open, and those that failed unseen."""

    def __init__(self) -> None:
        self.open: set[Delivery] = set()
        self.failed: deque[Delivery] = deque(maxlen=_KEPT)

    async def settle(self) -> None:
        """Return when all that is open now is acknowledged. Raises the `DeliveryError` of the first
        that failed since the last time and that nobody awaited."""
        if self.open:
            await asyncio.wait([it._future for it in self.open])  # noqa: SLF001
        # What is called when a future is done runs after it, in its turn.
        await asyncio.sleep(0)
        unseen = [it for it in self.failed if not it._awaited]  # noqa: SLF001
        self.failed.clear()
        if unseen:
            await unseen[0]


def undelivered(topic: str, error: BaseException) -> DeliveryError:
    """What to raise for an error of Kafka's client."""
    if isinstance(error, UnknownTopicOrPartitionError):
        return DeliveryRefusedError(f"Kafka has no topic {topic}: run `offbook topics create`")
    if isinstance(error, TopicAuthorizationFailedError):
        return DeliveryRefusedError(
            f"Kafka does not let this user write to {topic}: grant Write, with"
            f" kafka-acls --add --allow-principal User:… --operation Write --topic {topic}"
        )
    if isinstance(error, TOO_LARGE):
        return DeliveryRefusedError(
            f"{topic} takes no event of this size ({told(error)}): send references to large"
            " contents, not the contents"
        )
    again = isinstance(error, TimeoutError) or getattr(error, "retriable", False)
    kind = DeliveryError if again else DeliveryRefusedError
    mend = "send it again with the same id" if again else "trying again does not help"
    return kind(f"Kafka did not acknowledge an event for {topic} ({told(error)}): {mend}")
