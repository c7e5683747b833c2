"""The port for machines: `/metrics`, `/healthz` and `/readyz`.

It has no access control, so it listens on loopback unless told otherwise.
"""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from typing import ClassVar

import structlog
from aiohttp import web

from offbook.sinks.health import Health, Report
from offbook.sinks.metrics import Metrics

_log = structlog.get_logger(__name__)

_INDEX = """Offbook

/metrics  figures for Prometheus
/healthz  is the process alive
/readyz   can it do its work
"""


class ListenError(RuntimeError):
    """The port cannot be had: taken, forbidden, or the address is not this machine's. One line."""

    retryable: ClassVar[bool] = False


class HttpServer:
    """Serves `metrics` and `health` on `host:port`; port 0 takes a free one, see `port`."""

    def __init__(
        self, metrics: Metrics, health: Health, *, host: str = "127.0.0.1", port: int = 9464
    ) -> None:
        self._metrics = metrics
        self._health = health
        self._host = host
        self._wanted = port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port it listens on. Raises `RuntimeError` while it does not."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("not listening")
        return int(self._runner.addresses[0][1])

    async def start(self) -> int:
        """Listen, and return the port. Raises `ListenError`."""
        app = web.Application(middlewares=[_fault])
        app.router.add_get("/", self._index)
        app.router.add_get("/metrics", self._figures)
        app.router.add_get("/healthz", self._liveness)
        app.router.add_get("/readyz", self._readiness)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._wanted).start()
        except OSError as error:
            await runner.cleanup()
            raise self._cannot(error) from error
        self._runner = runner
        return self.port

    async def stop(self) -> None:
        """Stop listening; answers under way get a second."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _cannot(self, error: OSError) -> ListenError:
        where = f"{self._host}:{self._wanted}"
        if error.errno == errno.EADDRINUSE:
            return ListenError(f"port {where} is taken: choose another with --metrics-port")
        return ListenError(f"cannot listen on {where}: {error.strerror or error}")

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
async def _fault(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
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
