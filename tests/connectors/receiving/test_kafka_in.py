"""Topics of Kafka as an input, from another system's records to events."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

from tests.connectors.receiving.running import (
    Running,
    events,
    header,
    letters,
    payment,
    payments,
    running,
    until,
    variables,
)

pytestmark = pytest.mark.integration

BY_TOPIC = """
[[rule]]
when = { _topic = "TOPIC", _key = "K-1" }
type = "offbook.payment.v1"
id = { template = "{_topic}/{_key}" }
time = { path = "at", as = "time" }
[rule.data]
payment = { path = "_key" }
amount = { path = "value", as = "decimal" }
payee_account = "one"
"""


def write(bootstrap: str, topic: str, *values: tuple[bytes | None, bytes | None]) -> None:
    """Into a topic that is made if it is not there: not every broker makes one by itself."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    with contextlib.suppress(TopicAlreadyExistsError):
        admin.create_topics([NewTopic(topic, 4, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False)
    for key, value in values:
        producer.send(topic, value, key=key)
    producer.flush()
    producer.close()


def reading(folder: Path, topic: str, more: str = "") -> Path:
    page = folder / "crm.toml"
    page.write_text(payments("json", f'kafka = {{ topics = ["{topic}"] }}', more), "utf-8")
    return page


def test_records_of_a_topic_become_events_and_rules_see_topic_and_key(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    topic = f"{topic_prefix}crm.public.opportunity"
    page = reading(tmp_path, topic, BY_TOPIC.replace("TOPIC", topic))
    write(
        kafka.bootstrap,
        topic,
        (b"a", json.dumps(payment("P-1")).encode()),
        (b"K-1", json.dumps({"at": "2024-03-05 14:22:30", "value": "1.00"}).encode()),
        (b"b", json.dumps(payment("P-2", to="nowhere")).encode()),
        (b"c", b"no json"),
    )
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        until(lambda: sum(its.outcomes("crm").values()) == 4, its.said)
        assert its.outcomes("crm") == {"mapped": 2, "dead_letter": 2}
        its.ready()
    # What was committed is not read again.
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        write(kafka.bootstrap, topic, (b"a", json.dumps(payment("P-3")).encode()))
        until(lambda: its.outcomes("crm"), its.said)
        assert its.outcomes("crm") == {"mapped": 1}
    found = {it["id"] for it in events(kafka.bootstrap, topic_prefix)}
    assert found == {"P-1", "P-3", f"{topic}/K-1"}
    by_key = {it.key: it for it in letters(kafka.bootstrap, topic_prefix, "crm")}
    assert header(by_key[b"b"], "__streams.errors.topic") == topic
    assert json.loads(by_key[b"b"].value)["_key"] == "b"
    assert by_key[b"c"].value == b"no json"


def test_a_tombstone_is_a_record_of_its_own(kafka: Any, topic_prefix: str, tmp_path: Path) -> None:
    topic = f"{topic_prefix}crm.public.opportunity"
    page = tmp_path / "crm.toml"
    page.write_text(
        payments("debezium", f'kafka = {{ topics = ["{topic}"] }}')
        + '[[rule]]\nwhen = { __tombstone = true }\nskip = "the row is gone, and was told of"\n',
        "utf-8",
    )
    write(kafka.bootstrap, topic, (b"a", json.dumps(payment("P-1")).encode()), (b"a", None))
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        until(lambda: its.outcomes("crm") == {"mapped": 1, "skipped": 1}, its.said)


def test_killed_in_the_middle_no_record_is_lost(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    topic, count = f"{topic_prefix}crm.public.opportunity", 10_000
    page = reading(tmp_path, topic)
    write(
        kafka.bootstrap,
        topic,
        *((str(at).encode(), json.dumps(payment(f"P-{at}")).encode()) for at in range(count)),
    )
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        until(lambda: its.outcomes("crm").get("mapped", 0) > 1000, its.said)
        os.kill(its.process.pid, signal.SIGKILL)
        its.process.wait(30)
    before = Counter(it["id"] for it in events(kafka.bootstrap, topic_prefix))
    assert 1000 < len(before) < count
    again = Running(variables(kafka.bootstrap, topic_prefix), [page], tmp_path / "log").listening()
    try:
        until(
            lambda: len({it["id"] for it in events(kafka.bootstrap, topic_prefix)}) == count,
            again.said,
            120,
        )
        assert again.end() == 0
    finally:
        again.process.kill()
    found = Counter(it["id"] for it in events(kafka.bootstrap, topic_prefix))
    assert set(found) == {f"P-{at}" for at in range(count)}
    assert letters(kafka.bootstrap, topic_prefix, "crm") == []
