"""Creates the topics, and reports at the start of a worker what is wrong with existing ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError

from sinks.faults import told
from streams.settings.settings import Settings
from streams.wire.kafka import MAX_REQUEST, Topic, all_topics, kafka_python_client, topic_name
from streams.wire.kafka_access import PATIENCE, knock_now, no_use

#: Kafka's error codes.
_ALREADY_EXISTS, _MAY_NOT = 36, 29
_CREATE = "run `offbook topics create`"

Standing = Literal["created", "already there", "differs"]


class TopicsError(RuntimeError):
    """Topics that cannot be used until somebody changes them. One line."""

    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class TopicReport:
    """The result for one topic. `why` says how it differs from what we would create.

    `usable` is False if Offbook cannot work with it as it is.
    """

    topic: Topic
    standing: Standing
    why: str = ""
    usable: bool = True


def create_topics(settings: Settings) -> list[TopicReport]:
    """Create missing topics and leave existing ones alone. May be called repeatedly.

    Raises `KafkaAccessError`, and `TopicsError` if the broker refuses.
    """
    wanted = {topic.name: topic for topic in all_topics(settings)}
    with _admin(settings) as admin:
        there = _partitions(admin, list(wanted))
        missing = [topic for topic in wanted.values() if topic.name not in there]
        # Another process may be creating them at this very moment.
        raced = _create(admin, missing, settings.replication_factor) if missing else set()
        there = _partitions(admin, list(wanted))
        created = {topic.name for topic in missing} - raced
        configs = _configs(admin, [name for name in wanted if name not in created])
    reports = []
    for topic in wanted.values():
        if topic.name in created:
            reports.append(TopicReport(topic, "created"))
            continue
        partitions, policy = _differences(topic, there.get(topic.name, 0), configs)
        why = "; ".join(filter(None, (partitions, policy)))
        usable = not (topic.exact and partitions) and not policy
        reports.append(TopicReport(topic, "differs" if why else "already there", why, usable))
    return reports


def check_topics(settings: Settings) -> None:
    """Raise `TopicsError` unless every topic exists and can be used.

    Source topics may have any number of partitions. Also raises `KafkaAccessError`, after about
    `PATIENCE` seconds.
    """
    wanted = all_topics(settings)
    with _admin(settings) as admin:
        there = _partitions(admin, [topic.name for topic in wanted])
        _refuse_missing(settings, admin, [it.name for it in wanted if it.name not in there])
        configs = _configs(admin, list(there))
    wrong = []
    for topic in wanted:
        partitions, policy = _differences(topic, there[topic.name], configs)
        if topic.exact and partitions:
            wrong.append(
                f"topic {topic.name} {partitions}: set keyed_partitions = {there[topic.name]},"
                f" or delete the topic with its state and {_CREATE}"
            )
        if policy:
            wrong.append(f"topic {topic.name} {policy}: alter it with kafka-configs")
    if wrong:
        raise TopicsError(wrong[0] if len(wrong) == 1 else f"{wrong[0]} ({len(wrong)} such)")


def require_topics(settings: Settings, topics: Sequence[str]) -> None:
    """Raise `TopicsError` unless these topics of the contract are there. Also raises
    `KafkaAccessError`."""
    names = [topic_name(settings, topic) for topic in topics]
    with _admin(settings) as admin:
        there = _partitions(admin, names)
        _refuse_missing(settings, admin, [name for name in names if name not in there])


def partitions_of(settings: Settings, topics: Sequence[str]) -> dict[str, int]:
    """How many partitions these topics of the contract have. Raises `TopicsError` unless all are
    there."""
    names = {topic_name(settings, topic): topic for topic in topics}
    with _admin(settings) as admin:
        there = _partitions(admin, list(names))
        _refuse_missing(settings, admin, [name for name in names if name not in there])
    return {names[name]: count for name, count in there.items()}


def message_limits(settings: Settings, names: Iterable[str]) -> dict[str, int]:
    """How large a record of these topics may be, in bytes, by name with prefix: the limit that both
    broker and client accept. Empty if the broker does not say or we may not ask."""
    try:
        with _admin(settings) as admin:
            answer: dict[str, Any] = admin.describe_configs(
                [ConfigResource("topic", name) for name in names], config_filter="all"
            )
    except (KafkaError, TopicsError):
        return {}
    return {
        name: min(int(configs["max.message.bytes"]["value"]), MAX_REQUEST)
        for name, configs in answer.get("topic", {}).items()
        if configs.get("max.message.bytes", {}).get("value")
    }


def _refuse_missing(settings: Settings, admin: KafkaAdminClient, missing: Sequence[str]) -> None:
    if not missing:
        return
    _refuse_hidden(settings, admin, missing)
    raise TopicsError(
        f"Kafka at {settings.kafka_bootstrap} has no topic {_some(missing)}: {_CREATE}"
    )


def _refuse_hidden(settings: Settings, admin: KafkaAdminClient, missing: Sequence[str]) -> None:
    """A client that may not describe a topic does not see it in the list of all topics. Asked for
    by name, which creates nothing here, Kafka says that it is forbidden."""
    described = {it["name"]: it["error_code"] for it in admin.describe_topics(list(missing))}
    hidden = [name for name in missing if described.get(name) == _MAY_NOT]
    if hidden:
        raise TopicsError(
            f"Kafka at {settings.kafka_bootstrap} does not let this user describe topic"
            f" {_some(hidden)}, so nobody can say whether it is there: grant Describe, with"
            f" kafka-acls --add --allow-principal User:… --operation Describe --topic {hidden[0]}"
        )


def _some(names: Sequence[str]) -> str:
    rest = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + rest


@contextmanager
def _admin(settings: Settings) -> Iterator[KafkaAdminClient]:
    knock_now(settings)
    try:
        admin = KafkaAdminClient(
            client_id="offbook-topics",
            bootstrap_timeout_ms=int(PATIENCE * 1000),
            request_timeout_ms=int(PATIENCE * 1000),
            **kafka_python_client(settings),
        )
    except (KafkaError, OSError) as error:
        raise no_use(settings, error) from error
    try:
        yield admin
    except KafkaError as error:
        if getattr(error, "retriable", False):
            raise no_use(settings, error) from error
        raise TopicsError(f"Kafka at {settings.kafka_bootstrap}: {told(error)}") from error
    finally:
        admin.close()


def _partitions(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, int]:
    """Partition counts of those that are there. A broker may create what it is asked about by
    name (auto.create.topics.enable), so all are asked for."""
    wanted = set(names)
    return {
        described["name"]: len(described["partitions"])
        for described in admin.describe_topics()
        if described["name"] in wanted and not described["error_code"]
    }


def _create(admin: KafkaAdminClient, topics: Sequence[Topic], replicas: int) -> set[str]:
    """Create them; the names of those that were there after all."""
    answer = admin.create_topics(
        {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": replicas,
                "configs": topic.configs,
            }
            for topic in topics
        },
        timeout_ms=int(PATIENCE * 1000),
        raise_errors=False,
    )
    refused = [t for t in answer["topics"] if t["error_code"] not in (0, _ALREADY_EXISTS)]
    if refused:
        why = refused[0]["error_message"] or f"error {refused[0]['error_code']}"
        raise TopicsError(f"Kafka refuses to create topic {refused[0]['name']}: {why}")
    names = [topic.name for topic in topics]
    admin.wait_for_topics(names)
    return {t["name"] for t in answer["topics"] if t["error_code"] == _ALREADY_EXISTS}


def _configs(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, str]:
    """Cleanup policies by topic; empty where the broker does not tell or we may not ask."""
    if not names:
        return {}
    try:
        answer: dict[str, Any] = admin.describe_configs(
            [ConfigResource("topic", name) for name in names], config_filter="all"
        )
    except KafkaError:
        return {}
    return {
        name: configs["cleanup.policy"]["value"]
        for name, configs in answer.get("topic", {}).items()
        if configs.get("cleanup.policy", {}).get("value")
    }


def _differences(topic: Topic, partitions: int, policies: dict[str, str]) -> tuple[str, str]:
    """In which way partitions and cleanup policy differ; empty if they do not."""
    count = ""
    if partitions != topic.partitions:
        count = f"has {_counted(partitions)}, not {topic.partitions}"
    policy = policies.get(topic.name, topic.cleanup)
    if policy != topic.cleanup and (topic.cleanup == "compact" or "compact" in policy):
        return count, f"has cleanup.policy={policy}, not {topic.cleanup}"
    return count, ""


def _counted(partitions: int) -> str:
    return f"{partitions} partition{'' if partitions == 1 else 's'}"
