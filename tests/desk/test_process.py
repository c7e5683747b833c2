"""`offbook desk` as a process: it waits, it ends when asked to, and being killed costs nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import redis

from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from streams.settings.loading import load
from tests.cli.commands import environment, offbook
from tests.desk.at_the_desk import (
    Client,
    delivering,
    ids,
    make_topics,
    records,
    variables,
    write,
    write_readers,
)
from tests.parts.paused import paused
from tests.parts.prepared import Prepared
from tests.sinks.some_alerts import alert

pytestmark = pytest.mark.integration


class Process:
    """A desk, and what it says."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.log = log
        log.touch()
        self.process = Prepared(
            "offbook",
            ["desk"],
            environment=environment(**(env | {"OFFBOOK_DESK_PORT": str(self.port)})),
            out=log,
        )

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[Client]:
        """A client, once it listens."""
        async with aiohttp.ClientSession(f"http://127.0.0.1:{self.port}") as session:
            end = asyncio.get_running_loop().time() + 60
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get("/healthz"):
                        break
                assert self.process.poll() is None, self.log.read_text("utf-8")
                assert asyncio.get_running_loop().time() < end
                await asyncio.sleep(0.1)
            yield Client(session)

    def end(self) -> int:
        """Ask it to end; its status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()


async def ready(client: Client) -> None:
    await client.until("/readyz", lambda status, _: status == 200)


def test_one_that_is_killed_between_the_record_and_its_effect_has_acted_once(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    # acknowledge ─► on the log ─► kill -9 ─► delivery starts ─► in Redis, once ─► a new desk
    env = variables(kafka.bootstrap, redis_url, topic_prefix, write_readers(tmp_path))
    settings = load(None, env)
    processes = []

    async def work() -> None:
        await make_topics(settings)
        await write(redis_url, alert("a"))
        processes.append(first := Process(env, tmp_path / "log"))
        async with first.asked() as client:
            await ready(client)
            asking = asyncio.create_task(client.post("/api/alerts/a/acknowledge", {"seen": 0}))
            while not await records(settings, "offbook.actions"):
                assert not asking.done()
            os.kill(first.process.pid, signal.SIGKILL)
            with pytest.raises(aiohttp.ClientError):
                await asking
        async with delivering(settings):
            processes.append(second := Process(env, tmp_path / "log"))
            async with second.asked() as client:
                await ready(client)
                await client.until(
                    "/api/alerts/a", lambda _, it: it["handling"]["state"] == "acknowledged"
                )
                # Whoever was cut off and asks again, as they saw it, is told that it is done.
                status, _ = await client.post("/api/alerts/a/acknowledge", {"seen": 0})
                assert status == 409
                _, it = await client.get("/api/alerts/a")
                assert (it["handling"]["seen"], len(it["history"])) == (1, 1)
        assert len(await records(settings, "offbook.actions")) == 1

    try:
        asyncio.run(work())
        assert processes[1].end() == 0
        said = (tmp_path / "log").read_text("utf-8")
        for secret in ("e-7", "c-9", "token-of", "Traceback"):
            assert secret not in said
        assert "ended" in said
    finally:
        for it in processes:
            it.process.kill()


def test_it_waits_for_servers_that_are_away_and_says_which(tmp_path: Path) -> None:
    kafka, store = EmbeddedKafka(), EmbeddedRedis(durable=True)
    with kafka, store:
        env = variables(kafka.bootstrap, store.url, "", write_readers(tmp_path))
        settings = load(None, env)

        async def before() -> None:
            await make_topics(settings)
            await write(store.url, alert("a"))

        asyncio.run(before())
        store.kill()
        stack = contextlib.ExitStack()
        stack.enter_context(paused(kafka))
        process = Process(env, tmp_path / "log")

        async def work() -> None:
            async with process.asked() as client:
                status, told = await client.get("/api/alerts")
                assert (status, told["title"]) == (503, "Service Unavailable")
                assert (await client.get("/readyz", None))[0] == 503
                await asyncio.to_thread(store.start)
                await client.until("/api/alerts", lambda status, _: status == 200)
                # Reading needs no Kafka, acting does, and so does looking at a person.
                for status, told in (
                    await client.post("/api/alerts/a/acknowledge"),
                    await client.get("/api/employees/e-7/timeline"),
                ):
                    assert (status, told["detail"].startswith("Kafka: ")) == (503, True)
                stack.close()
                await ready(client)
                assert (await client.get("/api/employees/e-7/timeline"))[0] == 200
                with redis.Redis.from_url(store.url) as server:
                    server.flushall()
                await client.until("/api/alerts", lambda _, it: it.get("total") == 0)
                await write(store.url, alert("b"))
                await client.until("/api/alerts", lambda _, it: ids(it) == ["b"])

        try:
            asyncio.run(work())
            assert process.end() == 0
        finally:
            stack.close()
            process.process.kill()


def test_without_the_topics_it_ends_and_says_how_to_make_them(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    env = variables(kafka.bootstrap, redis_url, topic_prefix, write_readers(tmp_path))
    done = offbook("desk", **env)
    assert done.returncode == 1
    assert "run `offbook topics create`" in done.stderr


def test_without_readers_it_does_not_start() -> None:
    done = offbook("desk")
    assert done.returncode == 2
    assert done.stderr.startswith("offbook: readers_file: is not set: name a TOML file")


def test_a_port_that_is_taken_is_one_line(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    env = variables(kafka.bootstrap, redis_url, topic_prefix, write_readers(tmp_path))

    async def work() -> Any:
        taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = taken.sockets[0].getsockname()[1]
        env["OFFBOOK_DESK_PORT"] = str(port)
        async with taken:
            return await asyncio.to_thread(offbook, "desk", **env)

    done = asyncio.run(work())
    assert done.returncode == 1
    assert "is taken: set desk_port to another" in done.stderr
