"""The outbox of one partition of `offbook.keyed`: collects events into batches, with marks of
time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from contract.rejected import Rejected
from sinks.dead_letters import DeadLetter, WrittenAnew, rejected_letter, without_value
from streams.router.outbox import Outbox
from streams.wire.kafka import TOO_LARGE
from streams.wire.keyed_records import Batch, Mark, WireEvent, decode_batch, encode_batch

#: Bytes of events after which a batch is closed, whatever their number. This is far below what the
#: keyed topic accepts, so that only a single event can ever be too large for it.
BATCH_BYTES: Final = 512 * 1024


class KeyedOutbox(Outbox):
    """Batches for one partition of `offbook.keyed`, one in flight at a time.

    One at a time keeps their order whatever fails, without an idempotent producer, which not every
    broker supports and whose fatal errors would need a recovery of their own; under load the
    batches grow instead. A batch that is sent twice, because its acknowledgement was lost, changes
    nothing downstream.

    `linger` is in seconds. `marks` returns the marks to send with a batch that is closed now.
    `refused` is called with an event that the broker finds too large.
    """

    def __init__(
        self,
        producer: Any,
        topic: str,
        partition: int,
        *,
        batch_events: int,
        linger: float,
        marks: Callable[[], list[Mark]],
        refused: Callable[[WireEvent], None],
        on_left: Callable[[], None],
    ) -> None:
        super().__init__(producer, on_left)
        self._topic = topic
        self._partition = partition
        self._batch_events = batch_events
        self._linger = linger
        self._marks = marks
        self._refused = refused
        self._closed: deque[bytes] = deque()
        self._closed_bytes = 0
        self._events: list[WireEvent] = []
        self._entries: list[tuple[str, int]] = []
        self._bytes = 0
        self._opened = 0.0

    @property
    def topic(self) -> str:
        return self._topic

    @property
    def weight(self) -> int:
        return self._closed_bytes + self._bytes

    def add(self, key: str, event: WireEvent) -> None:
        """`event` is about the entity `key`. Give all keys of an event one after the other."""
        events = self._events
        if not events or events[-1] is not event:
            if self._bytes >= BATCH_BYTES or len(events) >= self._batch_events:
                self.close()
                events = self._events
            if not events:
                self._opened = time.monotonic()
                self.entered += 1
                self._something.set()
            events.append(event)
            self._bytes += len(bytes(event.data)) + 100
        self._entries.append((key, len(events) - 1))

    def close(self) -> None:
        """Close the open batch, if there is one, with the current marks."""
        if self._events:
            self._close()

    def tick(self) -> None:
        """Send the current marks even if no event comes."""
        if self._events:
            self._close()
        elif not self._closed:
            self.entered += 1
            self._close()

    def _close(self) -> None:
        value = encode_batch(Batch(self._marks(), self._events, self._entries))
        self._closed.append(value)
        self._closed_bytes += len(value)
        self._events, self._entries, self._bytes = [], [], 0
        self._something.set()

    async def run(self) -> None:
        while True:
            await self._something.wait()
            if not self._closed:
                await asyncio.sleep(max(self._opened + self._linger - time.monotonic(), 0.0))
                if not self._closed:
                    self._close()
            value = self._closed[0]
            self._trying_since = time.monotonic()
            await self._send(value)
            self._closed.popleft()
            self._closed_bytes -= len(value)
            if not (self._closed or self._events):
                self._something.clear()
            self._done(1)

    async def _send(self, value: bytes) -> None:
        async def send() -> None:
            await (await self._producer.send(self._topic, value, partition=self._partition))

        try:
            await self._attempt(send, TOO_LARGE)
        except TOO_LARGE:
            for part in self._halves(decode_batch(value)):
                await self._send(encode_batch(part))

    def _halves(self, batch: Batch) -> Iterable[Batch]:
        events = batch.events
        if len(events) <= 1:
            for event in events:
                self._refused(event)
            yield Batch(marks=batch.marks)
            return
        middle = len(events) // 2
        yield Batch(
            events=events[:middle],
            entries=[(key, index) for key, index in batch.entries if index < middle],
        )
        yield Batch(
            marks=batch.marks,
            events=events[middle:],
            entries=[(key, index - middle) for key, index in batch.entries if index >= middle],
        )


def too_large_letter(event: WireEvent, topic: str, prefix: str) -> DeadLetter:
    """The dead letter, without its value, of a good event that does not fit into `offbook.keyed`.

    `topic` is the source topic on Kafka. By then only what identifies the record is still known.
    """
    record = WrittenAnew(topic, event.partition, event.offset, event.received)
    rejected = Rejected(
        "data",
        "data",
        "The event is larger than a record of offbook.keyed may be.",
        "Raise max.message.bytes of offbook.keyed to 16777216, as `offbook topics create` does.",
    )
    return without_value(rejected_letter(record, rejected, prefix=prefix), "too large to be routed")
