"""One letter as it stands on its topic, and where that is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final, NamedTuple, get_args

from connectors import outcome
from connectors.receiving.letters import FILE, letter_topic
from contract.kinds import SOURCE_TOPICS
from contract.rejected import Stage
from contract.spelling.nearest import nearest
from sinks.dead_letters import (
    MESSAGE,
    OFFSET,
    PARTITION,
    STAGE,
    TOPIC,
    Headers,
    dead_letter_topic,
    is_withheld,
)
from streams.wire.kafka import ACTIONS_TOPIC, ALERTS_TOPIC

#: What may have letters, by the topic of its letters. Reference data come first: events are judged
#: by them.
SOURCE_OF: Final = {
    dead_letter_topic(topic): topic
    for topic in (
        *sorted(SOURCE_TOPICS, key=lambda it: not it.startswith("reference.")),
        ACTIONS_TOPIC,
        ALERTS_TOPIC,
    )
}
#: What the topics of the connectors' letters begin with. Which there are, only Kafka knows: a page
#: may lie anywhere.
OF_CONNECTORS: Final = letter_topic("")
#: Of a letter that Offbook did not write.
NO_STAGE: Final = "?"

_STAGES: Final = frozenset((*get_args(Stage), *get_args(outcome.Stage)))
_FIELD = re.compile(r"[A-Za-z_][\w.\-\[\]]*")
#: What differs between letters of one kind: where something stands.
_PLACES = re.compile(r"(?<=at offset )[0-9]+|(?<=\[)[0-9]+(?=\])|(?<=[Bb]yte )[0-9]+")


class LetterError(ValueError):
    """What was asked for is not there, or cannot be asked so. One line."""

    retryable: ClassVar[bool] = False


class Place(NamedTuple):
    """Where a letter stands; `topic` without the installation's prefix."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}"

    @staticmethod
    def of(text: str) -> Place:
        """`dlq.payments:0:17`, or `payments:0:17`. Raises `LetterError`."""
        topic, *numbers = text.rsplit(":", 2)
        if len(numbers) != 2 or not all(re.fullmatch(r"[0-9]{1,18}", it) for it in numbers):
            raise LetterError(
                f"{text}: expected TOPIC:PARTITION:OFFSET, such as dlq.payments:0:17;"
                " `offbook dlq list` prints them"
            )
        return Place(letters_topic(topic), int(numbers[0]), int(numbers[1]))


def letters_topic(name: str) -> str:
    """The dead letter topic that is meant by its name, or by that of its source. Raises
    `LetterError`."""
    topic = dead_letter_topic(name.removeprefix("dlq."))
    if topic in SOURCE_OF or connector_of(topic):
        return topic
    raise no_letters(name, SOURCE_OF)


def connector_of(topic: str) -> str:
    """The connector that a dead letter topic is of; empty for those of others."""
    return topic.removeprefix(OF_CONNECTORS) if topic.startswith(OF_CONNECTORS) else ""


def no_letters(name: str, topics: Iterable[str]) -> LetterError:
    """That `name` is none of these dead letter topics, nor of their sources."""
    known = [it for topic in topics for it in (topic.removeprefix("dlq."), topic)]
    return LetterError(f"there are no dead letters of a topic {name}{nearest(name, known)}")


class Letter(NamedTuple):
    """A letter and what its headers say. `stamped` (ms) is when it was set aside, or of topics
    without `LogAppendTime` when its record was written. `field` is "" for none, `message` has all
    of the reason and the mend."""

    place: Place
    stamped: int
    stage: str
    field: str
    message: str
    source: str
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def partition(self) -> int:
        """Of the dead letter topic."""
        return self.place.partition

    @property
    def withheld(self) -> bool:
        """Whether its value is not there."""
        return is_withheld(self.value)

    @property
    def kind(self) -> str:
        """Its message without what differs between letters of the same reason."""
        return without_places(self.message)


def without_places(message: str) -> str:
    """A message without the numbers by which it differs from others of its kind."""
    return _PLACES.sub("…", message)


def letter_of(topic: str, record: Any) -> Letter:
    """That of a Kafka record on `topic`, which need not be one that Offbook wrote."""
    headers = tuple(record.headers)
    stage = _text(headers, STAGE) or NO_STAGE
    message = _text(headers, MESSAGE)
    return Letter(
        Place(topic, record.partition, record.offset),
        record.timestamp,
        stage,
        _field_in(message) if stage in _STAGES else "",
        message,
        _source(headers),
        record.key,
        record.value,
        headers,
    )


def _source(headers: Headers) -> str:
    """Where the record stands; of a connector's, which is on no topic, its line in what came in."""
    topic, partition, offset = (_text(headers, name) for name in (TOPIC, PARTITION, OFFSET))
    if partition == "-1":
        return f"{_text(headers, FILE) or topic}, line {offset}"
    return f"{topic}:{partition}:{offset}" if topic and partition and offset else ""


def _field_in(message: str) -> str:
    where, colon, _ = message.partition(": ")
    return where if colon and _FIELD.fullmatch(where) else ""


def _text(headers: Iterable[tuple[str, bytes | None]], wanted: str) -> str:
    """Of a header; the last of its name is ours."""
    values = [value for name, value in headers if name == wanted]
    return (values[-1] or b"").decode("utf-8", "replace") if values else ""
