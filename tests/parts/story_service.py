"""A running worker that has been sent the bundled story, and what a replay finds in the same."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from offbook.cli.demo.server_process import free_port
from tests.cli.commands import REFERENCE, STORY, environment, offbook, standing
from tests.parts.prepared import Prepared


@dataclass
class StoryService:
    """`expected` are the alerts of a replay as they stand at its end, `events` how many lines."""

    address: str
    redis_url: str
    log: Path
    expected: dict[str, tuple[Any, ...]]
    events: int

    def found(self) -> dict[str, tuple[Any, ...]]:
        """The alerts in Redis as they stand now."""
        return standing(in_redis(self.redis_url))

    def metrics(self) -> str:
        """The metrics page."""
        with urllib.request.urlopen(f"http://{self.address}/metrics", timeout=5) as response:
            return str(response.read().decode("utf-8"))


def until(condition: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Wait for `condition`; `what` says how it stood when it did not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.1)


@contextmanager
def story_service(
    bootstrap: str, redis_url: str, prefix: str, folder: Path, own: Path | None = None
) -> Iterator[StoryService]:
    """Start a worker, send it the story once it is ready, and wait until all is found. It has the
    company's `own` detectors of a folder, too, which find nothing in it."""
    port = free_port()
    config = worker_config(folder, bootstrap, redis_url, prefix, port)
    if own is not None:
        with config.open("a", encoding="utf-8") as settings:
            settings.write(f'detectors_path = "{own}"\n')
    moved = folder / "moved.ndjson"
    moved.write_text(
        offbook("produce", REFERENCE, STORY, "--rebase", "now", "--dry-run").stdout, "utf-8"
    )
    service = StoryService(
        address=f"127.0.0.1:{port}",
        redis_url=redis_url,
        log=folder / "worker.log",
        expected=standing(offbook("replay", str(moved)).stdout),
        events=len(moved.read_text("utf-8").splitlines()),
    )
    assert offbook("topics", "create", "--config", str(config)).returncode == 0
    with running_worker(config, service.log):
        until(lambda: _is_ready(service.address), 60, service.log.read_text)
        assert offbook("produce", str(moved), "--config", str(config)).returncode == 0
        until(
            lambda: service.found() == service.expected,
            90,
            lambda: f"{service.found()} is not {service.expected}\n{service.log.read_text()}",
        )
        yield service


def worker_config(folder: Path, bootstrap: str, redis_url: str, prefix: str, port: int) -> Path:
    """The settings of an installation whose names begin with `prefix`."""
    config = folder / "offbook.toml"
    config.write_text(
        f'kafka_bootstrap = "{bootstrap}"\nredis_url = "{redis_url}"\n'
        f'topic_prefix = "{prefix}"\ngroup_prefix = "{prefix}"\n'
        f'metrics_port = {port}\nidle_after = "3s"\nrebalance_timeout = "6s"\n',
        encoding="utf-8",
    )
    return config


@contextmanager
def running_worker(config: Path, log: Path, *roles: str) -> Iterator[None]:
    """A worker with these roles, all if none is named, whose output goes to `log`."""
    named = [part for role in roles for part in ("--role", role)]
    arguments = ["worker", "--config", str(config), *named]
    worker = Prepared("offbook", arguments, environment=environment(), out=log)
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(timeout=40)
        finally:
            worker.kill()


def in_redis(redis_url: str) -> str:
    """All revisions in Redis, a line each, oldest first."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        entries: Any = client.xrange("{ob}:alerts")
    return "\n".join(fields["data"] for _, fields in entries)


def _is_ready(address: str) -> bool:
    """Whether the worker can do its work; what rests for want of reference data does not hinder."""
    try:
        with urllib.request.urlopen(f"http://{address}/readyz", timeout=2):
            return True
    except OSError:
        return False
