"""What is agreed on while the service runs, on a real broker, a real Redis and a whole worker."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from contract.times import SECOND, rfc3339
from offbook.cli.demo.embedded import EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from tests.cli.commands import offbook
from tests.parts.denials import by_callback, denial
from tests.parts.story_service import in_redis, running_worker, until, worker_config

pytestmark = pytest.mark.integration

LEAD = {"OFFBOOK_TOKEN": "lena"}


@dataclass
class Installation:
    """A worker, and the readers `vera`, a viewer, `olga`, who is on call, and `lena`, a lead."""

    bootstrap: str
    redis_url: str
    prefix: str
    config: Path
    events: Path

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return offbook(*words, "--config", str(self.config), **(LEAD | env))

    def said(self, *words: str) -> str:
        """What it prints; it must do what it is asked to."""
        done = self.run(*words)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def refused(self, *words: str, **env: str) -> str:
        done = self.run(*words, **env)
        assert done.returncode == 1, done
        return done.stderr

    def denies(self, callback: str, customer: str) -> str:
        """A customer denies a deal; the id of the alert it is, once there is one."""
        before = self.events.read_text("utf-8") if self.events.exists() else ""
        line = denial(callback, customer, _now())
        self.events.write_text(before + line, "utf-8")
        one = self.events.with_suffix(".one")
        one.write_text(line, "utf-8")
        assert self.run("produce", str(one)).returncode == 0
        until(lambda: callback in self.alerts(), 60, lambda: str(self.alerts()))
        return str(self.alerts()[callback]["alert_id"])

    def alerts(self) -> dict[str, Any]:
        """The newest revisions by the callback they rest on."""
        return by_callback(in_redis(self.redis_url))


def _now() -> int:
    return time.time_ns() // 1000


@pytest.fixture(scope="module")
def installation(kafka: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all tests of the file, with a Redis of its own."""
    folder = tmp_path_factory.mktemp("allowing")
    with EmbeddedRedis() as server:
        prefix = f"t{secrets.token_hex(4)}."
        config = worker_config(folder, kafka.bootstrap, server.url, prefix, free_port())
        readers = folder / "readers.toml"
        readers.write_text(
            "".join(
                f'[readers.{name}]\nrole = "{role}"\n'
                f'token_sha256 = "{sha256(name.encode()).hexdigest()}"\n'
                for name, role in (("vera", "viewer"), ("olga", "oncall"), ("lena", "lead"))
            ),
            "utf-8",
        )
        with config.open("a", encoding="utf-8") as settings:
            settings.write(
                f'readers_file = "{readers}"\n'
                '[detectors.callback-mismatch]\nallow_lists = ["test-customers"]\n'
            )
        it = Installation(kafka.bootstrap, server.url, prefix, config, folder / "events.ndjson")
        assert it.run("topics", "create").returncode == 0
        with running_worker(config, folder / "worker.log"):
            yield it


def test_what_is_allowed_wakes_nobody_from_then_on_and_a_replay_knows_of_it(
    installation: Installation, tmp_path: Path
) -> None:
    #  cb-1 C-1 ◄ on call   C-1 is allowed   cb-2 C-1, covered   cb-3 C-2 ◄ on call
    #  the allowance is ended   cb-4 C-1 ◄ on call   C-2 is put on a list   cb-5 C-2, covered
    it = installation
    first = it.denies("cb-1", "C-1")
    it.said("alerts", "close", first, "--verdict", "false_positive")
    day = rfc3339(_now() + 3600 * SECOND)
    put = it.said("allow", "--alert", first, "--until", day, "-m", "a test customer of ours")
    allowance, to, about, *_ = put.split("  ")
    assert (to, about) == ("callback-mismatch", "employee E-1 · customer C-1")
    it.denies("cb-2", "C-1")
    it.denies("cb-3", "C-2")
    # What is no allowance allows nothing, and ends nothing.
    producer = KafkaProducer(bootstrap_servers=it.bootstrap)
    producer.send(f"{it.prefix}offbook.allowances", b"no record", key=b"other").get(30)
    producer.close()
    assert allowance in it.said("allowances")
    assert "lena" in it.said("disallow", allowance, "--lang", "zh")
    assert it.said("allowances") == "Nothing is allowed.\n"
    it.denies("cb-4", "C-1")
    it.said("allow", "--list", "test-customers", "--customer", "C-2", "--until", day, "-m", "ours")
    it.denies("cb-5", "C-2")

    suppressed = {cb: found["suppressed"] is not None for cb, found in it.alerts().items()}
    covered = {"cb-1": False, "cb-2": True, "cb-3": False, "cb-4": False, "cb-5": True}
    assert suppressed == covered
    assert it.alerts()["cb-2"]["suppressed"] == {"until": day, "reason": "a test customer of ours"}
    listed = json.loads(it.said("alerts", "list", "--json", "--shelf", "suppressed"))
    assert len(listed) == 2

    log = tmp_path / "allowances.ndjson"
    log.write_text(it.said("allowances", "--all", "--json"), "utf-8")
    again = it.run("replay", str(it.events), "--allowances", str(log))
    replayed = by_callback(again.stdout)
    assert {cb: found["suppressed"] is not None for cb, found in replayed.items()} == covered
    assert f"1 of them suppressed by allowance {allowance}" in again.stderr
    log.write_text("{}\n", "utf-8")
    wrong = it.run("replay", str(it.events), "--allowances", str(log))
    assert (wrong.returncode, f"{log}:1: is no allowance" in wrong.stderr) == (2, True)


def test_who_may_allow_is_asked_by_token(installation: Installation) -> None:
    it, day = installation, rfc3339(_now() + 3600 * SECOND)
    about = ("--customer", "C-9", "--until", day, "-m", "agreed")
    assert "it needs a lead" in it.refused("allow", *about, OFFBOOK_TOKEN="olga")
    assert "a viewer does not see" in it.refused("allowances", OFFBOOK_TOKEN="vera")
    assert "there is no such allowance" in it.refused("disallow", "0")
    assert "there is no alert" in it.refused("allow", *about, "--alert", "bulk-delete-0")
    # No topic is made by accident, of whatever kind the broker likes.
    nowhere = it.refused("allow", *about, OFFBOOK_TOPIC_PREFIX="nowhere.")
    assert "has no topic nowhere.offbook.allowances: run `offbook topics create`" in nowhere
