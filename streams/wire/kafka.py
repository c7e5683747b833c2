"""What we ask of Kafka: connections, names, and every topic with its partitions and configs."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from aiokafka import TopicPartition
from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError

from contract.decoding.decode import EARLIEST
from contract.kinds import REFERENCE_TOPICS, SOURCE_TOPICS, STREAM_TOPICS
from sinks.dead_letters import dead_letter_topic
from streams.settings.settings import Settings
from streams.wire.keyed_records import KEYED_TOPIC

ALERTS_TOPIC: Final = "offbook.alerts"
ACTIONS_TOPIC: Final = "offbook.actions"
ALLOWANCES_TOPIC: Final = "offbook.allowances"
HANDLED_TOPIC: Final = "offbook.dlq-handled"
AUDIT_TOPIC: Final = "offbook.audit"
CHANGELOG_TOPIC: Final = "offbook.entities-changelog"
FEEDS_TOPIC: Final = "offbook.feeds"

#: The largest record that a client of ours sends, in bytes: the largest limit of any topic.
MAX_REQUEST: Final = 16 * 1024 * 1024

#: Trying again does not help, but a smaller record may be accepted.
TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)

#: Milliseconds until a consumer hears of partitions that are new, or of a topic that was made anew.
METADATA_AGE_MS: Final = 5_000

_MIB = 1024 * 1024
_DAY_MS = 86_400_000

Role = Literal["router", "monitor", "delivery"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as `offbook topics create` makes it; `name` has the prefix.

    `exact`: the topic must have exactly this number of partitions, because it determines where
    entities live.
    """

    name: str
    partitions: int
    cleanup: Literal["delete", "compact"]
    exact: bool = False
    configs: dict[str, str] = field(default_factory=dict)


def topic_name(settings: Settings, topic: str) -> str:
    """The name on Kafka of a topic of the contract."""
    return f"{settings.topic_prefix}{topic}"


def group(settings: Settings, role: Role) -> str:
    """The consumer group of a role; Faust's app id for the monitor."""
    return f"{settings.group_prefix}-{role}"


def all_topics(settings: Settings) -> tuple[Topic, ...]:
    """Every topic Offbook reads or writes.

    Sizes: a document may have 1 MiB (`MAX_BYTES`). Source topics take more, so that a larger one
    becomes a dead letter that says so and not an error only its sender sees. Dead letters are
    those records and our headers. Records on `offbook.keyed` and states are many events in one.
    Retention: `offbook.keyed` must outlast the longest outage. Dead letters stay long enough to
    mend the sender and produce again. `offbook.alerts` and `offbook.actions` are the truth about
    alerts, from which Redis can be filled anew, so they keep a year's audit and a month, as does
    `offbook.audit`, which says who looked at whom. An allowance is a record of `offbook.allowances`
    for good: a replay of an old month needs what was agreed on then. What was done about dead
    letters must outlast them, or they would be shown anew; it is kept like an audit.
    """
    source, keyed = settings.source_partitions, settings.keyed_partitions
    topics = [_topic(settings, topic, source, "delete", days=30, mib=8) for topic in STREAM_TOPICS]
    topics += [_topic(settings, topic, source, "compact", mib=8) for topic in REFERENCE_TOPICS]
    source_letters = partial(letters_of, settings, partitions=source)
    topics += map(source_letters, SOURCE_TOPICS)
    topics += [
        _topic(settings, KEYED_TOPIC, keyed, "delete", days=14, mib=16, exact=True),
        _topic(settings, CHANGELOG_TOPIC, keyed, "compact", mib=16, exact=True),
        _topic(settings, FEEDS_TOPIC, 1, "compact", mib=1),
        _topic(settings, ALERTS_TOPIC, keyed, "delete", days=400, mib=8),
        # As many, for good: what was done about an alert is in order within one partition.
        _topic(settings, ACTIONS_TOPIC, keyed, "delete", days=400, mib=1, exact=True),
        _topic(settings, ALLOWANCES_TOPIC, 1, "compact", mib=1),
        _topic(settings, HANDLED_TOPIC, 1, "delete", days=400, mib=1),
        _topic(settings, AUDIT_TOPIC, keyed, "delete", days=400, mib=1),
        *map(source_letters, (ALERTS_TOPIC, ACTIONS_TOPIC)),
    ]
    return tuple(topics)


