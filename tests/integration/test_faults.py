"""Whatever is killed, the final alerts are those of a run in memory over the same events.

Real parts: worker processes, a broker, a durable Redis. The embedded broker forgets everything when
killed, so there only workers and Redis are; Apache Kafka is killed as well.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from contract.times import MINUTE
from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from streams.monitor.changelog import Changelog
from streams.monitor.partition_reader import PartitionReader
from streams.monitor.segments import LARGE
from streams.wire.kafka import CHANGELOG_TOPIC, topic_name
from tests.cli.company import Company
from tests.integration.essence import Essence, essences, expected_of
from tests.integration.hot_company import ACCOUNT, HOT, PAID, HotCompany, counted
from tests.integration.installation import Installation, settings_for
from tests.parts.apache_kafka import ApacheKafka

pytestmark = pytest.mark.integration

Broker = EmbeddedKafka | ApacheKafka
Faults = Callable[[Installation, Broker, EmbeddedRedis, Random], Awaitable[None]]


@pytest.fixture(params=["tansu", pytest.param("apache", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> Broker:
    return request.getfixturevalue("fresh_kafka" if request.param == "tansu" else "apache_kafka")


async def kill_workers(
    installation: Installation, broker: Broker, redis: EmbeddedRedis, rng: Random
) -> None:
    """kill -9 of workers at random moments, while they go from one to three and back to one."""
    if isinstance(broker, EmbeddedKafka):
        await _kill_one_worker_after_the_other(installation, rng)
        return
    kills = 20
    for n in range(kills):
        installation.scale(1 if n < kills // 4 or n > 3 * kills // 4 else 3)
        await asyncio.sleep(rng.uniform(0.5, 5.0))
        installation.kill_one(rng)
    installation.scale(1)


async def _kill_one_worker_after_the_other(installation: Installation, rng: Random) -> None:
    """What the embedded broker survives: nobody dies while a worker joins or leaves its groups."""
    for _ in range(5):
        await installation.ready()
        await asyncio.sleep(rng.uniform(0.1, 1.5))
        installation.kill_one(rng)


async def stop_in_the_middle(
    installation: Installation, broker: Broker, redis: EmbeddedRedis, rng: Random
) -> None:
    """SIGTERM while batches are in hand, again and again: the worker ends with status 0."""
    for n in range(4):
        await asyncio.sleep(rng.uniform(6.0, 9.0))
        installation.scale(2 if n % 2 == 0 else 1)
        installation.ask_to_end(installation.workers[0])
        installation.supervise()


async def pause_workers(
    installation: Installation, broker: Broker, redis: EmbeddedRedis, rng: Random
) -> None:
    """Workers that stand still longer than their session, and then go on in what was theirs."""
    installation.scale(2)
    for _ in range(4):
        await asyncio.sleep(rng.uniform(4.0, 6.0))
        sleeper = rng.choice(installation.workers)
        sleeper.send(signal.SIGSTOP)
        await asyncio.sleep(rng.uniform(6.0, 9.0))
        sleeper.send(signal.SIGCONT)


async def kill_redis(
    installation: Installation, broker: Broker, redis: EmbeddedRedis, rng: Random
) -> None:
    """Redis is away for ten seconds, killed."""
    await asyncio.sleep(8)
    redis.kill()
    await asyncio.sleep(10)
    redis.start()  # in this thread: with the thread that started it, it would die
    await asyncio.sleep(2)


async def kill_broker(
    installation: Installation, broker: Broker, redis: EmbeddedRedis, rng: Random
) -> None:
    """The broker is away for ten seconds, killed."""
    await asyncio.sleep(8)
    broker.kill()
    await asyncio.sleep(10)
    broker.start()
    await asyncio.sleep(2)


async def every_way_to_end(
    installation: Installation, broker: Broker, redis: EmbeddedRedis, rng: Random
) -> None:
    """A worker is killed, one is paused longer than its session, one is asked to end; and again."""
    installation.scale(2)
    for _ in range(2):
        await installation.ready()
        installation.kill_one(rng)
        await installation.ready()
        sleeper = rng.choice(installation.workers)
        sleeper.send(signal.SIGSTOP)
        await asyncio.sleep(rng.uniform(4.0, 6.0))
        sleeper.send(signal.SIGCONT)
        await installation.ready()
        installation.ask_to_end(installation.workers[0])
        installation.supervise()


BEYOND_THE_EMBEDDED_BROKER = {
    kill_broker: "killed, the embedded broker forgets everything",
    stop_in_the_middle: "after two members left at once it lets nobody into their group",
    pause_workers: "after two members left at once it lets nobody into their group",
}


@pytest.fixture
def installation(
    broker: Broker, fresh_redis: EmbeddedRedis, topic_prefix: str, tmp_path: Path
) -> Iterator[Installation]:
    environment = settings_for(broker.bootstrap, fresh_redis.url, topic_prefix)
    installation = Installation(environment, tmp_path)
    yield installation
    installation.end()


@pytest.fixture
def seed() -> int:
    seed = Random().randrange(10**6)
    print(f"seed {seed}")
    return seed


@pytest.mark.parametrize(
    "faults", [kill_workers, stop_in_the_middle, pause_workers, kill_redis, kill_broker]
)
def test_the_final_alerts_are_those_of_a_run_without(
    faults: Faults,
    broker: Broker,
    fresh_redis: EmbeddedRedis,
    installation: Installation,
    seed: int,
) -> None:
    if isinstance(broker, EmbeddedKafka) and faults in BEYOND_THE_EMBEDDED_BROKER:
        pytest.skip(BEYOND_THE_EMBEDDED_BROKER[faults])
    # Apache Kafka has the long run: it is there that the broker itself is killed.
    size = 1000 if isinstance(broker, EmbeddedKafka) else 3000
    company = Company(seed, time.time_ns() // 1000, size)
    expected = expected_of(company, company.end + 5 * MINUTE)
    happening = faults(installation, broker, fresh_redis, Random(seed))
    asyncio.run(_run(installation, company, expected, happening))
    _check(installation)


def test_of_an_entity_that_has_much_nothing_is_lost_either(
    broker: Broker,
    fresh_redis: EmbeddedRedis,
    installation: Installation,
    seed: int,
    tmp_path: Path,
) -> None:
    company = HotCompany(seed, time.time_ns() // 1000, 500)
    installation.essence = counted
    expected = essences(company.replayed(company.end + 5 * MINUTE, tmp_path), counted)
    assert {ACCOUNT, PAID} < {it for essence in expected.values() for it in essence[4:8]}
    faults = kill_workers if isinstance(broker, EmbeddedKafka) else every_way_to_end
    happening = faults(installation, broker, fresh_redis, Random(seed))
    asyncio.run(_run(installation, company, expected, happening, 20.0))
    _check(installation)
    asyncio.run(_nothing_is_missing(installation))


async def _nothing_is_missing(installation: Installation) -> None:
    """No letter is dead and no entity set aside, and those that have much lie in segments."""
    assert await installation.dead_letters() == 0
    found = {}
    reader = PartitionReader(installation.settings)
    topic = topic_name(installation.settings, CHANGELOG_TOPIC)
    changelog = Changelog(topic, lambda: None, reader)
    try:
        for number in range(installation.settings.keyed_partitions):
            partition = await changelog.load(number)
            assert not partition.aside
            for key in partition.values.keys() & HOT:
                found[key] = len(partition.values[key])
    finally:
        await reader.stop()
    # A state of so many bytes is in several segments.
    assert found.keys() == set(HOT)
    assert min(found.values()) > 4 * LARGE


def _check(installation: Installation) -> None:
    assert not installation.repeated_revisions()
    # What was delivered is there: nobody is to be woken for a Redis that lost nothing.
    logs = [log.read_text() for log in installation.directory.glob("worker-*.log")]
    assert not [log for log in logs if "Redis lacks alerts" in log]
    assert not [status for status in installation.unexpected if status not in (0, 1)]


async def _run(
    installation: Installation,
    company: Company,
    expected: dict[str, Essence],
    happening: Awaitable[None],
    seconds: float = 35.0,
) -> None:
    """Have a company's events come within so many seconds, while something happens."""
    installation.create_topics()
    await installation.produce_documents(company)
    installation.scale(1)
    producing = asyncio.create_task(installation.produce(list(company.records()), seconds))
    supervising = asyncio.create_task(_supervise(installation))
    await happening
    await producing
    supervising.cancel()
    await installation.settle(expected, 60.0)


async def _supervise(installation: Installation) -> None:
    while True:
        installation.supervise()
        await asyncio.sleep(0.2)
