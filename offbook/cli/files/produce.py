"""`offbook produce`: files of events to Kafka, each to its topic, reference documents first."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, ClassVar, Literal, Protocol
from zoneinfo import ZoneInfo

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contract.decoding.decode import FUTURE
from contract.event import Event
from contract.record_key import record_key
from contract.rejected import Rejected
from contract.times import DAY, MINUTE, rfc3339
from offbook.cli.files.documents import Documents
from offbook.cli.files.gaps import Gaps
from offbook.cli.files.ndjson import Advance, Source, problem, sources
from offbook.cli.files.shift_times import Chronicle, Rebase
from streams.settings.settings import Settings
from streams.wire.kafka import MAX_REQUEST, aiokafka_client, topic_name
from streams.wire.kafka_access import unreachable
from streams.wire.topics import require_topics

#: Seconds in which a broker must acknowledge a record.
_PATIENCE = 20
#: Records in flight at a time.
_BUNCH = 1000


class ProduceError(RuntimeError):
    """Kafka did not take everything. What it took stays there; producing it again does no harm."""

    retryable: ClassVar[bool] = True


class RebaseError(ValueError):
    """The documents cannot be moved to that time."""

    retryable: ClassVar[bool] = False


class Destination(Protocol):
    """Where documents go."""

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        """Take one document for a topic of the contract."""

    def flush(self) -> None:
        """Return when all that was sent is there."""


@dataclass
class Produced:
    """What was sent, by topic, and what was not."""

    sent: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    misplaced: int = 0
    newest: int | None = None

    def summary(self) -> str:
        """One line for people."""
        topics = ", ".join(f"{topic} {count}" for topic, count in sorted(self.sent.items()))
        says = [f"{self.sent.total()} sent" + (f" ({topics})" if topics else "")]
        if self.bad:
            says.append(f"{self.bad} bad lines not sent")
        return ", ".join(says)


def produce(
    files: Sequence[str],
    settings: Settings,
    destination: Destination,
    say: Callable[[str], None],
    *,
    rebase: int | Literal["now"] | None = None,
    rate: float | None = None,
    advance: Advance | None = None,
) -> Produced:
    """Send every good document of `files` to `destination`, reference documents first.

    `rebase` is the time (µs) that the newest event is moved to, and all others with it. `rate`
    limits the events a second; reference documents are sent at once. `say` is called for bad lines,
    which are not sent, and, before anything is moved, for years in which nothing happens. Raises
    `InputError`, `RebaseError` and whatever `destination` raises.
    """
    done = Produced()

    def complain(source: Source, number: int, rejected: Rejected) -> None:
        done.bad += 1
        say(problem(source.name, number, rejected))

    with sources(files) as inputs:
        mover: Rebase | None = None
        if rebase is not None:
            mover = _mover(inputs, settings, rebase, say)

        def send(event: Event, line: bytes) -> None:
            value = mover.line(event, line) if mover else line
            destination.send(event.origin.topic, record_key(event.data), value)
            done.sent[event.origin.topic] += 1

        wall = time.time_ns() // 1000 if mover is None else None
        delta = mover.delta if mover else 0
        documents = Documents(inputs, complain, advance, wall=wall, region=settings.phone_region)
        for event, line, _ in documents.reference():
            send(event, line)
        destination.flush()
        pace = _Pace(rate)
        for event, line, _ in documents.others():
            if pace.ahead():
                destination.flush()
                pace.wait()
            send(event, line)
            if done.newest is None or event.time + delta > done.newest:
                done.newest = event.time + delta
        destination.flush()
    done.misplaced = mover.misplaced if mover else 0
    return done


def age_warning(done: Produced, settings: Settings) -> str | None:
    """What to say if a running service will treat all of it as late."""
    if done.newest is None:
        return None
    age = time.time_ns() // 1000 - done.newest
    if age <= settings.lateness:
        return None
    return (
        f"the newest event is {age // DAY} days old: a running service takes it for late"
        " (--rebase now moves all times alike so that it is not)"
    )


def _mover(
    inputs: Sequence[Source],
    settings: Settings,
    to: int | Literal["now"],
    say: Callable[[str], None],
) -> Rebase:
    chronicle, gaps = Chronicle(ZoneInfo(settings.timezone)), Gaps()
    documents = Documents(inputs, lambda *_: None, region=settings.phone_region)
    newest_reference = max((event.time for event, *_ in documents.reference()), default=None)
    for event, _, place in documents.others():
        chronicle.note(event)
        gaps.note(event.time, place)
    for line in gaps.told([source.name for source in inputs]):
        say(line)
    newest = chronicle.newest if chronicle.newest is not None else newest_reference
    now = time.time_ns() // 1000
    target = now if to == "now" else to
    if target > now + FUTURE:
        raise RebaseError(
            f"--rebase {rfc3339(target)} lies ahead of the clock: a running service refuses events"
            f" more than {FUTURE // MINUTE} minutes ahead"
        )
    return Rebase(chronicle, target - newest if newest is not None else 0)


class _Pace:
    """Keeps to a number of events a second, over the whole run."""

    def __init__(self, rate: float | None) -> None:
        self._rate = rate
        self._start = time.monotonic()
        self._count = 0

    def ahead(self) -> bool:
        """Count one event; whether it comes so early that it should wait."""
        self._count += 1
        return self._rate is not None and self._seconds(self._rate) > 0.01

    def wait(self) -> None:
        """Return when the event last counted is due."""
        if self._rate is not None:
            time.sleep(max(self._seconds(self._rate), 0))

    def _seconds(self, rate: float) -> float:
        return self._start + (self._count - 1) / rate - time.monotonic()


class PrintDestination:
    """Prints documents instead of sending them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        self._stream.write(value + b"\n")

    def flush(self) -> None:
        self._stream.flush()


