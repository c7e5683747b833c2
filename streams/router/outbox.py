"""The router's ways out: a lane for each partition of `offbook.keyed`, one for dead letters.

Nothing that enters a lane is dropped. A lane that the broker does not take from keeps trying and
says so; what it holds stays uncommitted, and the router stops reading when it holds too much.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, cast

import structlog
from aiokafka.errors import (
    InvalidTimestampError,
    KafkaError,
)
from msgspec import structs

from contract.rejected import Rejected
from sinks.backoff import Backoff
from sinks.dead_letters import DeadLetter, WrittenAnew, rejected_letter, without_value
from streams.wire.kafka import TOO_LARGE
from streams.wire.keyed_records import Batch, Mark, WireEvent, decode_batch, encode_batch

#: Bytes of events after which a batch is closed whatever their number: far below what the keyed
#: topic takes, so that only a single event can ever be too large for it.
BATCH_BYTES: Final = 512 * 1024
#: Dead letters sent at a time.
_LETTERS: Final = 100

_log = structlog.get_logger(__name__)


class Lane(ABC):
    """What goes out in one order. `entered` counts its parcels, `left` those acknowledged."""

    def __init__(self, producer: Any, on_left: Callable[[], None]) -> None:
        self._producer = producer
        self._on_left = on_left
        self._something = asyncio.Event()
        self._trying_since: float | None = None
        self.entered = 0
        self.left = 0
        self.trouble = ""

    @property
    @abstractmethod
    def topic(self) -> str:
        """Where its parcels go; for the dead letters, where the first goes."""

    @property
    @abstractmethod
    def weight(self) -> int:
        """Bytes held, roughly."""

    @property
    def stuck_for(self) -> float:
        """Seconds since the broker was first asked to take what it has not taken yet."""
        return 0.0 if self._trying_since is None else time.monotonic() - self._trying_since

    @abstractmethod
    async def run(self) -> None:
        """Send for ever what enters; ends by cancellation only."""

    async def _attempt(
        self, send: Callable[[], Awaitable[None]], final: tuple[type[KafkaError], ...]
    ) -> None:
        """Send until acknowledged. Raises only what is `final`: trying again cannot change it."""
        backoff = Backoff()
        while True:
            try:
                await send()
            except final:
                raise
            except KafkaError as error:
                self.trouble = str(error) or type(error).__name__
                _log.warning("not taken; trying again", topic=self.topic, error=self.trouble)
                await asyncio.sleep(backoff.longer())
            else:
                self.trouble = ""
                return

    def _done(self, count: int) -> None:
        self.left += count
        self._trying_since = None
        self._on_left()


class KeyedLane(Lane):
    """Batches for one partition of `offbook.keyed`, one in flight at a time.

    One at a time keeps their order whatever fails, without an idempotent producer, which not
    every broker has and whose fatal errors would have to be recovered from; the batches grow
    instead. A batch sent twice, because its acknowledgement was lost, changes nothing downstream.

    `linger` is in seconds; `marks` gives what is to travel with a batch that is closed now.
    `refused` is told of an event the broker finds too large.
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
        """Close the open batch, with the marks that hold now. Nothing if there is none."""
        if self._events:
            self._close()

    def tick(self) -> None:
        """See to it that the marks of now go out though no event comes."""
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


class DeadLetterLane(Lane):
    """Dead letters, many at a time: their order means nothing."""

    def __init__(self, producer: Any, on_left: Callable[[], None]) -> None:
        super().__init__(producer, on_left)
        self._letters: deque[DeadLetter] = deque()
        self._bytes = 0

    @property
    def topic(self) -> str:
        return self._letters[0].topic if self._letters else ""

    @property
    def weight(self) -> int:
        return self._bytes

    def add(self, letter: DeadLetter) -> None:
        """`letter` must be sent."""
        self._letters.append(letter)
        self._bytes += _weight(letter)
        self.entered += 1
        self._something.set()

    async def run(self) -> None:
        while True:
            await self._something.wait()
            self._trying_since = time.monotonic()
            letters = [self._letters[at] for at in range(min(len(self._letters), _LETTERS))]
            refusals = await asyncio.gather(*(self._refusal(letter) for letter in letters))
            for letter, refusal in zip(letters, refusals, strict=True):
                if refusal is not None:
                    await self._send_alone(letter)
            for letter in letters:
                self._letters.popleft()
                self._bytes -= _weight(letter)
            if not self._letters:
                self._something.clear()
            self._done(len(letters))

    async def _send_alone(self, letter: DeadLetter) -> None:
        """Again and by itself, since in a batch one refused letter takes the others down with it;
        then with less and less of what the broker may object to."""
        while (refusal := await self._refusal(letter)) is not None:
            if isinstance(refusal, InvalidTimestampError):
                # Of a sender whose clock is wrong, and a topic that minds: now is as good.
                letter = structs.replace(letter, timestamp=-1)
            else:
                letter = _smaller(letter)

    async def _refusal(self, letter: DeadLetter) -> KafkaError | None:
        """Send; None once acknowledged, else why it cannot be taken as it is."""
        dated = letter.timestamp >= 0

        async def send() -> None:
            sent = await self._producer.send(
                letter.topic,
                letter.value,
                key=letter.key,
                headers=list(letter.headers),
                timestamp_ms=letter.timestamp if dated else None,
            )
            await sent

        final = (*TOO_LARGE, InvalidTimestampError) if dated else TOO_LARGE
        try:
            await self._attempt(send, final)
        except final as error:
            return cast(KafkaError, error)
        return None


def too_large_letter(event: WireEvent, topic: str, prefix: str) -> DeadLetter:
    """The dead letter of a good event that does not fit into `offbook.keyed`, its value left out.

    `topic` is the source topic on Kafka. Only what identifies the record is at hand by then.
    """
    record = WrittenAnew(topic, event.partition, event.offset, event.received)
    rejected = Rejected(
        "data",
        "data",
        "The event is larger than a record of offbook.keyed may be.",
        "Raise max.message.bytes of offbook.keyed to 16777216, as `offbook topics create` does.",
    )
    return without_value(rejected_letter(record, rejected, prefix=prefix), "too large to be routed")


_WHY = "too large for the dead letter topic"


def _smaller(letter: DeadLetter) -> DeadLetter:
    """First without its value, then also without the headers and the key its sender gave it."""
    bare = without_value(letter, _WHY)
    if letter.value != bare.value:
        return bare
    ours = tuple(h for h in letter.headers if h[0].startswith(("__streams.errors.", "offbook.")))
    if (letter.key, letter.headers) == (None, ours):
        raise AssertionError("a dead letter of our own headers alone does not fit")
    return DeadLetter(letter.topic, None, letter.value, ours, letter.timestamp)


def _weight(letter: DeadLetter) -> int:
    return 1000 + len(letter.value or b"") + len(letter.key or b"")
