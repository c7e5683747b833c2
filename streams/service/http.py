"""The port for machines: `/metrics`, `/healthz` and `/readyz`.

It has no access control, so it listens on loopback unless configured otherwise. Clients can block
neither it nor the worker: see `streams.service.http_guard`. Bodies are not read.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from typing import ClassVar

import structlog
from aiohttp import web

from sinks.health import Health, Report
from sinks.metrics.metrics import Metrics
from streams.service.http_guard import MOST, PATIENCE, Guard

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.get_logger(__name__)

_INDEX = """Offbook

/metrics  figures for Prometheus
/healthz  is the process alive
/readyz   can it do its work
"""


class ListenError(RuntimeError):
    """Cannot listen on the port: taken, forbidden, or the address is not this machine's. One
    line."""

    retryable: ClassVar[bool] = False


class HttpServer:
    """Serves `metrics` and `health` on `host:port`; port 0 takes a free one, see `port`.

    `patience` and `most` are those of `http_guard`.
    """

    def __init__(
        self,
        metrics: Metrics,
        health: Health,
        *,
        host: str = "127.0.0.1",
        port: int = 9464,
        patience: float = PATIENCE,
        most: int = MOST,
    ) -> None:
        self._metrics = metrics
        self._health = health
        self._host = host
        self._wanted = port
        self._patience = patience
        self._most = most
        self._runner: web.AppRunner | None = None
        self._guard: Guard | None = None
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on. Raises `RuntimeError` while it does not."""
        if self._server is None or not self._server.sockets:
            raise RuntimeError("not listening")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> int:
        """Listen, and return the port. Raises `ListenError`."""
        app = web.Application(middlewares=[self._guarded, _fault])
        app.router.add_get("/", self._index)
        app.router.add_get("/metrics", self._figures)
        app.router.add_get("/healthz", self._liveness)
        app.router.add_get("/readyz", self._readiness)
        runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=1.0,
            keepalive_timeout=self._patience,
            # We need no body: it is not unpacked, nor waited for once we have answered.
            auto_decompress=False,
            lingering_time=0.0,
        )
        await runner.setup()
        assert runner.server is not None
        self._guard = guard = Guard(runner.server, patience=self._patience, most=self._most)
        try:
            self._server = await asyncio.get_running_loop().create_server(
                guard, self._host, self._wanted
            )
        except OSError as error:
            await runner.cleanup()
            raise self._cannot(error) from error
        self._runner = runner
        return self.port

    async def stop(self) -> None:
        """Stop listening; answers under way get a second."""
        runner, self._runner = self._runner, None
        server, self._server = self._server, None
        if runner is None or server is None:
            return
        server.close()
        await runner.cleanup()
        if self._guard is not None:
            self._guard.close()
        await server.wait_closed()

    def _cannot(self, error: OSError) -> ListenError:
        where = f"{self._host}:{self._wanted}"
        if error.errno == errno.EADDRINUSE:
            return ListenError(f"port {where} is taken: choose another with --metrics-port")
        return ListenError(f"cannot listen on {where}: {error.strerror or error}")

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        assert self._guard is not None
        with self._guard.answering(request.transport):
            return await handler(request)

    async def _index(self, _: web.Request) -> web.Response:
        return web.Response(text=_INDEX)

    async def _figures(self, request: web.Request) -> web.Response:
        body, content_type = self._metrics.exposition(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _liveness(self, _: web.Request) -> web.Response:
        return _answer(self._health.liveness())

    async def _readiness(self, _: web.Request) -> web.Response:
        return _answer(self._health.readiness())


@web.middleware
async def _fault(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say where a fault of ours is in the log, not to whoever asks."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, it is told in the log alone
        _log.exception("cannot answer", path=request.path)
        return web.Response(status=500, text="It failed; see the log.\n")


def _answer(report: Report) -> web.Response:
    return web.Response(
        body=report.json(), status=200 if report.ok else 503, content_type="application/json"
    )
