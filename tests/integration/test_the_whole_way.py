"""From a fraud on Kafka to a message in a chat, its page, a verdict and an allowance, and back from
a Redis that was wiped. All parts are real but the vendor of the chat, whose stand-in checks
signatures as that does.
"""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from contract.times import SECOND, rfc3339
from offbook.cli.demo.embedded import EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from tests.cli.commands import environment, offbook
from tests.deploy.alertmanager import CONFIG, remark
from tests.parts.chromium import chromium, needs_chromium
from tests.parts.denials import by_callback, denial
from tests.parts.prepared import Prepared
from tests.parts.story_service import in_redis, running_worker, until, worker_config
from tests.robots.stand_in import StandIn
from tests.robots.test_process import running
from tests.sinks.alertmanager.real import Alertmanager, binary
from tests.streams.router.router_time import clock

pytestmark = [pytest.mark.integration, needs_chromium]

TOKEN = "token-of-lena"


@dataclass
class Way:
    """An installation, and who is paged."""

    config: Path
    redis_url: str
    metrics: str
    desk: str
    vendor: StandIn

    def offbook(self, *words: str) -> str:
        """What a command prints; it must do what it is asked to."""
        done = offbook(*words, "--config", str(self.config), OFFBOOK_TOKEN=TOKEN)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def denies(self, callback: str, customer: str) -> dict[str, Any]:
        """A customer denies a deal on the telephone; the alert it is, once that is in Redis."""
        file = self.config.with_name("event.ndjson")
        file.write_text(denial(callback, customer, clock()), "utf-8")
        self.offbook("produce", str(file))
        until(lambda: callback in self.alerts(), 60, lambda: str(self.alerts()))
        found: dict[str, Any] = self.alerts()[callback]
        return found

    def alerts(self) -> dict[str, Any]:
        """The newest revision of each alert, by the callback that it rests on."""
        return by_callback(in_redis(self.redis_url))

    def figure(self, name: str) -> float:
        """A metric of the worker, with its labels; 0 while it is not there."""
        with urllib.request.urlopen(f"http://{self.metrics}/metrics", timeout=5) as answer:
            lines = answer.read().decode("utf-8").splitlines()
        return next((float(it.rpartition(" ")[2]) for it in lines if it.startswith(name)), 0.0)

    def paged(self, count: int) -> list[str]:
        """The messages in the chat, once there are so many."""
        return [json.dumps(it) for it in self.vendor.until("dingtalk", count, 60.0)]

    def stands(self) -> dict[str, Any]:
        """How every alert stands, whoever hears of it."""
        return {
            it["alert"]["alert_id"]: (it["alert"], it["handling"])
            for words in (("--shelf", "open"), ("--state", "closed"), ("--shelf", "suppressed"))
            for it in json.loads(self.offbook("alerts", "list", "--json", *words))
        }


@pytest.fixture
def way(kafka: Any, fresh_redis: EmbeddedRedis, topic_prefix: str, tmp_path: Path) -> Iterator[Way]:
    port, desk_port = free_port(), free_port()
    desk = f"http://127.0.0.1:{desk_port}"
    readers = tmp_path / "readers.toml"
    digest = sha256(TOKEN.encode()).hexdigest()
    readers.write_text(f'[readers.lena]\nrole = "lead"\ntoken_sha256 = "{digest}"\n', "utf-8")
    config = worker_config(tmp_path, kafka.bootstrap, fresh_redis.url, topic_prefix, port)
    with StandIn() as vendor, running(tmp_path, vendor) as robots:
        routed = fraud_to_chat(f"{robots.address}/dingtalk", tmp_path / "bearer")
        alertmanager = Alertmanager(binary(), tmp_path, routed)
        config.write_text(
            f'alertmanager_url = "{alertmanager.url}"\nalertmanager_resend = "2s"\n'
            f'desk_url = "{desk}"\ndesk_port = {desk_port}\nreaders_file = "{readers}"\n'
            + config.read_text("utf-8"),
            "utf-8",
        )
        it = Way(config, fresh_redis.url, f"127.0.0.1:{port}", desk, vendor)
        it.offbook("topics", "create")
        log = tmp_path / "worker.log"
        alertmanager.start()
        try:
            with running_worker(config, log), desk_of(it, tmp_path / "desk.log"):
                yield it
        finally:
            alertmanager.stop()


