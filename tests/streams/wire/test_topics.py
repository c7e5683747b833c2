from __future__ import annotations

import time

import pytest
from kafka.admin import ConfigResource, KafkaAdminClient

from contract.kinds import SOURCE_TOPICS
from streams.settings.loading import load
from streams.settings.settings import Settings
from streams.wire.kafka import all_topics
from streams.wire.kafka_access import KafkaUnreachableError
from streams.wire.topics import TopicsError, check_topics, create_topics, require_topics
from tests.conftest import RunningKafka
from tests.parts.apache_kafka import ApacheKafka


def settings(kafka: RunningKafka | ApacheKafka, prefix: str, **variables: object) -> Settings:
    env = {f"OFFBOOK_{name.upper()}": str(value) for name, value in variables.items()}
    return load(
        None, {"OFFBOOK_KAFKA_BOOTSTRAP": kafka.bootstrap, "OFFBOOK_TOPIC_PREFIX": prefix, **env}
    )


def delete(kafka: RunningKafka, *names: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    try:
        admin.delete_topics(list(names))
    finally:
        admin.close()


@pytest.mark.integration
def test_topics_are_created_once_and_then_left_alone(
    kafka: RunningKafka, topic_prefix: str
) -> None:
    ours = settings(kafka, topic_prefix)
    assert {report.standing for report in create_topics(ours)} == {"created"}
    assert {report.standing for report in create_topics(ours)} == {"already there"}
    check_topics(ours)


@pytest.mark.integration
def test_what_is_missing_is_told_and_created(kafka: RunningKafka, topic_prefix: str) -> None:
    ours = settings(kafka, topic_prefix)
    with pytest.raises(TopicsError, match=r"has no topic .* run `offbook topics create`") as caught:
        check_topics(ours)
    assert not caught.value.retryable
    create_topics(ours)
    delete(kafka, f"{topic_prefix}payments")
    assert f"has no topic {topic_prefix}payments: run" in refusal_within(10, ours)
    with pytest.raises(TopicsError, match="payments"):
        require_topics(ours, ["payments"])
    require_topics(ours, ["shipments"])
    created = [report.topic.name for report in create_topics(ours) if report.standing == "created"]
    assert created == [f"{topic_prefix}payments"]


@pytest.mark.integration
def test_asking_for_topics_does_not_create_them(kafka: RunningKafka, topic_prefix: str) -> None:
    ours = settings(kafka, topic_prefix)
    for _ in range(2):
        with pytest.raises(TopicsError, match="has no topic"):
            check_topics(ours)


@pytest.mark.integration
def test_state_in_another_number_of_partitions_is_refused(
    kafka: RunningKafka, topic_prefix: str
) -> None:
    create_topics(settings(kafka, topic_prefix))
    other = settings(kafka, topic_prefix, keyed_partitions=8)
    with pytest.raises(TopicsError, match=r"keyed has 4 partitions, not 8: set keyed_partitions"):
        check_topics(other)
    unusable = {report.topic.name for report in create_topics(other) if not report.usable}
    assert unusable == {
        f"{topic_prefix}offbook.keyed",
        f"{topic_prefix}offbook.entities-changelog",
        f"{topic_prefix}offbook.actions",
    }


@pytest.mark.integration
def test_source_topics_may_have_as_many_partitions_as_their_owners_like(
    kafka: RunningKafka, topic_prefix: str
) -> None:
    create_topics(settings(kafka, topic_prefix))
    other = settings(kafka, topic_prefix, source_partitions=2)
    check_topics(other)
    differing = [report for report in create_topics(other) if report.standing == "differs"]
    assert differing
    assert all(report.usable for report in differing)
    assert all("has 4 partitions, not 2" in report.why for report in differing)


@pytest.mark.integration
def test_apache_kafka_keeps_the_configs_and_a_wrong_cleanup_policy_is_refused(
    apache_kafka: ApacheKafka,
) -> None:
    ours = settings(apache_kafka, "")
    assert {report.standing for report in create_topics(ours)} == {"created"}
    check_topics(ours)
    admin = KafkaAdminClient(bootstrap_servers=apache_kafka.bootstrap)
    try:
        admin.alter_configs(
            [ConfigResource("topic", "offbook.keyed", {"cleanup.policy": "compact"})]
        )
    finally:
        admin.close()
    # The broker learns of it from the controller, a little later than we are told.
    assert "offbook.keyed has cleanup.policy=compact, not delete" in refusal_within(10, ours)


def refusal_within(seconds: float, ours: Settings) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            check_topics(ours)
        except TopicsError as refused:
            return str(refused)
        time.sleep(0.1)
    return "nothing refused"


def test_a_broker_that_is_not_there_is_one_line() -> None:
    nowhere = load(None, {"OFFBOOK_KAFKA_BOOTSTRAP": "127.0.0.1:1"})
    with pytest.raises(KafkaUnreachableError, match=r"does not answer at 127.0.0.1:1") as caught:
        check_topics(nowhere)
    assert caught.value.retryable
    assert "\n" not in str(caught.value)


def test_there_is_a_dead_letter_topic_for_whatever_is_read_and_it_takes_more() -> None:
    by_name = {topic.name: topic for topic in all_topics(Settings())}
    read = [name for name in by_name if not name.startswith(("dlq.", "offbook."))]
    assert len(read) == 11
    for name in read:
        size, letter = (
            int(by_name[topic].configs["max.message.bytes"]) for topic in (name, f"dlq.{name}")
        )
        assert letter > size
    assert "dlq.offbook.alerts" in by_name


def test_what_is_set_aside_is_kept_from_then_on_however_old_its_record_says_it_is() -> None:
    kept = {
        topic.name: topic.configs.get("message.timestamp.type")
        for topic in all_topics(Settings())
        if topic.name.startswith("dlq.")
    }
    assert set(kept.values()) == {"LogAppendTime"}
    assert len(kept) == len(SOURCE_TOPICS) + 2


def test_what_must_not_have_holes_is_deleted_by_age_and_what_is_read_whole_compacted() -> None:
    cleanup = {topic.name: topic.configs["cleanup.policy"] for topic in all_topics(Settings())}
    assert cleanup["offbook.keyed"] == "delete"
    assert {name for name, policy in cleanup.items() if policy == "compact"} == {
        "reference.accounts",
        "reference.employees",
        "reference.customers",
        "offbook.entities-changelog",
        "offbook.feeds",
        "offbook.allowances",
    }
