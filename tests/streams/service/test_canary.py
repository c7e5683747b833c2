"""The canary of a whole worker: it comes back, and nothing tells of it but its age."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import redis

from contract.canary import TOPIC
from offbook.cli.demo.server_process import free_port
from tests.cli.commands import offbook
from tests.parts.story_service import running_worker, until, worker_config

pytestmark = pytest.mark.integration

COUNTS = (
    *("offbook_events_total", "offbook_alerts_total", "offbook_shadow_alerts_total"),
    *("offbook_suppressed_alerts_total", "offbook_open", "offbook_detection_latency_seconds_count"),
)
SENT, SEEN = (f"offbook_canary_{it}_timestamp_seconds" for it in ("sent", "seen"))


def figures(port: int) -> dict[str, float]:
    """All there are, by name with labels."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode("utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_it_comes_back_and_is_in_no_list_count_or_figure(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    port = free_port()
    config = worker_config(tmp_path, kafka.bootstrap, redis_url, topic_prefix, port)
    assert offbook("topics", "create", "--config", str(config)).returncode == 0
    begun, log = time.time(), tmp_path / "log"
    with running_worker(config, log):
        until(lambda: SEEN in figures(port), 60, log.read_text)
        found = figures(port)
    assert begun - 1 < found[SEEN] < time.time() + 1
    counted = {name: value for name, value in found.items() if name.startswith(COUNTS)}
    assert any(f'topic="{TOPIC}"' in name for name in counted)
    assert not any(counted.values()), counted
    assert not [name for name in found if "canary" in name.removeprefix("offbook_canary")]
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        assert client.exists("{ob}:alerts", "{ob}:open", "{ob}:closed") == 0
    listed = offbook("alerts", "list", "--json", "--config", str(config))
    assert json.loads(listed.stdout) == []
    # Made anew, Redis knows of no alert either.
    rebuilt = offbook("rebuild", "--config", str(config))
    assert rebuilt.returncode == 0
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        assert client.exists("{ob}:alerts", "{ob}:open", "{ob}:closed") == 0


def test_it_is_not_sent_where_it_is_turned_off(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    port = free_port()
    config = worker_config(tmp_path, kafka.bootstrap, redis_url, topic_prefix, port)
    config.write_text("canary = false\n" + config.read_text("utf-8"), "utf-8")
    assert offbook("topics", "create", "--config", str(config)).returncode == 0
    log = tmp_path / "log"
    with running_worker(config, log, "delivery"):
        until(lambda: "offbook_redis_up" in figures(port), 60, log.read_text)
        assert SENT not in figures(port)