def letters_of(settings: Settings, topic: str, *, partitions: int) -> Topic:
    """The dead letters of a topic."""
    name = dead_letter_topic(topic)
    made = _topic(settings, name, partitions, "delete", days=90, mib=10)
    # A letter is sent with the time of its record, which may be of years ago. By that the broker
    # would delete it within minutes; it goes by when it was set aside.
    made.configs["message.timestamp.type"] = "LogAppendTime"
    return made


def _topic(
    settings: Settings,
    topic: str,
    partitions: int,
    cleanup: Literal["delete", "compact"],
    *,
    mib: int,
    days: int | None = None,
    exact: bool = False,
) -> Topic:
    configs = {"cleanup.policy": cleanup, "max.message.bytes": str(mib * _MIB)}
    if days is not None:
        configs["retention.ms"] = str(days * _DAY_MS)
    if settings.replication_factor >= 3:
        # One copy may be away without stopping us, and acknowledged records survive the loss of
        # another.
        configs["min.insync.replicas"] = "2"
    if cleanup == "compact":
        # Workers read these whole at the start: compact early, in segments that close early.
        configs["segment.bytes"] = str(64 * _MIB)
        configs["min.cleanable.dirty.ratio"] = "0.2"
        if exact:
            # A worker that was paused may still write an older state over a newer one; its
            # successor sees that at its next write, and must find the newer one there until then.
            configs["min.compaction.lag.ms"] = "3600000"
    return Topic(topic_name(settings, topic), partitions, cleanup, exact, configs)


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS as the settings ask for it, None without. Raises `OSError` for files that are no PEM."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return None
    context = ssl.create_default_context(cafile=settings.kafka_ca_file)
    if settings.kafka_cert_file is not None:
        context.load_cert_chain(settings.kafka_cert_file, settings.kafka_key_file)
    return context


def security(settings: Settings) -> dict[str, Any]:
    """Connection security for an aiokafka or kafka-python client, which name it alike."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return {}
    arguments: dict[str, Any] = {
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": ssl_context(settings),
    }
    if settings.kafka_security_protocol == "SASL_SSL":
        arguments |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password,
        }
    return arguments


def aiokafka_client(settings: Settings) -> dict[str, Any]:
    """What every aiokafka client is made with: `bootstrap_servers` and security."""
    return {"bootstrap_servers": brokers(settings), **security(settings)}


def aiokafka_consumer(settings: Settings) -> dict[str, Any]:
    """The same for consumers, which do not see records of uncommitted transactions."""
    return {"isolation_level": "read_committed", **aiokafka_client(settings)}


def readable_end(consumer: Any, partition: TopicPartition) -> int:
    """Up to where a consumer can read, as far as it knows: an open transaction hides what follows
    until it is committed or aborted. 0 while nothing is known."""
    end = consumer.last_stable_offset(partition)
    if end is None or end < 0:
        end = consumer.highwater(partition)
    return int(end or 0)


def written_at(timestamp: int, wall: int) -> int:
    """When a record was written (µs), by its `timestamp` (ms); `wall` if that is missing or
    impossible. An event dated later than this was already dated ahead when it was sent."""
    at = timestamp * 1000 + 999
    return at if EARLIEST <= at < wall else wall


def kafka_python_client(settings: Settings) -> dict[str, Any]:
    """The same for kafka-python."""
    return {"bootstrap_servers": brokers(settings), **security(settings)}


def brokers(settings: Settings) -> list[str]:
    """The brokers to start from, `host:port` each."""
    return [broker.strip() for broker in settings.kafka_bootstrap.split(",")]
