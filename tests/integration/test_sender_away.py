"""The sender of the CRM's edits is down for a week: nobody is accused, somebody is told, and when
it is back everything is as if it had never been away."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from kafka import KafkaProducer
from prometheus_client.parser import text_string_to_metric_families

from contract.kinds import STREAM_TOPICS, topic_of_type
from contract.times import DAY, HOUR, SECOND, parse_rfc3339, rfc3339
from offbook.cli.demo.server_process import free_port
from tests.cli.commands import firing, offbook
from tests.conftest import RunningKafka
from tests.parts.story_service import in_redis, running_worker, until, worker_config

pytestmark = pytest.mark.integration

#: Honest people, and one who deletes 25 records while the CRM's sender is away.
COMPANY = (
    "--days", "16", "--reps", "10", "--customers", "120", "--fraud-rate", "0", "--seed", "3",
)  # fmt: skip
CRM = "crm.edits"
PARTITIONS = 2
AWAY = 7 * DAY

#: A document, its topic and its time.
Line = tuple[str, str, int]


def read(text: str) -> list[Line]:
    documents = [(line, json.loads(line)) for line in text.splitlines()]
    lines = [(line, topic_of_type(it["type"]), parse_rfc3339(it["time"])) for line, it in documents]
    return sorted(lines, key=lambda line: line[2])


def document(type_: str, id_: str, at: int, **data: Any) -> str:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": id_,
            "source": "//crm.example",
            "type": f"offbook.{type_}.v1",
            "time": rfc3339(at),
            "data": data,
        }
    )


def deletes(at: int) -> list[Line]:
    """25 customers within minutes."""
    return [
        (
            document(
                "crm.edit",
                f"purge-{number}",
                at + number * SECOND,
                actor="E-leaver",
                op="delete",
                object={"type": "customer", "id": f"C-{number}"},
            ),
            CRM,
            at + number * SECOND,
        )
        for number in range(25)
    ]


def heartbeats(topics: Iterable[str], hours: Iterable[int]) -> list[Line]:
    """One an hour on each topic."""
    return [(document("heartbeat", f"h-{at}", at), topic, at) for at in hours for topic in topics]


def produce(bootstrap: str, prefix: str, lines: Sequence[Line]) -> None:
    """Each as of its own time, a heartbeat on each partition, all that one person does on one:
    two are not read in step, and a burst whose later half comes first is another until the rest
    of it is there."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False, linger_ms=5)
    for line, topic, at in sorted(lines, key=lambda line: line[2]):
        of_all = "offbook.heartbeat.v1" in line
        keyed = json.loads(line)["data"].get("actor", line)
        chosen = range(PARTITIONS) if of_all else [crc32(keyed.encode()) % PARTITIONS]
        for partition in chosen:
            producer.send(
                f"{prefix}{topic}",
                line.encode(),
                key=str(at).encode(),
                partition=partition,
                timestamp_ms=at // 1000,
            )
    producer.flush()
    producer.close()


class Figures:
    """What a worker shows on /metrics."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/metrics"

    def of(self, name: str) -> dict[tuple[str, ...], float]:
        """A metric by its labels' values, in order of the labels' names."""
        try:
            with urllib.request.urlopen(self._url, timeout=5) as response:
                page = response.read().decode()
        except OSError:
            return {}
        return {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
            if sample.name == name
        }

    def silent(self) -> set[str]:
        """The topics for which OffbookFeedSilent fires."""
        return {topic for (_, topic), value in self.of("offbook_feed_silent").items() if value}

    def complete(self, topic: str) -> float | None:
        """Up to when all partitions of a topic are complete, in seconds."""
        found = self.of("offbook_feed_complete_timestamp_seconds")
        of_topic = [value for (_, its), value in found.items() if its == topic]
        return min(of_topic) if len(of_topic) == PARTITIONS else None

    def stream_time(self) -> float:
        """The slowest keyed partition's, in seconds; 0 while not all are known."""
        times = self.of("offbook_stream_time_seconds").values()
        return min(times) if len(times) == 4 else 0.0


def offbook_config(
    folder: Path, bootstrap: str, redis_url: str, prefix: str, port: int, of_crm: str
) -> Path:
    config = worker_config(folder, bootstrap, redis_url, prefix, port)
    settings = config.read_text("utf-8")
    config.write_text(
        f'source_partitions = {PARTITIONS}\n{settings}[feeds."{CRM}"]\n{of_crm}\n', "utf-8"
    )
    return config


