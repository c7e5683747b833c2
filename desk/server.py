"""The desk's port: the API, `/healthz`, `/readyz` and `/metrics`.

It speaks plain HTTP and listens on loopback unless set otherwise: TLS is a proxy's work. Tokens
guard `/api`; what lies beside it says nothing about anybody. There is no access log: addresses hold
ids of people.
"""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog
from aiohttp import web

from desk.http.figures import DeskFigures
from desk.http.problems import problem, problem_of
from sinks.faults import is_for_people, told
from sinks.health import Health, Report
from streams.service.listening import ListenError, Port

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Seconds for a request to come whole and for its answer to be taken. An action waits ten seconds
#: for its effect, and for Kafka before that.
_PATIENCE: Final = 30.0
#: Connections at a time: a dashboard opens six a browser.
_MOST: Final = 256
#: Bytes of a body.
LARGEST: Final = 64 * 1024

_log = structlog.get_logger(__name__)


class Part(Protocol):
    """What answers at some addresses: the API, or pages."""

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Answer at these addresses."""


class DeskServer:
    """Serves `parts` on `host:port`; port 0 takes a free one, see `start`. `origin` is the one
    whose pages may ask from a browser."""

    def __init__(
        self,
        parts: tuple[Part, ...],
        health: Health,
        figures: DeskFigures,
        *,
        host: str,
        port: int,
        origin: str | None = None,
    ) -> None:
        self._parts = parts
        self._health = health
        self._figures = figures
        self._port = Port(host, port, patience=_PATIENCE, most=_MOST)
        self._origin = origin

    def app(self) -> web.Application:
        """What answers, without a port."""
        app = web.Application(
            middlewares=[self._port.guarded, self._across_origins, self._counted, _failing],
            client_max_size=LARGEST,
        )
        app.router.add_get("/healthz", self._liveness)
        app.router.add_get("/readyz", self._readiness)
        app.router.add_get("/metrics", self._metrics)
        for part in self._parts:
            part.add_to(app.router)
        return app

    async def start(self) -> int:
        """Listen, and return the port. Raises `ListenError`."""
        try:
            return await self._port.open(
                self.app(), shutdown_timeout=5.0, keepalive_timeout=_PATIENCE, lingering_time=1.0
            )
        except OSError as error:
            raise self._cannot(error) from error

    async def stop(self) -> None:
        """Stop listening; answers under way get five seconds."""
        await self._port.close()

    def _cannot(self, error: OSError) -> ListenError:
        where = self._port.where
        if error.errno == errno.EADDRINUSE:
            return ListenError(f"port {where} is taken: set desk_port to another")
        return ListenError(
            f"cannot listen on {where}: {error.strerror or error}: is desk_host of this machine?"
        )

    @web.middleware
    async def _across_origins(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let the pages of one other origin ask, if one is set; a browser keeps all others out."""
        if self._origin is None or request.headers.get("Origin") != self._origin:
            return await handler(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            answer: web.StreamResponse = web.Response(status=204)
            answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
            answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        else:
            answer = await handler(request)
        answer.headers["Access-Control-Allow-Origin"] = self._origin
        answer.headers["Vary"] = "Origin"
        return answer

    @web.middleware
    async def _counted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        self._figures.count(_route(request), answer.status)
        return answer

    async def _liveness(self, _: web.Request) -> web.Response:
        return _report(self._health.liveness())

    async def _readiness(self, _: web.Request) -> web.Response:
        return _report(self._health.readiness())

    async def _metrics(self, request: web.Request) -> web.Response:
        body, content_type = self._figures.exposition(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})


@web.middleware
async def _failing(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every failure with a problem. A fault of ours is told in the log, by its route: its
    address may hold an id."""
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in the log alone
        answer = problem_of(error)
        if answer is not None:
            return answer
        if is_for_people(error):
            _log.warning("cannot answer", route=_route(request), error=told(error))
        else:
            _log.exception("cannot answer", route=_route(request))
        return problem(500, "a fault of the desk: its log says where")


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "other" if resource is None else resource.canonical


def _report(report: Report) -> web.Response:
    return web.Response(
        body=report.json(), status=200 if report.ok else 503, content_type="application/json"
    )
