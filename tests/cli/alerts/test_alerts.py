"""`offbook alerts`: alerts worked from a terminal, on a real broker, a real Redis and delivery."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from msgspec import structs

from contract.alert import Alert, Bilingual, Severity
from contract.times import MINUTE, parse_rfc3339, rfc3339
from offbook.cli.alerts.stats_table import advice
from offbook.cli.demo.embedded import EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from scoring.rates import rate
from tests.cli.commands import environment, offbook
from tests.parts.story_service import running_worker, until, worker_config
from tests.sinks.some_alerts import alert

pytestmark = pytest.mark.integration

PAID = "offbook-payment-1111111111111111"
SHIPPED = "shipment-without-order-2222222222222222"
OTHER = "bulk-delete-3333333333333333"


@dataclass
class Installation:
    """Topics, a Redis, and the delivery between them."""

    bootstrap: str
    redis_url: str
    prefix: str
    config: Path
    port: int

    def produce(self, *alerts: Alert) -> None:
        """As the monitor does."""

        async def send() -> None:
            async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
                for it in alerts:
                    topic = f"{self.prefix}offbook.alerts"
                    key, value = it.alert_id.encode(), msgspec.json.encode(it)
                    await producer.send_and_wait(topic, key=key, value=value)

        asyncio.run(send())

    def figure(self, name: str) -> float:
        """A metric of the worker, summed."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            text = answer.read().decode("utf-8")
        return sum(
            float(line.rpartition(" ")[2])
            for line in text.splitlines()
            if re.match(rf"{name}[ {{]", line)
        )

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return offbook("alerts", *words, "--config", str(self.config), **env)

    def said(self, *words: str, **env: str) -> str:
        """What it prints; it must do what it is asked to."""
        done = self.run(*words, **env)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def listed(self, *words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.said("list", "--json", *words))
        return found