class KafkaSink:
    """Sends to Kafka in bunches, and returns from each when all of it is acknowledged."""

    def __init__(self, runner: asyncio.Runner, producer: Any, settings: Settings) -> None:
        self._runner = runner
        self._producer = producer
        self._settings = settings
        self._waiting: list[tuple[str, bytes, bytes]] = []

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        """Raises `ProduceError`, perhaps for an earlier record."""
        self._waiting.append((topic_name(self._settings, topic), key, value))
        if len(self._waiting) >= _BUNCH:
            self.flush()

    def flush(self) -> None:
        """Return when all is acknowledged. Raises `ProduceError`."""
        if not self._waiting:
            return
        bunch, self._waiting = self._waiting, []
        try:
            self._runner.run(self._acknowledged(bunch))
        except KafkaError as error:
            raise ProduceError(
                f"Kafka at {self._settings.kafka_bootstrap} did not take everything ({error});"
                " what it took stays, and to produce it all again does no harm"
            ) from error

    async def _acknowledged(self, bunch: Sequence[tuple[str, bytes, bytes]]) -> None:
        sent = [
            await self._producer.send(topic, value=value, key=key) for topic, key, value in bunch
        ]
        for acknowledged in sent:
            await acknowledged


@contextmanager
def kafka_destination(settings: Settings, topics: Sequence[str]) -> Iterator[KafkaSink]:
    """A producer to the topics named. Raises `TopicsError` unless they are there, and
    `KafkaAccessError`."""
    require_topics(settings, topics)

    async def start() -> Any:
        producer = AIOKafkaProducer(
            client_id="offbook-produce",
            acks="all",
            linger_ms=2,
            request_timeout_ms=_PATIENCE * 1000,
            max_batch_size=512 * 1024,
            max_request_size=MAX_REQUEST,
            **aiokafka_client(settings),
        )
        await producer.start()
        return producer

    with asyncio.Runner() as runner:
        try:
            producer = runner.run(start())
        except (KafkaError, OSError) as error:
            raise unreachable(settings, error) from error
        try:
            yield KafkaSink(runner, producer, settings)
        finally:
            runner.run(producer.stop())
