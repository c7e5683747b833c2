"""The port to which Alertmanager posts: `POST /<robot>`, with `/metrics` and `/healthz` beside it.

Alertmanager is answered 200 only for what the robot has accepted. For what may yet be delivered it
is 503, and Alertmanager tries again by itself; for what the robot refuses it is 424, which
Alertmanager counts as failed, and tries again at the group's next interval.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Final, Protocol

import structlog
from aiohttp import web

from contract.secret import Secret
from robots.figures import Figures, Outcome, Turned
from robots.notification import NotificationError, notification_of
from robots.outbox import Outbox

#: Bytes of a body: some 500 alerts. Alertmanager can be told to send fewer (`max_alerts`).
_MOST: Final = 2 * 1024 * 1024
#: Seconds for answers under way, once nothing is in hand any longer.
_ANSWERS: Final = 5.0

_STATUS: Final[Mapping[Outcome, tuple[int, str]]] = {
    "delivered": (200, "delivered"),
    "repeat": (200, "delivered before: a repeat"),
    "refused": (424, "the robot refuses it; the receiver's log says why"),
    "late": (503, "not delivered within the deadline; try again"),
    "held": (503, "the robot must be left alone for a while; try again"),
    "closing": (503, "the receiver is ending; try again"),
    "failed": (500, "a fault of the receiver's; its log says where"),
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.get_logger(__name__)


class ListenError(RuntimeError):
    """Cannot listen on the port. One line."""

    retryable: ClassVar[bool] = False


class Guard(Protocol):
    """Limits how many clients there are, and how long each is waited for."""

    def __call__(self) -> asyncio.Protocol: ...

    def answering(
        self, transport: asyncio.BaseTransport | None
    ) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...


#: Puts a guard in front of what creates the protocol of each connection.
MakeGuard = Callable[[Callable[[], asyncio.Protocol]], Guard]


class Receiver:
    """Serves the outboxes on `host:port`; port 0 takes a free one, see `port`."""

    def __init__(
        self,
        outboxes: Mapping[str, Outbox],
        figures: Figures,
        make_guard: MakeGuard,
        *,
        host: str,
        port: int,
        bearer: Secret | None,
    ) -> None:
        self._outboxes = outboxes
        self._figures = figures
        self._make_guard = make_guard
        self._host = host
        self._wanted = port
        self._bearer = bearer
        self._closing = False
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
        app = web.Application(middlewares=[self._guarded, _fault], client_max_size=_MOST)
        app.router.add_get("/metrics", self._exposition)
        app.router.add_get("/healthz", self._liveness)
        app.router.add_post("/{robot}", self._notified)
        runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_ANSWERS,
            # Alertmanager packs nothing: a small body stays small.
            auto_decompress=False,
            # A body that is not wanted is taken all the same, or the answer would be lost with it.
            lingering_time=2.0,
        )
        await runner.setup()
        assert runner.server is not None
        self._guard = guard = self._make_guard(runner.server)
        try:
            self._server = await asyncio.get_running_loop().create_server(
                guard, self._host, self._wanted
            )
        except OSError as error:
            await runner.cleanup()
            why = error.strerror or type(error).__name__
            raise ListenError(
                f"cannot listen on {self._host}:{self._wanted}: {why}; host and port are in the"
                " settings"
            ) from error
        self._runner = runner
        return self.port

    async def stop(self, patience: float) -> None:
        """Stop listening; what is in hand gets `patience` seconds to be sent and answered."""
        self._closing = True
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(outbox.close(patience) for outbox in self._outboxes.values()))
        if self._runner is not None:
            await self._runner.cleanup()
        if self._guard is not None:
            self._guard.close()

    async def _notified(self, request: web.Request) -> web.Response:
        if not self._is_allowed(request):
            return self._turn_away("unauthorized", 401, "the bearer token is missing or wrong")
        name = request.match_info["robot"]
        outbox = self._outboxes.get(name)
        if outbox is None:
            return self._turn_away("unknown_robot", 404, "there is no such robot in the settings")
        try:
            notification = notification_of(await request.read())
        except web.HTTPRequestEntityTooLarge:
            return self._turn_away(
                "too_large", 413, f"more than {_MOST} bytes: set max_alerts in Alertmanager"
            )
        except NotificationError as error:
            return self._turn_away("unreadable", 400, str(error))
        # If Alertmanager goes away meanwhile it is delivered all the same, and its repeat is known.
        outcome = await outbox.deliver(notification)
        status, words = _STATUS[outcome]
        return web.Response(status=status, text=f"{words}\n")

    def _is_allowed(self, request: web.Request) -> bool:
        if self._bearer is None:
            return True
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        wanted = self._bearer.reveal().encode()
        # In a time that does not depend on how much of it is right.
        said = token.strip().encode("utf-8", "surrogateescape")
        return hmac.compare_digest(said, wanted) and kind.lower() == "bearer"

    def _turn_away(self, reason: Turned, status: int, words: str) -> web.Response:
        self._figures.turned_away(reason)
        _log.warning("a request is turned away", reason=reason, status=status)
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return web.Response(status=status, text=f"{words}\n", headers=headers)

    async def _exposition(self, request: web.Request) -> web.Response:
        body, content_type = self._figures.exposition(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _liveness(self, _: web.Request) -> web.Response:
        idle = sorted(name for name, outbox in self._outboxes.items() if not outbox.alive)
        if self._closing or idle:
            why = "ending" if self._closing else f"no longer sends to {', '.join(idle)}"
            return web.Response(status=503, text=f"{why}\n")
        return web.Response(text="ok\n")

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        assert self._guard is not None
        with self._guard.answering(request.transport):
            return await handler(request)


@web.middleware
async def _fault(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say where a fault of ours is in the log, not to whoever asks."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, it is told in the log alone
        _log.exception("cannot answer")
        return web.Response(status=500, text="It failed; see the log.\n")
