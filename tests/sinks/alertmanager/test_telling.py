"""How much Alertmanager is sent at once and how often, and what it refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from offbook.cli.demo.embedded import EmbeddedRedis
from sinks.alertmanager.client import AlertmanagerAwayError, Client, Post
from sinks.alertmanager.telling import BATCH, MOST, _spread
from sinks.alertmanager.told import COMMANDS
from tests.sinks.alertmanager.conftest import Teller, deliver
from tests.sinks.alertmanager.scripted import Scripted, scripted
from tests.sinks.alertmanager.test_real_alertmanager import apart, run
from tests.sinks.test_delivery import until
from tests.sinks.test_redis import as_user

pytestmark = pytest.mark.integration


@pytest.fixture
def receiver() -> Iterator[Scripted]:
    with scripted() as it:
        yield it


def posts(*names: str) -> list[Post]:
    return [Post(msgspec.json.encode({"labels": {"alert_id": it}})) for it in names]


def send(url: str, *names: str) -> list[Post]:
    async def work() -> list[Post]:
        client = Client(url, timeout=2.0)
        try:
            return await client.send(posts(*names))
        finally:
            await client.close()

    return asyncio.run(work())


def bad(alerts: list[dict[str, Any]]) -> int:
    return 400 if any("bad" in it["labels"]["alert_id"] for it in alerts) else 200


def test_one_alert_that_is_refused_does_not_hold_back_the_others(receiver: Scripted) -> None:
    receiver.answer = bad
    names = [f"n{n}" for n in range(50)]
    names[7], names[8], names[31] = "bad1", "bad2", "bad3"
    assert send(receiver.url, *names) == posts("bad1", "bad2", "bad3")
    assert sorted(receiver.alerts()) == sorted(it for it in names if "bad" not in it)
    assert len(receiver.requests) < 40


def test_a_request_that_is_too_large_is_halved(receiver: Scripted) -> None:
    receiver.answer = lambda alerts: 413 if len(alerts) > 10 else 200
    assert send(receiver.url, *(f"n{n}" for n in range(60))) == []
    assert len(receiver.alerts()) == 60


@pytest.mark.parametrize("status", [301, 401, 404, 429, 500, 503])
def test_where_it_refuses_everything_nothing_is_split(receiver: Scripted, status: int) -> None:
    receiver.answer = lambda _: status
    with pytest.raises(AlertmanagerAwayError, match=f"answers {status}$"):
        send(receiver.url, "a", "b")
    assert len(receiver.requests) == 1


def test_no_password_is_told_of_whatever_fails(receiver: Scripted) -> None:
    host = receiver.url.removeprefix("http://")
    assert send(f"http://offbook:geheim@{host}/am/", "a") == []
    assert receiver.paths == {"/am/api/v2/alerts"}
    assert receiver.authorization == {"Basic b2ZmYm9vazpnZWhlaW0="}
    for url in (f"http://offbook:geheim@{host}", "http://offbook:geheim@127.0.0.1:9"):
        receiver.answer = lambda _: 503
        with pytest.raises(AlertmanagerAwayError) as told:
            send(url, "a")
        assert "geheim" not in repr(told.value)
        assert told.value.__suppress_context__ or told.value.__context__ is None


def test_ten_thousand_alerts_come_in_batches_and_are_not_sent_again_before_they_are_due(
    redis_url: str, receiver: Scripted
) -> None:
    async def work() -> None:
        await deliver(redis_url, *(apart(f"n{n}") for n in range(10_000)))
        async with Teller(redis_url, receiver.url, resend=3600, holds=86_400).running() as teller:
            await until(lambda: len(receiver.alerts()) >= 5_000)
            # It does not wait behind the others.
            ahead = len(receiver.alerts())
            await deliver(redis_url, apart("new"))
            await until(lambda: "new" in receiver.alerts())
            assert receiver.alerts().index("new") <= ahead + 2 * MOST
            await until(lambda: len(receiver.alerts()) >= 10_001)
            await deliver(redis_url, apart("marker"))
            await until(lambda: "marker" in receiver.alerts())
            await until(lambda: teller.figure("pushed_total", outcome="firing") == 10_002)
        assert len(set(receiver.alerts())) == 10_002
        assert max(len(it) for _, it in receiver.requests) == BATCH
        for at, _ in receiver.requests:
            within = sum(len(it) for when, it in receiver.requests if at <= when < at + 0.5)
            assert within <= 2 * MOST

    run(work)


def test_they_are_sent_again_when_they_are_due(redis_url: str, receiver: Scripted) -> None:
    async def work() -> None:
        await deliver(redis_url, *(apart(f"n{n}") for n in range(300)))
        async with Teller(redis_url, receiver.url, resend=1, holds=60).running():
            await until(lambda: len(receiver.alerts()) >= 900)
        assert all(receiver.alerts().count(f"n{n}") >= 2 for n in range(300))

    run(work)


def test_what_was_sent_at_once_is_not_due_at_once() -> None:
    times = [_spread(f"n{n}") for n in range(1000)]
    assert all(0.8 <= it <= 1 for it in times)
    # In no twentieth of that time more than a tenth of all.
    assert max(sum(at <= it < at + 0.01 for it in times) for at in times) < 100


def test_a_refused_alert_is_counted_told_without_its_text_and_tried_again_later(
    redis_url: str, receiver: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.answer = bad

    async def work() -> None:
        await deliver(redis_url, apart("bad", employee="E-secret"), *map(apart, "abc"))
        async with Teller(redis_url, receiver.url).running() as teller:
            await until(lambda: len(set(receiver.alerts())) == 3)
            await until(lambda: len(receiver.alerts()) > 9)
            await until(lambda: teller.figure("pushed_total", outcome="refused") == 1)
            assert teller.figure("up") == 1

    run(work)
    logged = capsys.readouterr()
    assert "Alertmanager refuses alerts" in logged.out + logged.err
    assert "E-secret" not in logged.out + logged.err


def test_nothing_open_is_told_of_too_so_that_an_outage_is_noticed(
    redis_url: str, receiver: Scripted
) -> None:
    async def work() -> None:
        async with Teller(redis_url, receiver.url, resend=0.5).running() as teller:
            await until(lambda: teller.figure("up") == 1)
            told = teller.figure("last_full_push_timestamp_seconds")
            assert told is not None
            await until(lambda: (teller.figure("last_full_push_timestamp_seconds") or 0) > told)
            receiver.answer = lambda _: 503
            await until(lambda: teller.figure("up") == 0)
            reason = teller.health.readiness().checks["alertmanager"].reason
            assert "answers 503" in reason

    run(work)


def test_redis_away_is_waited_for_and_said(fresh_redis: EmbeddedRedis, receiver: Scripted) -> None:
    async def work() -> None:
        await deliver(fresh_redis.url, apart("a"))
        async with Teller(fresh_redis.url, receiver.url).running() as teller:
            await until(lambda: "a" in receiver.alerts())
            fresh_redis.kill()

            def said() -> str:
                return teller.health.readiness().checks["alertmanager"].reason

            await until(lambda: "Redis" in said())
            fresh_redis.start()
            await deliver(fresh_redis.url, apart("b"))
            await until(lambda: "b" in receiver.alerts())
            await until(lambda: said() == "")

    run(work)


def test_what_somebody_spoiled_in_redis_costs_nothing_but_itself(
    redis_url: str, receiver: Scripted
) -> None:
    async def work() -> None:
        await deliver(redis_url, apart("a"), apart("odd", detected_at="yesterday"))
        with redis.Redis.from_url(redis_url) as client:
            client.hset("{ob}:told", "critical:a", "nonsense")
            client.hset("{ob}:told", "nonsense", "nonsense")
            client.zadd("{ob}:open:critical", {"gone": 1})
        async with Teller(redis_url, receiver.url).running() as teller:
            await until(lambda: {"a", "odd"} <= set(receiver.alerts()))
            await until(lambda: teller.health.readiness().checks["alertmanager"].reason == "")

    run(work)


def test_a_user_with_the_rights_that_the_manual_names_is_enough(
    fresh_redis: EmbeddedRedis, receiver: Scripted
) -> None:
    rights = (f"+{it}" for it in ("mget", *COMMANDS))
    url = as_user(fresh_redis.url, "~{ob}:*", *rights)
    for manual in ("operations.md", "operations.zh.md"):
        text = (Path(__file__).parents[3] / "docs" / manual).read_text(encoding="utf-8")
        assert all(f"`{it}`" in text for it in COMMANDS)

    async def work() -> None:
        await deliver(fresh_redis.url, apart("a"), apart("b"))
        async with Teller(url, receiver.url).running() as teller:
            await until(lambda: {"a", "b"} <= set(receiver.alerts()))
            await deliver(fresh_redis.url, apart("a", 2, state="withdrawn"))
            with redis.Redis.from_url(fresh_redis.url) as client:
                await until(lambda: client.hkeys("{ob}:told") == [b"critical:b"])
            assert teller.health.readiness().checks["alertmanager"].reason == ""

    run(work)
