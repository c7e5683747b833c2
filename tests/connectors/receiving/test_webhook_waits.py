"""A webhook whose Kafka is away, stands still, or comes late, and one that is asked to end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from offbook.cli.demo.embedded import EmbeddedKafka
from streams.wire.topics import create_topics
from tests.connectors.receiving.running import (
    Running,
    events,
    payment,
    running,
    settings_of,
    until,
    variables,
)
from tests.connectors.receiving.test_webhook import hook, send
from tests.parts.paused import paused

pytestmark = pytest.mark.integration


def test_while_kafka_is_away_nothing_is_acknowledged_and_then_all_is_kept(
    fresh_kafka: EmbeddedKafka, topic_prefix: str, tmp_path: Path
) -> None:
    with running(fresh_kafka.bootstrap, topic_prefix, [hook(tmp_path)], tmp_path / "log") as its:
        its.ready()
        assert send(its, payment("P-0"))[0] == 200
        fresh_kafka.kill()
        status, said = send(its, payment("P-1"))
        assert (status, said) == (503, "Try again later.\n")
        assert its.outcomes("bank") == {"mapped": 1}
        assert its.figures()["refused_total", "bank", "kafka"] == 1
        assert its.asked("/readyz")[0] == 503
        fresh_kafka.start()
        # It has forgotten everything, as no broker does that keeps its records on a disk.
        create_topics(settings_of(fresh_kafka.bootstrap, topic_prefix))
        # It finds that out by itself: who is not ready is sent nothing.
        its.ready()
        acknowledged = set()

        def sent() -> bool:
            for no in ("P-1", "P-2", "P-3"):
                if no not in acknowledged and send(its, payment(no))[0] == 200:
                    acknowledged.add(no)
            return len(acknowledged) == 3

        until(sent, its.said, 90)
        there = {it["id"] for it in events(fresh_kafka.bootstrap, topic_prefix)}
        assert acknowledged <= there
        assert its.asked("/readyz")[0] == 200


def test_what_was_acknowledged_before_and_after_kafka_stood_still_is_there(
    fresh_kafka: EmbeddedKafka, topic_prefix: str, tmp_path: Path
) -> None:
    with running(fresh_kafka.bootstrap, topic_prefix, [hook(tmp_path)], tmp_path / "log") as its:
        its.ready()
        acknowledged = {no for no in ("P-1", "P-2") if send(its, payment(no))[0] == 200}
        with paused(fresh_kafka):
            assert {send(its, payment(no))[0] for no in ("P-3", "P-4")} == {503}
            assert its.asked("/readyz")[0] == 503
        its.ready()
        acknowledged |= {no for no in ("P-3", "P-5") if send(its, payment(no))[0] == 200}
        assert acknowledged == {"P-1", "P-2", "P-3", "P-5"}
    # The fourth, which nobody sent again, may be there too.
    there = {it["id"] for it in events(fresh_kafka.bootstrap, topic_prefix)}
    assert acknowledged <= there <= {*acknowledged, "P-4"}


def test_asked_to_end_it_answers_what_is_in_hand_and_takes_nothing_more(
    fresh_kafka: EmbeddedKafka, topic_prefix: str, tmp_path: Path
) -> None:
    with running(fresh_kafka.bootstrap, topic_prefix, [hook(tmp_path)], tmp_path / "log") as its:
        its.ready()
        port, process = int(its.url.rpartition(":")[2]), psutil.Process(its.process.pid)
        with ThreadPoolExecutor(1) as other:
            with paused(fresh_kafka):
                answer = other.submit(send, its, payment("P-1"))
                until(
                    lambda: any(
                        it.laddr.port == port and it.status == "ESTABLISHED"
                        for it in process.net_connections("tcp")
                    )
                )
                its.process.terminate()
                until(lambda: its.lines("stopping"), its.said)
            assert answer.result(30)[0] == 200
        assert its.process.wait(30) == 0
    assert [it["id"] for it in events(fresh_kafka.bootstrap, topic_prefix)] == ["P-1"]


def test_it_waits_for_a_kafka_that_is_not_there_yet(topic_prefix: str, tmp_path: Path) -> None:
    with EmbeddedKafka() as broker:
        create_topics(settings_of(broker.bootstrap, topic_prefix))
        broker.kill()
        settings = variables(broker.bootstrap, topic_prefix)
        its = Running(settings, [hook(tmp_path)], tmp_path / "log")
        try:
            its.listening()
            assert send(its, payment("P-1"))[0] == 503
            assert its.asked("/healthz")[0] == 200
            assert its.asked("/readyz")[0] == 503
            broker.start()
            create_topics(settings_of(broker.bootstrap, topic_prefix))
            its.ready()
            assert send(its, payment("P-1"))[0] == 200
            assert its.end() == 0
        finally:
            its.process.kill()
