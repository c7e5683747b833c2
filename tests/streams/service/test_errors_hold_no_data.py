"""Whatever fails, wherever: nothing that an event holds is written to a log or a terminal, or into
the headers of a dead letter."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contract.publishing.examples import EXAMPLES
from offbook.cli.demo.server_process import free_port
from streams.settings.loading import load
from streams.wire.topics import create_topics
from tests.cli.commands import STORY, environment, offbook, ran, story_replayed
from tests.integration.installation import settings_for
from tests.parts.prepared import ROOT, Prepared
from tests.streams.service.failing import MARKS

WHAT = "ValueError from KeyError"


def assert_no_data(*texts: str) -> None:
    for text in texts:
        for mark in MARKS:
            # Not the whole text: it would be what must not be shown.
            assert mark not in text, text[max(text.find(mark) - 200, 0) :][:400]


def failing(stage: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return ran("tests.streams.service.failing", stage, *arguments, **variables)


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_everything_a_log_may_be_given(log_format: str) -> None:
    done = failing("log", log_format)
    assert_no_data(done.stdout, done.stderr)
    for words in (
        "with exception",
        f"a library met {WHAT} of … after 12 s",
        "a library by name …",
        "first line",
        "Task was lost",
        "Task exception was never retrieved",
        "Exception in callback fail",
        "a group",
        f"{WHAT} at failing.py:",
    ):
        assert words in done.stderr, words
    # A log of an error, one of a thread, one of __del__ and the last of all.
    assert done.stderr.count("builtins.KeyError") >= 9
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr
    if log_format == "json":
        told = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        acts = next(line for line in told if line["event"].startswith("acts"))
        assert (acts["event"], acts["topic"]) == ("acts \x1b[31m\u202e", "pay\nments\u2028")


COMMANDS = {
    "replay": ["replay", STORY],
    "judge": ["replay", STORY],
    "draw": ["replay", STORY],
    "validate": ["validate", str(ROOT / "examples" / "bad" / "bad.ndjson")],
    "produce": ["produce", STORY, "--dry-run"],
    "simulate": ["simulate", "--days", "2", "--labels", "/dev/null"],
    "tune": ["tune", "bulk-delete", "threshold", STORY, "--values", "1"],
    "sheet": ["detectors"],
    "settings": ["replay", STORY],
}


@pytest.mark.parametrize("stage", COMMANDS)
def test_a_command_that_fails(stage: str) -> None:
    done = failing(stage, *COMMANDS[stage])
    assert done.returncode == 1
    assert_no_data(done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    if stage in ("judge", "draw"):
        assert "FAILED: detector bulk-delete raised ValueError" in done.stderr
    else:
        assert f"offbook: unexpected {WHAT} at failing.py:" in done.stderr.splitlines()[-1]
        # Where, with its causes, for whoever mends it.
        assert "/tests/streams/service/failing.py" in done.stderr
        assert "/offbook/cli/app.py" in done.stderr


def test_explain_and_score_that_fail(tmp_path: Path) -> None:
    replayed = tmp_path / "alerts.ndjson"
    replayed.write_text(story_replayed(), "utf-8")
    id_ = json.loads(replayed.read_text("utf-8").splitlines()[0])["alert_id"]
    for done in (
        failing("explain", "explain", id_, "--from", str(replayed)),
        failing("score", "score", str(replayed), str(ROOT / "examples" / "frauds.json")),
    ):
        assert_no_data(done.stdout, done.stderr)


@pytest.mark.parametrize("command", ["explain", "score"])
def test_an_alert_that_is_none_is_told_without_what_it_says(command: str, tmp_path: Path) -> None:
    file = tmp_path / "alerts.ndjson"
    alert = json.loads(story_replayed().splitlines()[0])
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps({"frauds": [], "company": {"reps": MARKS[0]}}), "utf-8")
    for wrong in ({"severity": MARKS[0]}, {"mode": MARKS[3]}, {"detected_at": MARKS[2]}):
        file.write_text(json.dumps(alert | wrong), "utf-8")
        if command == "explain":
            done = offbook("explain", alert["alert_id"], "--from", str(file))
        else:
            done = offbook("score", str(file), str(labels))
        assert_no_data(done.stdout, done.stderr)


# The service, on real servers.


class Service:
    """A worker that fails in one place, and what it is given."""

    def __init__(self, stage: str, roles: str, variables: dict[str, str], log: Path) -> None:
        self.variables = variables
        self.settings = load(None, variables)
        self.log = log
        arguments = [word for role in roles.split() for word in ("--role", role)]
        log.touch()
        self.process = Prepared(
            "tests.streams.service.failing",
            [stage, "worker", *arguments],
            environment=environment(**variables),
            out=log,
        )

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def until(self, condition: Callable[[], Any], seconds: float = 60.0) -> Any:
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, self.said()[-3000:]
            time.sleep(0.1)
        return found

    def get(self, path: str) -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.variables['OFFBOOK_METRICS_PORT']}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def produce(self) -> None:
        """An employee, and forty files they deleted; an alert of it as the monitor writes them."""
        employee, customer, phone, account, amount = MARKS
        now = datetime.now(tz=UTC).isoformat()
        documents = [
            (
                "reference.employees",
                "offbook.reference.employee.v1",
                {"employee": employee, "phones": [phone], "accounts": [account]},
            ),
            (
                "endpoint.files",
                "offbook.endpoint.file.v1",
                {"employee": employee, "action": "delete", "count": 40, "path": f"/{customer}"},
            ),
            (
                "payments",
                "offbook.payment.v1",
                {"payment": "P-1", "amount": amount, "payee_account": account},
            ),
        ]
        alert = json.loads(story_replayed().splitlines()[0])
        alert |= {"employee": employee, "customer": customer, "account": account}

        async def send() -> None:
            producer = AIOKafkaProducer(bootstrap_servers=self.settings.kafka_bootstrap)
            await producer.start()
            prefix = self.settings.topic_prefix
            for topic, type_, data in documents:
                whole = {**EXAMPLES[type_], "id": f"{topic}-1", "time": now, "data": data}
                await producer.send_and_wait(
                    prefix + topic, json.dumps(whole).encode(), key=employee.encode()
                )
            await producer.send_and_wait(prefix + "offbook.alerts", json.dumps(alert).encode())
            await producer.stop()

        asyncio.run(send())

    def dead_letters(self) -> list[dict[str, str]]:
        """The headers of ours that each dead letter of `endpoint.files` has."""

        async def read() -> list[dict[str, str]]:
            consumer = AIOKafkaConsumer(
                self.settings.topic_prefix + "dlq.endpoint.files",
                bootstrap_servers=self.settings.kafka_bootstrap,
                auto_offset_reset="earliest",
                enable_auto_commit=False,
            )
            await consumer.start()
            try:
                fetched = await consumer.getmany(timeout_ms=1000)
            finally:
                await consumer.stop()
            return [
                {name: (value or b"").decode() for name, value in record.headers}
                for records in fetched.values()
                for record in records
            ]

        return asyncio.run(read())


@pytest.fixture
def variables(kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path) -> dict[str, str]:
    found = settings_for(kafka.bootstrap, redis_url, topic_prefix)
    found["OFFBOOK_METRICS_PORT"] = str(free_port())
    found["OFFBOOK_LOG_FORMAT"] = "console"
    create_topics(load(None, found))
    return found


@contextmanager
def service(stage: str, roles: str, variables: dict[str, str], log: Path) -> Iterator[Service]:
    started = Service(stage, roles, variables, log)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()
    assert_no_data(started.said())
    assert "Traceback (most" not in started.said()


@pytest.mark.integration
# Each format for each line: `logs` writes it, and knows of no stage.
@pytest.mark.parametrize(
    ("stage", "roles", "line", "log_format"),
    [
        ("decode", "router", "could not route an event", "console"),
        ("route", "router", "could not route an event", "json"),
        ("judge", "router monitor", "detector failed", "console"),
        ("draw", "router monitor", "detector failed", "json"),
        ("take in", "router monitor", "detector failed", "console"),
    ],
)
def test_an_event_that_fails_is_named_by_its_place_and_goes_to_the_dead_letters(
    stage: str, roles: str, line: str, log_format: str, variables: dict[str, str], tmp_path: Path
) -> None:
    variables["OFFBOOK_LOG_FORMAT"] = log_format
    with service(stage, roles, variables, tmp_path / "log") as worker:
        worker.produce()
        letters = worker.until(worker.dead_letters)
        prefix = variables["OFFBOOK_TOPIC_PREFIX"]
        # What is said of it comes after the letter.
        told = worker.until(
            lambda: [
                it for it in worker.said().splitlines() if line in it and "endpoint.files" in it
            ]
        )
        quote = '"{}": {}' if log_format == "json" else "{}={}"
        topic = f'"{prefix}endpoint.files"' if log_format == "json" else f"{prefix}endpoint.files"
        assert quote.format("topic", topic) in told[0]
        assert quote.format("offset", 0) in told[0]
        assert quote.format("partition", "") in told[0]
        assert WHAT in told[0]
        assert any("bulk-delete" in it for it in told) is (stage in ("judge", "draw"))
        for headers in letters:
            assert_no_data(*headers.values())
            assert headers["__streams.errors.exception"] == "builtins.ValueError"
            trace = headers["__streams.errors.stacktrace"]
            assert "builtins.KeyError" in trace
            assert "in fail" in trace


@pytest.mark.integration
def test_a_record_that_fails_inside_of_decoding_is_a_dead_letter(
    variables: dict[str, str], tmp_path: Path
) -> None:
    with service("decode inside", "router", variables, tmp_path / "log") as worker:
        worker.produce()
        for headers in worker.until(worker.dead_letters):
            assert_no_data(*headers.values())


@pytest.mark.integration
@pytest.mark.parametrize(
    ("stage", "roles"),
    [
        ("changelog", "router monitor"),
        ("load", "router monitor"),
        ("reference", "router monitor"),
        ("delivery", "delivery"),
        ("look at redis", "delivery"),
    ],
)
def test_what_ends_a_worker_is_told_by_its_classes(
    stage: str, roles: str, variables: dict[str, str], tmp_path: Path
) -> None:
    with service(stage, roles, variables, tmp_path / "log") as worker:
        worker.produce()
        worker.until(lambda: worker.process.poll() is not None)
        assert worker.process.poll() == 1
        last = worker.said().splitlines()[-1]
        assert last.startswith(f"offbook worker: unexpected {WHAT} at failing.py:")
        assert "unexpected error" in worker.said()
        assert "failing.py" in worker.said()


@pytest.mark.integration
def test_what_fails_in_faust(variables: dict[str, str], tmp_path: Path) -> None:
    with service("agent", "router monitor", variables, tmp_path / "log") as worker:
        worker.produce()
        worker.until(lambda: WHAT in worker.said() or "ValueError" in worker.said())


@pytest.mark.integration
def test_what_fails_while_it_answers_http(variables: dict[str, str], tmp_path: Path) -> None:
    with service("http", "router", variables, tmp_path / "log") as worker:
        status, body = worker.until(lambda: (got := worker.get("/metrics"))[0] and got)
        assert status == 500
        assert_no_data(body)
        assert body == "It failed; see the log.\n"
        assert "cannot answer" in worker.said()
        assert worker.get("/healthz")[0] == 200


@pytest.mark.integration
def test_what_fails_while_settings_are_read_anew(variables: dict[str, str], tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text("", "utf-8")
    variables["OFFBOOK_CONFIG"] = str(config)
    with service("reload", "delivery", variables, tmp_path / "log") as worker:
        worker.until(lambda: worker.process.poll() is not None or "listening" in worker.said())
        if worker.process.poll() is None:
            worker.process.send_signal(signal.SIGHUP)
        worker.until(lambda: worker.process.poll() is not None)
        assert WHAT in worker.said()


@pytest.mark.integration
@pytest.mark.parametrize(
    ("stage", "arguments"), [("topics", ["topics", "create"]), ("produce", ["produce", STORY])]
)
def test_a_command_that_fails_on_kafka(
    stage: str, arguments: list[str], variables: dict[str, str]
) -> None:
    done = failing(stage, *arguments, **variables)
    assert done.returncode == 1
    assert_no_data(done.stdout, done.stderr)
    assert f"offbook: unexpected {WHAT} at failing.py:" in done.stderr
