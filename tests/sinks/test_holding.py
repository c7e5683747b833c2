"""What Redis holds of what was delivered: each way it can come to lack some, and each false one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from sinks.delivery.holding import Holding, OffsetsUnknownError
from sinks.redis.held import WITHOUT_END

A, B = TopicPartition("offbook.alerts", 0), TopicPartition("offbook.alerts", 1)


class Consumer:
    """Of a group that has delivered up to `at`; what Kafka keeps begins at `first`."""

    def __init__(self, at: dict[TopicPartition, int | None], first: int = 0) -> None:
        self.at = at
        self.first = first
        self.ours = set(at)
        self.away = False

    def assignment(self) -> set[TopicPartition]:
        return set(self.ours)

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {A.partition, B.partition}

    async def committed(self, partition: TopicPartition) -> int | None:
        if self.away:
            raise KafkaConnectionError("gone")
        return self.at[partition]

    async def beginning_offsets(self, asked: Iterable[TopicPartition]) -> dict[Any, int]:
        return dict.fromkeys(asked, self.first)


class Redis:
    """`GET`, `XLEN` and the script of one Redis, and of a sink that writes to it."""

    def __init__(self, alerts: int = 0) -> None:
        self.keys: dict[str, bytes] = {}
        self.alerts = alerts
        self.setbacks: list[tuple[int, bool]] = []
        self.connection = self
        #: What the sink will find when it looks for what it wrote.
        self.noticed: list[tuple[int, bool]] = []

    async def look(self) -> None:
        self.setbacks += self.noticed
        self.noticed = []

    async def ask(self, command: tuple[Any, ...]) -> Any:
        if command[0] == "EVAL":
            key, start, end = command[3], *map(int, command[4:6])
            before = self.keys.get(key, b"").split()
            same = len(before) == 2 and int(before[0]) == start
            if not (same and end < int(before[1]) < WITHOUT_END):
                self.keys[key] = f"{start} {end}".encode()
            return None
        return self.alerts if command[0] == "XLEN" else self.keys.get(command[1])

    def empty(self) -> None:
        self.keys, self.alerts = {}, 0


def item(partition: TopicPartition, offset: int) -> Any:
    """A record that was delivered."""
    return SimpleNamespace(partition=partition, offset=offset)


class Worker:
    """One delivery worker on this Kafka and this Redis."""

    def __init__(self, consumer: Consumer, redis: Redis) -> None:
        self.consumer, self.redis = consumer, redis
        sink: Any = redis
        self.holding = Holding(consumer, sink, A.topic)

    def delivers(self, partition: TopicPartition, *offsets: int) -> None:
        """These offsets reach Redis and are committed."""
        items = [item(partition, offset) for offset in offsets]

        async def deliver() -> None:
            await self.holding.begin()
            self.redis.alerts += len(offsets)
            await self.holding.delivered(items)

        asyncio.run(deliver())
        self.consumer.at[partition] = offsets[-1] + 1

    @property
    def missing(self) -> int:
        return asyncio.run(self.holding.missing())


def test_a_new_redis_beside_a_new_kafka_lacks_nothing() -> None:
    worker = Worker(Consumer({A: None, B: None}), Redis())
    assert worker.missing == 0
    worker.delivers(A, *range(57))
    assert worker.missing == 0
    assert Worker(worker.consumer, worker.redis).missing == 0


def test_a_redis_that_is_new_where_much_was_delivered_lacks_all_of_it() -> None:
    consumer = Consumer({A: 50, B: 7})
    assert Worker(consumer, Redis()).missing == 57


def test_emptied_between_two_workers_it_is_seen_by_the_second_and_by_each_after_it() -> None:
    redis, consumer = Redis(), Consumer({A: None, B: None})
    Worker(consumer, redis).delivers(A, *range(53))
    redis.empty()
    second = Worker(consumer, redis)
    assert second.missing == 53
    second.delivers(A, 53, 54, 55, 56)
    assert second.missing == 53
    assert Worker(consumer, redis).missing == 53


def test_restored_from_a_backup_it_is_not_trusted_before_the_gap_either() -> None:
    redis, consumer = Redis(), Consumer({A: None, B: None})
    worker = Worker(consumer, redis)
    worker.delivers(A, *range(40))
    backup = dict(redis.keys)
    worker.delivers(A, *range(40, 57))
    redis.keys = backup
    assert Worker(consumer, redis).missing == 57


def test_filled_anew_from_the_beginning_it_lacks_nothing_any_more() -> None:
    redis, consumer = Redis(), Consumer({A: 57, B: None})
    assert Worker(consumer, redis).missing == 57
    consumer.at[A] = 0
    worker = Worker(consumer, redis)
    assert worker.missing == 0
    worker.delivers(A, *range(20))
    assert Worker(consumer, redis).missing == 0


def test_filled_in_by_somebody_else_beside_a_worker_it_lacks_nothing_any_more() -> None:
    redis, consumer = Redis(), Consumer({A: 57, B: None})
    worker = Worker(consumer, redis)
    assert worker.missing == 57
    redis.keys["{ob}:held:0"] = b"0 60"
    assert worker.missing == 0
    worker.delivers(A, 57, 58)
    assert Worker(consumer, redis).missing == 0


def test_what_kafka_no_longer_keeps_is_not_lacking() -> None:
    assert Worker(Consumer({A: 57}, first=50), Redis()).missing == 7
    assert Worker(Consumer({A: 57}, first=57), Redis()).missing == 0


def test_a_redis_from_before_the_accounts_were_kept_is_trusted_once() -> None:
    redis, consumer = Redis(alerts=57), Consumer({A: 50, B: 7})
    consumer.ours = {A}
    assert Worker(consumer, redis).missing == 0
    consumer.ours = {A, B}
    assert Worker(consumer, redis).missing == 0
    del redis.keys["{ob}:held:1"]
    assert Worker(consumer, redis).missing == 7


def test_a_crash_between_redis_and_the_commit_is_no_loss() -> None:
    redis, consumer = Redis(), Consumer({A: None})
    Worker(consumer, redis).delivers(A, *range(9))
    consumer.at[A] = 5
    worker = Worker(consumer, redis)
    assert worker.missing == 0
    worker.delivers(A, 5, 6, 7, 8, 9)
    assert redis.keys["{ob}:held:0"] == b"0 10"


@pytest.mark.parametrize(
    ("complete", "before", "missing"),
    [
        pytest.param(True, 0, 0, id="all-written-by-this-worker-is-written-again"),
        pytest.param(True, 53, 53, id="what-an-earlier-worker-wrote-is-gone"),
        pytest.param(False, 0, 4, id="more-than-the-sink-remembers-is-gone"),
    ],
)
def test_emptied_under_a_worker_it_has_what_the_worker_could_write_again(
    complete: bool, before: int, missing: int
) -> None:
    redis, consumer = Redis(), Consumer({A: None})
    if before:
        Worker(consumer, redis).delivers(A, *range(before))
    worker = Worker(consumer, redis)
    worker.delivers(A, *range(before, before + 4))
    redis.empty()
    redis.noticed = [(0, complete)]
    assert worker.missing == missing
    worker.delivers(A, before + 4)
    assert worker.missing == missing
    assert Worker(consumer, redis).missing == missing


@pytest.mark.parametrize("seen", [True, False])
def test_emptied_just_before_the_account_of_a_delivery_is_written_it_is_seen(seen: bool) -> None:
    redis, consumer = Redis(), Consumer({A: None})
    Worker(consumer, redis).delivers(A, *range(53))
    worker = Worker(consumer, redis)
    worker.delivers(A, 53)
    if seen:
        assert worker.missing == 0
    asyncio.run(worker.holding.begin())
    redis.empty()
    asyncio.run(worker.holding.delivered([item(A, 54)]))
    redis.noticed = [(0, True)]
    assert worker.missing == 53


def test_emptied_between_the_look_at_the_alerts_and_the_one_at_the_accounts_it_is_seen() -> None:
    redis, consumer = Redis(), Consumer({A: None})
    Worker(consumer, redis).delivers(A, *range(53))
    worker = Worker(consumer, redis)
    worker.delivers(A, 53)
    looks = iter(([], [(0, True)]))

    async def look() -> None:
        redis.setbacks += next(looks, [])

    redis.look = look  # type: ignore[method-assign]
    redis.empty()
    assert worker.missing == 53


def test_emptied_under_a_worker_that_has_written_nothing_yet_it_lacks_all() -> None:
    redis, consumer = Redis(), Consumer({A: None, B: None})
    Worker(consumer, redis).delivers(A, *range(53))
    worker = Worker(consumer, redis)
    assert worker.missing == 0
    redis.empty()  # Of which no sink can tell that it has lost something.
    assert worker.missing == 53
    worker.delivers(A, 53)
    assert worker.missing == 53


def test_what_a_worker_that_was_paused_writes_late_is_no_loss() -> None:
    redis, consumer = Redis(), Consumer({A: None})
    paused, owner = Worker(consumer, redis), Worker(consumer, redis)
    paused.delivers(A, 0, 1)
    consumer.at[A] = 0
    owner.delivers(A, *range(9))
    redis.keys["{ob}:held:0"] = b"0 2"
    assert owner.missing == 0
    assert redis.keys["{ob}:held:0"] == b"0 9"


def test_a_last_second_that_was_lost_and_written_again_is_no_loss() -> None:
    redis, consumer = Redis(), Consumer({A: None})
    Worker(consumer, redis).delivers(A, *range(53))
    worker = Worker(consumer, redis)
    worker.delivers(A, 53, 54)
    second_ago = dict(redis.keys)
    worker.delivers(A, 55, 56)
    redis.keys = second_ago
    redis.noticed = [(1, True)]
    assert worker.missing == 0
    assert redis.keys["{ob}:held:0"] == b"0 57"


def test_a_partition_that_another_worker_has_now_is_not_told_of() -> None:
    redis, consumer = Redis(), Consumer({A: 50, B: 7})
    worker = Worker(consumer, redis)
    assert worker.missing == 57
    consumer.ours = {B}
    assert worker.missing == 7


def test_a_rebalance_in_the_middle_that_changes_nothing_loses_no_account() -> None:
    redis, consumer = Redis(), Consumer({A: None})
    worker = Worker(consumer, redis)
    asyncio.run(worker.holding.begin())
    worker.holding.forget([A])
    asyncio.run(worker.holding.delivered([item(A, 0), item(A, 1)]))
    consumer.at[A] = 2
    assert Worker(consumer, redis).missing == 0


def test_what_nobody_can_read_counts_as_not_there() -> None:
    redis = Redis()
    redis.keys["{ob}:held:0"] = b"OK"
    assert Worker(Consumer({A: 57}), redis).missing == 57


def test_while_kafka_does_not_say_nothing_is_concluded() -> None:
    consumer = Consumer({A: 57})
    consumer.away = True
    with pytest.raises(OffsetsUnknownError, match="gone"):
        _ = Worker(consumer, Redis()).missing
