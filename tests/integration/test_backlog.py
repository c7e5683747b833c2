"""A company's history stands on the topics before a worker starts: it finds what replay finds."""

from __future__ import annotations

import re
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offbook.cli.demo.server_process import free_port
from tests.cli.commands import firing, offbook
from tests.conftest import RunningKafka
from tests.parts.story_service import in_redis, running_worker, worker_config

pytestmark = pytest.mark.integration

COMPANY = (
    "--days", "45", "--reps", "12", "--customers", "200", "--fraud-rate", "1", "--seed", "6",
)  # fmt: skip


def evictions(port: int) -> float:
    """Facts for which there was no room, of all detectors."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as response:
        page = response.read().decode()
    counts = re.findall(r"^offbook_state_evictions_total\{.*\} (\S+)$", page, re.MULTILINE)
    assert counts
    return sum(map(float, counts))


def test_a_worker_finds_in_a_history_what_replay_finds(
    kafka: RunningKafka, topic_prefix: str, redis_url: str, tmp_path: Path
) -> None:
    made = offbook("simulate", *COMPANY, "--labels", str(tmp_path / "labels.json"))
    assert made.returncode == 0, made.stderr
    moved = tmp_path / "moved.ndjson"
    rebased = offbook("produce", "-", "--rebase", "now", "--dry-run", stdin=made.stdout.encode())
    moved.write_text(rebased.stdout, "utf-8")
    port = free_port()
    config = worker_config(tmp_path, kafka.bootstrap, redis_url, topic_prefix, port)
    assert offbook("topics", "create", "--config", str(config)).returncode == 0
    assert offbook("produce", str(moved), "--config", str(config)).returncode == 0
    with running_worker(config, tmp_path / "worker.log"):
        deadline = time.monotonic() + 120
        while True:
            # Deadlines pass as time goes on, here and there.
            until = datetime.now(UTC).isoformat()
            replayed = offbook("replay", str(moved), "--until", until)
            expected = firing(replayed.stdout)
            found = firing(in_redis(redis_url))
            if found == expected:
                break
            assert time.monotonic() < deadline, {
                id_: (found.get(id_), expected.get(id_))
                for id_ in found.keys() | expected.keys()
                if found.get(id_) != expected.get(id_)
            }
        # It keeps what a replay keeps, too.
        assert "evicted" not in replayed.stderr
        assert evictions(port) == 0
    assert len({id_.rsplit("-", 1)[0] for id_ in found}) > 15