@pytest.fixture(scope="module")
def installation(kafka: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all tests of a file: each has alerts of its own."""
    folder = tmp_path_factory.mktemp("installation")
    with EmbeddedRedis() as redis:
        prefix = f"t{secrets.token_hex(4)}."
        port = free_port()
        config = worker_config(folder, kafka.bootstrap, redis.url, prefix, port)
        assert offbook("topics", "create", "--config", str(config)).returncode == 0
        it = Installation(kafka.bootstrap, redis.url, prefix, config, port)
        log = folder / "worker.log"
        with running_worker(config, log, "delivery"):
            it.produce(
                alert(PAID, detector="offbook-payment", score=80, order="SO-1"),
                alert(SHIPPED, detector="shipment-without-order", order="SO-1", account=None),
                some(OTHER),
            )
            until(lambda: len(it.listed()) == 3, 60, log.read_text)
            yield it


def some(alert_id: str, revision: int = 1, severity: Severity = "warning") -> Alert:
    """An alert on somebody else, of a deal of its own."""
    return alert(
        alert_id,
        revision,
        detector="bulk-delete",
        severity=severity,
        employee="E-2",
        customer=None,
        account=None,
    )


def test_an_alert_is_worked_from_new_to_closed(installation: Installation) -> None:
    it = installation
    assert [(found["alert"]["alert_id"], found["case_id"]) for found in it.listed()] == [
        (PAID, PAID),
        (SHIPPED, PAID),
        (OTHER, OTHER),
    ]
    lines = it.said("list").splitlines()
    assert lines[0].startswith("critical")
    assert lines[1].startswith("└ critical")
    assert [PAID in lines[0], SHIPPED in lines[1]] == [True, True]
    assert [it.listed("--severity", "warning"), it.listed("--employee", "E-2")] == [
        it.listed("--detector", "bulk-delete")
    ] * 2

    assert "acknowledged" in it.said("ack", PAID)
    stale = it.run("close", PAID, "--verdict", "benign", "--seen", "0")
    assert (stale.returncode, "somebody else has acted" in stale.stderr) == (1, True)
    assert "with wu" in it.said("assign", PAID, "wu")
    it.said("note", PAID, "the customer says it was \x1b[31mcash\u202e")
    page = it.said("show", PAID, "--lang", "zh")
    assert "已受理 · 由 wu 处理" in page
    assert "cash" in page
    assert not {"\x1b", "\u202e"} & set(page)
    assert SHIPPED in page.partition("同一案件")[2]

    assert "closed · false positive" in it.said("close", PAID, "--verdict", "false_positive")
    assert [found["alert"]["alert_id"] for found in it.listed()] == [SHIPPED, OTHER]
    assert [found["alert"]["alert_id"] for found in it.listed("--state", "closed")] == [PAID]
    again = it.run("close", PAID, "--verdict", "benign")
    assert (again.returncode, "it is closed (false_positive)" in again.stderr) == (1, True)
    assert "new · with wu · open again" in it.said("reopen", PAID)


def test_a_revision_that_is_worse_opens_a_closed_alert_again(installation: Installation) -> None:
    it = installation
    it.said("close", OTHER, "--verdict", "benign")
    it.produce(some(OTHER, 2, "critical"))
    until(lambda: OTHER in it.said("list"), 30, lambda: it.said("list"))
    assert "open again after it was closed" in it.said("list", "--severity", "critical")


def test_what_cannot_be_done_says_why(installation: Installation) -> None:
    nobody = installation.run("ack", "bulk-delete-0000000000000000")
    assert (nobody.returncode, nobody.stderr) == (
        1,
        "offbook: there is no alert bulk-delete-0000000000000000\n",
    )
    assert installation.run("close", PAID).returncode == 2


def test_watch_prints_what_happens(installation: Installation) -> None:
    command = [sys.executable, "-m", "offbook", "alerts", "watch"]
    with subprocess.Popen(
        [*command, "--config", str(installation.config)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as watching:
        assert watching.stdout is not None
        lines: list[str] = []
        # The first news may come before it listens.
        for number in range(100):
            summary = Bilingual(f"new {number}", f"新 {number}")
            installation.produce(alert(f"bulk-delete-{number:016x}", summary=summary))
            line = _line_of(watching.stdout, 1.0)
            if line:
                lines.append(line)
                break
        assert "critical" in lines[0]
        assert "raised" in lines[0]
        installation.said("ack", SHIPPED)
        until(
            lambda: "acknowledged it" in (_line_of(watching.stdout, 1.0) or ""), 30, lambda: "none"
        )
        watching.terminate()


def _line_of(stream: Any, seconds: float) -> str | None:
    import select

    ready, _, _ = select.select([stream], [], [], seconds)
    return str(stream.readline()) if ready else None


def _readers(folder: Path, config: Path) -> Callable[[str], dict[str, str]]:
    """A file of readers, whose tokens are their names; the variables for one of them."""
    file = folder / "readers.toml"
    file.write_text(
        "".join(
            f'[readers.{name}]\nrole = "{role}"\n'
            f'token_sha256 = "{sha256(name.encode()).hexdigest()}"\n'
            + (f'employee = "{employee}"\n' if employee else "")
            for name, role, employee in (
                ("vera", "viewer", None),
                ("otto", "oncall", "e-7"),
                ("olga", "oncall", None),
                ("lena", "lead", None),
                ("lars", "lead", None),
            )
        ),
        "utf-8",
    )
    before = config.read_text("utf-8")
    config.write_text(
        f'readers_file = "{file}"\n{before}[detectors.offbook-payment]\nfour_eyes = true\n', "utf-8"
    )
    return lambda name: {"OFFBOOK_TOKEN": name}


def test_who_may_do_what(installation: Installation, tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text(installation.config.read_text("utf-8"), "utf-8")
    it, of = replace(installation, config=config), _readers(tmp_path, config)
    first, second = (f"offbook-payment-{digit * 16}" for digit in "45")
    it.produce(alert(first), alert(second))
    until(lambda: first in it.said("list", **of("lena")), 60, lambda: "")

    def denied(*words: str, **env: str) -> str:
        done = it.run(*words, **env)
        assert done.returncode == 1
        return done.stderr

    false = ("--verdict", "false_positive")
    assert "who are you?" in denied("ack", first)
    assert "the token is nobody's" in denied("ack", first, OFFBOOK_TOKEN="guess")
    assert "may look and not act" in denied("ack", first, **of("vera"))
    assert "about whoever asks" in denied("close", first, *false, **of("otto"))
    assert "it needs two" in denied("close", first, *false, **of("lena"))
    it.said("propose", first, *false, **of("lena"))
    assert "needs a lead" in denied("close", first, *false, **of("olga"))
    assert "whoever proposed it" in denied("close", first, *false, **of("lena"))
    assert "closed · false positive" in it.said("close", first, *false, **of("lars"))
    file = tmp_path / "token"
    file.write_text("olga\n", "utf-8")
    assert "acknowledged" in it.said("ack", second, OFFBOOK_TOKEN_FILE=str(file))


def test_a_person_and_the_scorecard(installation: Installation) -> None:
    it, now = installation, rfc3339(time.time_ns() // 1000)
    told = [f"bulk-delete-{digit * 16}" for digit in "789"]
    for alert_id in told:
        at: dict[str, Any] = {"first_event_at": now, "last_event_at": now, "detected_at": now}
        at["evidence"] = tuple(structs.replace(one, time=now) for one in some(alert_id).evidence)
        it.produce(structs.replace(some(alert_id), employee="E-9", **at))
    until(lambda: len(it.listed("--employee", "E-9")) == 3, 60, lambda: "")
    it.said("close", told[0], "--verdict", "confirmed", "-m", "he said so")
    it.said("close", told[1], "--verdict", "false_positive")
    page = it.said("person", "E-9").splitlines()
    wanted = (*told, "he said so", "paid to an account")
    assert [any(one in line for line in page) for one in wanted] == [True] * 5
    assert it.said("person", "nobody") == "Nothing in 30 days.\n"
    since = rfc3339(parse_rfc3339(now) - MINUTE)
    [figures] = json.loads(it.said("stats", "--json", "--since", since))
    assert (figures["detector"], figures["opened"], figures["open"]) == ("bulk-delete", 3, 1)
    assert figures["verdicts"] == {"confirmed": 1, "false_positive": 1}
    [_, line] = it.said("stats", "--since", since).splitlines()
    assert "50% (9%–91%)" in line
    assert line.endswith("too few verdicts")


@pytest.mark.parametrize(
    ("hits", "of", "says"),
    [(9, 9, "unknown"), (10, 10, "keep"), (8, 10, "tune"), (0, 36, "retire"), (0, 34, "tune")],
)
def test_the_scorecard_says_what_the_verdicts_say_for_certain(
    hits: int, of: int, says: str
) -> None:
    assert advice(rate(hits, of)) == says