def fraud_to_chat(robot: str, token: Path) -> dict[str, Any]:
    """Our configuration with its routes and waits, whose receiver for fraud is the one for chats,
    filled in."""
    config: dict[str, Any] = yaml.safe_load(CONFIG.read_text("utf-8"))
    hooks = remark("chat")["webhook_configs"]
    hooks[0] |= {"url": robot, "send_resolved": False}
    hooks[0]["http_config"]["authorization"]["credentials_file"] = str(token)
    for receiver in config["receivers"]:
        if receiver["name"] == "fraud":
            receiver["webhook_configs"] = hooks
    return config


@contextmanager
def desk_of(way: Way, log: Path) -> Iterator[None]:
    log.touch()
    process = Prepared(
        "offbook", ["desk", "--config", str(way.config)], environment=environment(), out=log
    )

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"{way.desk}/readyz", timeout=5):
                return True
        except OSError:
            return False

    try:
        until(ready, 60, log.read_text)
        yield
    finally:
        process.terminate()
        process.wait(30)


def test_a_fraud_is_paged_once_worked_allowed_and_survives_a_wiped_redis(
    way: Way, tmp_path: Path
) -> None:
    #  cb-1 C-1 ◄ paged ── its page: taken, closed as false ── C-1 allowed
    #  cb-2 C-1, covered   cb-3 C-2 ◄ paged   Redis wiped, made again   cb-4 C-3 ◄ paged
    first = way.denies("cb-1", "C-1")
    [message] = way.paged(1)
    assert "CRITICAL" in message
    assert "C-1" in message
    [link] = set(re.findall(rf"{way.desk}/alerts/[\w.:-]+", message))
    assert link.endswith(first["alert_id"])

    page = asyncio.run(asyncio.wait_for(worked(link, tmp_path), 120))
    assert "callback cb-1" in page
    stands = way.stands()[first["alert_id"]][1]
    assert (stands["state"], stands["verdict"]) == ("closed", "false_positive")
    assert [it["action"]["step"] for it in stands["history"]] == ["acknowledge", "close"]

    end = rfc3339(clock() + 3600 * SECOND)
    way.offbook(
        "allow", "--alert", first["alert_id"], "--until", end, "-m", "a test customer of ours"
    )
    again = way.denies("cb-2", "C-1")
    assert again["suppressed"] == {"until": end, "reason": "a test customer of ours"}
    assert way.figure('offbook_suppressed_alerts_total{detector="callback-mismatch"}') == 1
    way.denies("cb-3", "C-2")
    assert "C-2" in way.paged(2)[1]

    [figures] = json.loads(way.offbook("alerts", "stats", "--json"))
    assert figures["detector"] == "callback-mismatch"
    assert (figures["opened"], figures["closed"]) == (2, 1)
    assert figures["verdicts"] == {"false_positive": 1}

    before = way.stands()
    assert len(before) == 3
    with redis.Redis.from_url(way.redis_url) as client:
        client.flushall()
    way.offbook("rebuild")
    assert way.stands() == before
    way.denies("cb-4", "C-3")
    told = way.paged(3)
    # Nobody was told again of what was open, nor of what is closed or allowed.
    assert ["C-3" in it for it in told] == [False, False, True]
    assert len(told) == 3


async def worked(link: str, folder: Path) -> str:
    """Open the page, log in where it asks for that, take the alert and close it; what it said."""
    async with chromium(folder) as tab:
        await tab.open(link)
        await tab.run(f"document.querySelector('#token').value = '{TOKEN}'")
        await tab.click("document.querySelector('main form button')")
        said = str(await tab.run("document.querySelector('main').innerText"))
        await tab.click("document.querySelector('.actions button.strong')")
        verdict = "document.querySelector('.actions select[name=verdict]')"
        await tab.run(f"{verdict}.value = 'false_positive'")
        await tab.click(f"{verdict}.form.querySelector('button')")
        assert "False positive" in await tab.run("document.querySelector('main').innerText")
        assert tab.complaints == []
        return said
