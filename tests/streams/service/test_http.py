"""The port for machines, asked over HTTP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.service.http import HttpServer
from streams.service.listening import ListenError

Get = Callable[[str], Awaitable[tuple[int, str, str]]]


def serving(
    metrics: Metrics, health: Health, work: Callable[[Get], Awaitable[Any]], **options: Any
) -> Any:
    async def run() -> Any:
        server = HttpServer(metrics, health, **{"port": 0, **options})
        port = await server.start()
        assert port == server.port > 0
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:

                async def get(path: str) -> tuple[int, str, str]:
                    async with session.get(path) as answer:
                        return answer.status, answer.content_type, await answer.text()

                return await work(get)
        finally:
            await server.stop()

    return asyncio.run(run())


def test_prometheus_can_scrape_it() -> None:
    metrics = Metrics(detectors={"offbook-payment": ("critical",)})
    metrics.events.count("payments", "accepted", 3)

    async def work(get: Get) -> None:
        status, content_type, page = await get("/metrics")
        assert (status, content_type) == (200, "text/plain")
        families = {family.name: family for family in parse(page)}
        assert families["offbook_events"].type == "counter"
        assert families["offbook_detection_latency_seconds"].type == "histogram"

    serving(metrics, Health(), work)


def test_the_probes_answer_in_json_with_the_status_an_orchestrator_reads() -> None:
    health = Health()
    health.expect("redis")

    async def work(get: Get) -> None:
        assert (await get("/healthz"))[0] == 200
        status, content_type, body = await get("/readyz")
        assert (status, content_type) == (503, "application/json")
        assert '"redis":{"ok":false' in body
        health.ok("redis")
        assert (await get("/readyz"))[0] == 200
        health.fatal("recovery", "gone")
        assert (await get("/healthz"))[0] == 503

    serving(Metrics(), health, work)


def test_the_index_names_the_pages_and_there_are_no_others() -> None:
    async def work(get: Get) -> None:
        _, _, page = await get("/")
        assert all(path in page for path in ("/metrics", "/healthz", "/readyz"))
        assert (await get("/tables"))[0] == 404

    serving(Metrics(), Health(), work)


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = HttpServer(Metrics(), Health(), port=port)
        with pytest.raises(ListenError, match=f"127.0.0.1:{port} is taken") as caught:
            asyncio.run(server.start())
    assert not caught.value.retryable
    assert "\n" not in str(caught.value)


def test_an_address_of_another_machine_is_one_clear_line() -> None:
    with pytest.raises(ListenError, match=r"cannot listen on 192\.0\.2\.1"):
        asyncio.run(HttpServer(Metrics(), Health(), host="192.0.2.1", port=0).start())


def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    async def run() -> None:
        server = HttpServer(Metrics(), Health(), port=0)
        port = await server.start()
        try:
            outside = socket.gethostbyname(socket.gethostname())
            if not outside.startswith("127."):
                with pytest.raises(OSError):
                    await asyncio.open_connection(outside, port)
        finally:
            await server.stop()
        with pytest.raises(RuntimeError):
            _ = server.port

    asyncio.run(run())
