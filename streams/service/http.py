"""The port for machines: `/metrics`, `/healthz` and `/readyz`.

It has no access control, so it listens on loopback unless configured otherwise. Clients can block
neither it nor the worker: see `streams.service.http_guard`. Bodies are not read.
"""

from __future__ import annotations

import errno
from typing import Protocol

import structlog
from aiohttp import web

from sinks.health import Health, Report
from streams.service.http_guard import MOST, PATIENCE
from streams.service.listening import Handler, ListenError, Port

_log = structlog.get_logger(__name__)

_INDEX = """Offbook

/metrics  figures for Prometheus
/healthz  is the process alive
/readyz   can it do its work
"""


class Exposed(Protocol):
    """Figures for Prometheus."""

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """The page and its content type, as the header Accept asks for it."""


class HttpServer:
    """Serves `metrics` and `health` on `host:port`; port 0 takes a free one, see `port`.

    `patience` and `most` are those of `http_guard`.
    """

    def __init__(
        self,
        metrics: Exposed,
        health: Health,
        *,
        host: str = "127.0.0.1",
        port: int = 9464,
        patience: float = PATIENCE,
        most: int = MOST,
    ) -> None:
        self._metrics = metrics
        self._health = health
        self._patience = patience
        self._port = Port(host, port, patience=patience, most=most)

    @property
    def port(self) -> int:
        """The port it listens on. Raises `RuntimeError` while it does not."""
        return self._port.number

    async def start(self) -> int:
        """Listen, and return the port. Raises `ListenError`."""
        app = web.Application(middlewares=[self._port.guarded, _fault])
        app.router.add_get("/", self._index)
        app.router.add_get("/metrics", self._figures)
        app.router.add_get("/healthz", self._liveness)
        app.router.add_get("/readyz", self._readiness)
        try:
            return await self._port.open(
                app,
                shutdown_timeout=1.0,
                keepalive_timeout=self._patience,
                # We need no body: it is not waited for once we have answered.
                lingering_time=0.0,
            )
        except OSError as error:
            raise self._cannot(error) from error

    async def stop(self) -> None:
        """Stop listening; answers under way get a second."""
        await self._port.close()

    def _cannot(self, error: OSError) -> ListenError:
        where = self._port.where
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
