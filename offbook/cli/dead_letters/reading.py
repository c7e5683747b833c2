"""Reads the dead letter topics from beginning to end, except for what was dealt with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple, TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from contract.duration import Duration
from contract.handled import HandledLetters
from offbook.cli.dead_letters.letter import (
    OF_CONNECTORS,
    SOURCE_OF,
    Letter,
    LetterError,
    Place,
    letter_of,
    no_letters,
)
from streams.monitor.partition_reader import PartitionReader
from streams.settings.settings import Settings
from streams.wire.kafka import HANDLED_TOPIC, aiokafka_client, topic_name
from streams.wire.kafka_access import unreachable
from streams.wire.topics import partitions_of

_T = TypeVar("_T")


class Wanted(NamedTuple):
    """Which letters: of a dead letter topic, a stage (`detector` for all of `detector:<id>`), a
    field, and set aside from `since` (ms) on; only those at `places`, if there are any."""

    topic: str | None = None
    stage: str | None = None
    field: str | None = None
    since: int | None = None
    places: frozenset[Place] = frozenset()

    def takes(self, letter: Letter) -> bool:
        """Whether it is one of them."""
        return (
            (self.stage is None or self.stage in (letter.stage, letter.stage.partition(":")[0]))
            and (self.field is None or self.field == letter.field)
            and (self.since is None or letter.stamped >= self.since)
            and (not self.places or letter.place in self.places)
        )

    def topics(self, there: Sequence[str]) -> list[str]:
        """Which of the dead letter topics that are there are to be read. Raises `LetterError` for
        one that is asked for and is not."""
        among = {place.topic for place in self.places}
        for topic in among if self.topic is None else among | {self.topic}:
            if topic not in there:
                raise no_letters(topic, there)
        return [it for it in there if it in (among or there) and self.topic in (None, it)]

    @property
    def is_all(self) -> bool:
        """Whether nothing was chosen."""
        return self == Wanted()


def since(text: str) -> int:
    """The time (ms) so long before now. Raises `LetterError`."""
    try:
        return (time.time_ns() // 1000 - Duration(text)) // 1000
    except (ValueError, OverflowError):
        raise LetterError('--since: expected a duration such as "2d" or "12h"') from None


class Letters:
    """The letters of an installation, on topics with so many `partitions`. `handled` counts those
    that were dealt with, and are left out."""

    def __init__(
        self, settings: Settings, reader: PartitionReader, partitions: dict[str, int]
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._partitions = partitions
        self._topics = [it for it in partitions if it != HANDLED_TOPIC]
        #: Hashes of place and timestamp: some 60 bytes a letter, however many there were.
        self._marks: set[int] = set()
        self.handled = 0

    async def those(self, wanted: Wanted) -> AsyncIterator[list[Letter]]:
        """The letters that are wanted, in lists, topic by topic, in their order in each
        partition. Raises `LetterError`."""
        async for record in self.marks():
            for offset, stamped in record.letters:
                self._marks.add(hash((Place(record.topic, record.partition, offset), stamped)))
        for topic in wanted.topics(self._topics):
            for number in range(self._partitions[topic]):
                name = topic_name(self._settings, topic)
                async for records in self._reader.read(name, number, 0, holes=True):
                    letters = [letter_of(topic, record) for record in records]
                    found = [letter for letter in letters if wanted.takes(letter)]
                    left = [it for it in found if hash((it.place, it.stamped)) not in self._marks]
                    self.handled += len(found) - len(left)
                    if left:
                        yield left

    async def one(self, place: Place) -> tuple[Letter, HandledLetters | None]:
        """The letter there, and what was last done about it. Raises `LetterError`."""
        letter = await self._at(place)
        if letter is None:
            raise LetterError(
                f"there is no letter at {place}; `offbook dlq list` says where some are"
            )
        done = None
        async for record in self.marks():
            if (record.topic, record.partition) == place[:2] and (
                (place.offset, letter.stamped) in record.letters
            ):
                done = record
        return letter, done

    async def marks(self) -> AsyncIterator[HandledLetters]:
        """All that was ever done about letters, as far as the topic goes back."""
        name = topic_name(self._settings, HANDLED_TOPIC)
        for number in range(self._partitions[HANDLED_TOPIC]):
            async for records in self._reader.read(name, number, 0, holes=True):
                for record in records:
                    try:
                        yield HandledLetters.decoded(record.value or b"")
                    except ValueError:
                        # Nothing is dealt with by it.
                        continue

    async def _at(self, place: Place) -> Letter | None:
        if place.topic not in self._topics:
            raise no_letters(place.topic, self._topics)
        if place.partition >= self._partitions[place.topic]:
            return None
        name = topic_name(self._settings, place.topic)
        first, end = await self._reader.begin_and_end(name, place.partition)
        # The end may be told too low, as that of the last batch: what follows is read from there.
        start = max(first, min(place.offset, end - 1))
        async with aclosing(
            self._reader.read(name, place.partition, start, holes=True)  # type: ignore[type-var]
        ) as lists:
            async for records in lists:
                for record in records:
                    if record.offset == place.offset:
                        return letter_of(place.topic, record)
                    if record.offset > place.offset:
                        return None
        return None


def with_letters(settings: Settings, work: Callable[[Letters], Coroutine[Any, Any, _T]]) -> _T:
    """Do the work, and close what was opened for it. Raises `TopicsError`, `KafkaAccessError` and
    what `work` raises."""
    ours = [*SOURCE_OF, HANDLED_TOPIC]
    counted = partitions_of(settings, ours)

    async def all_of_it() -> _T:
        reader = PartitionReader(settings)
        try:
            partitions = {topic: counted[topic] for topic in ours}
            partitions |= await _of_connectors(settings)
            return await work(Letters(settings, reader, partitions))
        finally:
            await reader.stop()

    try:
        return asyncio.run(all_of_it())
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from error


async def _of_connectors(settings: Settings) -> dict[str, int]:
    """The connectors' dead letter topics, and how many partitions each has."""
    admin = AIOKafkaAdminClient(client_id="offbook-dlq", **aiokafka_client(settings))
    await admin.start()
    try:
        described = await admin.describe_topics()
    finally:
        await admin.close()
    start = topic_name(settings, OF_CONNECTORS)
    return {
        it["topic"].removeprefix(settings.topic_prefix): len(it["partitions"])
        for it in sorted(described, key=lambda it: str(it["topic"]))
        if it["topic"].startswith(start) and not it["error_code"]
    }