@pytest.mark.parametrize(
    ("of_crm", "moves_by"),
    [('heartbeat_every = "2h"', "heartbeats"), ('expected_every = "12h"', "expected")],
)
def test_a_week_without_the_crm_accuses_nobody_and_is_made_good(
    kafka: RunningKafka,
    topic_prefix: str,
    redis_url: str,
    tmp_path: Path,
    of_crm: str,
    moves_by: str,
) -> None:
    made = offbook("simulate", *COMPANY, "--labels", str(tmp_path / "labels.json"))
    assert made.returncode == 0, made.stderr
    moved = offbook("produce", "-", "--rebase", "now", "--dry-run", stdin=made.stdout.encode())
    end = time.time_ns() // (1000 * SECOND) * SECOND
    away = end - AWAY
    lines = [*read(moved.stdout), *deletes(end - 3 * DAY)]
    reference = [line for line in lines if line[1].startswith("reference.")]
    events = [line for line in lines if line not in reference and line[2] <= end]
    withheld = [line for line in events if line[1] == CRM and line[2] > away]
    sent = [line for line in events if line not in withheld]
    last_heard = max(at for _, topic, at in sent if topic == CRM)
    beats: list[Line] = []
    if moves_by == "heartbeats":
        hours = [*range(min(at for _, _, at in events) - HOUR, end, HOUR), end]
        beats = heartbeats(STREAM_TOPICS, hours)
        last_heard = max(at for at in hours if at <= away)
    beats_withheld = [line for line in beats if line[1] == CRM and line[2] > away]

    def replayed(what: Sequence[Line], until: int) -> dict[str, tuple[Any, ...]]:
        text = "\n".join(line for line, _, _ in [*reference, *what])
        done = offbook("replay", "-", "--until", rfc3339(until), stdin=text.encode())
        assert done.returncode == 0, done.stderr
        return firing(done.stdout)

    expected, accused = replayed(events, end), replayed(sent, end)
    assert {id_.rsplit("-", 1)[0] for id_ in expected} >= {"bulk-delete"}
    assert len(set(accused) - set(expected)) > 10, "what an outage taken for an absence would say"

    port = free_port()
    config = offbook_config(tmp_path, kafka.bootstrap, redis_url, topic_prefix, port, of_crm)
    assert offbook("topics", "create", "--config", str(config)).returncode == 0
    produce(kafka.bootstrap, topic_prefix, reference)
    figures = Figures(port)
    others = [topic for topic in STREAM_TOPICS if topic != CRM]

    def said() -> str:
        return f"{figures.stream_time() - away / SECOND} s after, silent: {figures.silent()}"

    with running_worker(config, tmp_path / "worker.log"):
        there = [line for line in beats if line not in beats_withheld]
        produce(kafka.bootstrap, topic_prefix, [*sent, *there])
        until(lambda: all((figures.complete(it) or 0) >= end / SECOND for it in others), 180, said)
        until(lambda: figures.stream_time() >= last_heard / SECOND, 60, said)
        until(lambda: figures.silent() == {CRM}, 30, said)
        assert figures.stream_time() <= away / SECOND, "it has stood still since"
        assert in_redis(redis_url) == "", "nobody is accused"

        def told() -> tuple[int, dict[str, Any]]:
            status = offbook("status", "--json", "--config", str(config))
            return status.returncode, json.loads(status.stdout)["feeds"][CRM]

        # What a feed was heard of last is written down now and then.
        until(lambda: bool(re.match(r"no (heartbeat|event) for 7d", told()[1]["silent"])), 60, said)
        returncode, feed = told()
        assert (returncode, feed["moves_by"]) == (1, moves_by)

        produce(kafka.bootstrap, topic_prefix, [*withheld, *beats_withheld])
        until(lambda: figures.stream_time() >= end / SECOND, 180, said)

        def made_good() -> bool:
            # With the clock, deadlines go on passing.
            now = end if moves_by == "heartbeats" else time.time_ns() // 1000
            return firing(in_redis(redis_url)) == replayed(events, now)

        until(made_good, 60, lambda: f"{in_redis(redis_url)}\n{said()}")
        until(lambda: figures.silent() == set(), 30, said)
        assert expected.keys() <= firing(in_redis(redis_url)).keys()
        # Not one was raised on the way that does not stand.
        assert sum(figures.of("offbook_alerts_total").values()) == len(firing(in_redis(redis_url)))
