"""Real servers for the tests: the embedded, or those KAFKA_BOOTSTRAP and REDIS_URL name."""

from __future__ import annotations

import gc
import os
import secrets
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis

from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from offbook.cli.demo.server_process import EmbeddedMissingError
from tests.parts import dealing, examples
from tests.parts.apache_kafka import ApacheKafka

KAFKA_BOOTSTRAP = os.environ.get("KAFKA_BOOTSTRAP")
REDIS_URL = os.environ.get("REDIS_URL")

examples.load()

# Thousands of tests are collected, and all stay: to look through them for garbage again and again
# is half the time that it takes to collect them, and a tenth of the time that they take to run.
gc.disable()

# A shell's background job ignores SIGINT, and so would all that it starts: CI's is one. What has a
# handler here has none there.
signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class RunningKafka:
    """A broker that somebody else started."""

    bootstrap: str


@dataclass(frozen=True)
class RunningRedis:
    """A Redis that somebody else started."""

    url: str


def pytest_xdist_auto_num_workers() -> int:
    return dealing.processes()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On servers that somebody else started, what starts its own has nothing new to show."""
    if KAFKA_BOOTSTRAP and REDIS_URL:
        here = [it for it in items if _on_shared_servers(it)]
        config.hook.pytest_deselected(items=[it for it in items if it not in here])
        items[:] = here


def pytest_collection_finish() -> None:
    """What is there now is no garbage while the tests run."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(specname="pytest_collection_modifyitems", trylast=True)
def pytest_deal(items: list[pytest.Item]) -> None:
    """Among those that are left, so after `-m` and `-k`. A hook whose name does not begin with
    `pytest_` is none: all would go out in the order of their files, those that wait at the end."""
    if hands := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
        items[:] = dealing.dealt(items, hands)


def _on_shared_servers(item: pytest.Item) -> bool:
    if "desk" in item.path.parts:
        # It asks of Kafka what delivery asks, and what it promises is within seconds: a group of
        # Apache Kafka takes longer to form.
        return False
    used = getattr(item, "fixturenames", ())
    if "kafka" in used or item.get_closest_marker("kafka"):
        return True
    return "redis_server" in used and "apache_kafka" not in used


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("kafka") and not (KAFKA_BOOTSTRAP and REDIS_URL):
        pytest.skip("needs KAFKA_BOOTSTRAP and REDIS_URL (make test-kafka)")


@pytest.fixture(scope="session")
def kafka() -> Iterator[EmbeddedKafka | RunningKafka]:
    """One broker for the whole run (`.bootstrap`); keep out of others' way with `topic_prefix`."""
    if KAFKA_BOOTSTRAP:
        yield RunningKafka(KAFKA_BOOTSTRAP)
    else:
        with EmbeddedKafka() as broker:
            yield broker


@pytest.fixture
def fresh_kafka() -> Iterator[EmbeddedKafka]:
    """An embedded broker of this test's own, to be killed at will; it then forgets everything."""
    with EmbeddedKafka() as broker:
        yield broker


@pytest.fixture
def apache_kafka() -> Iterator[ApacheKafka]:
    """An Apache Kafka of this test's own; `kill()` and `start()` keep its topics.

    Skipped where KAFKA_LIBS names no jars, save on CI: there that is a failure.
    """
    try:
        broker = ApacheKafka()
    except EmbeddedMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    with broker:
        yield broker


@pytest.fixture
def topic_prefix() -> str:
    """A prefix for topics and groups that no other test has."""
    return f"t{secrets.token_hex(4)}."


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedRedis | RunningRedis]:
    """One Redis for the whole run (`.url`). Tests take `redis_url`, which starts empty."""
    if REDIS_URL:
        yield RunningRedis(_own_database(REDIS_URL))
    else:
        with EmbeddedRedis() as server:
            yield server


def _own_database(url: str) -> str:
    """Each test process has a database of its own, from the one that `url` names on."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + process}"))


@pytest.fixture(scope="session")
def _redis_to_flush(redis_server: EmbeddedRedis | RunningRedis) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url) as client:
        if client.dbsize():
            pytest.fail("REDIS_URL must name an empty database: the tests flush it after each test")
        yield client


@pytest.fixture
def redis_url(
    redis_server: EmbeddedRedis | RunningRedis, _redis_to_flush: redis.Redis
) -> Iterator[str]:
    """The URL of an empty Redis database."""
    yield redis_server.url
    _redis_to_flush.flushdb()


@pytest.fixture
def fresh_redis() -> Iterator[EmbeddedRedis]:
    """A durable Redis of this test's own: `kill()` and `start()` keep every answered write."""
    with EmbeddedRedis(durable=True) as server:
        yield server
