"""The port to which systems post. One is answered as it wants to be only for what Kafka has; for
what it may yet have, it is 503, and the sender tries again."""

from __future__ import annotations

import asyncio
import io
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from aiohttp import web

from connectors.receiving.door import Bucket, is_in, sender
from connectors.receiving.figures import Figures, Refusal
from connectors.receiving.intake import Intake
from connectors.receiving.letters import Whence
from connectors.receiving.outbox import KeepError
from connectors.receiving.secret_files import Rotating, SecretFiles
from connectors.receiving.settings import Webhook
from connectors.signatures.kinds import build
from connectors.signatures.signature import MOST_BYTES, Answered, Refused, Request, Signature
from contract.rejected import MAX_BYTES
from sinks.health import Health
from sinks.tally import Tally
from streams.service.listening import ListenError, Port

#: Seconds for a request from its head to its answer: WeCom hangs up after 5.
_PATIENCE: Final = 4.0
#: Seconds that what is in hand gets at the end.
_ENDING: Final = 5.0
#: Connections at a time, each with a body of 1 MiB at most that nobody has proven yet.
_MOST: Final = 64
_AGAIN: Final = "5"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.get_logger(__name__)


class Door:
    """One webhook. Raises `SignatureSettingError` if its secrets cannot be used."""

    def __init__(self, intake: Intake, webhook: Webhook) -> None:
        self.intake = intake
        self.webhook = webhook
        self.name = intake.job.name
        self.bucket = Bucket(webhook.per_second, webhook.burst)
        files = SecretFiles(intake.job.base)
        self.signature: Rotating[Signature] = Rotating(
            self.name, files, lambda it: build(webhook.signature, webhook.table, it.read)
        )


class WebhookServer:
    """Serves the doors on `host:port`; port 0 takes a free one, see `port`."""

    def __init__(
        self,
        doors: Sequence[Door],
        figures: Figures,
        health: Health,
        *,
        host: str,
        port: int,
        clock: Callable[[], float] = time.time,
        patience: float = _PATIENCE,
    ) -> None:
        self._doors = {it.webhook.path: it for it in doors}
        self._figures = figures
        self._health = health
        self._clock = clock
        self._patience = patience
        self._closing = False
        self._port = Port(host, port, patience=2 * patience, most=_MOST)
        self.refused = Tally("requests to webhooks are refused")

    @property
    def port(self) -> int:
        """The port it listens on. Raises `RuntimeError` while it does not."""
        return self._port.number

    async def start(self) -> int:
        """Listen, and return the port. Raises `ListenError`."""
        app = web.Application(middlewares=[self._port.guarded], client_max_size=MOST_BYTES)
        app.router.add_route("*", "/{path:.*}", self._asked)
        try:
            await self._port.open(
                app,
                shutdown_timeout=_ENDING,
                # A body that is not wanted is taken all the same, or the answer would be lost.
                lingering_time=2.0,
            )
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise ListenError(
                f"cannot listen on {self._port.where}: {why}; choose with --host, --port"
            ) from error
        for door in self._doors.values():
            self._health.ok(f"connector {door.name}")
        return self.port

    async def stop(self) -> None:
        """Stop listening; what is in hand is kept and answered."""
        self._closing = True
        await self._port.close()
        self.refused.tell(time.monotonic(), last=True)

    def look(self) -> None:
        """Tell of what was refused, and see whether secrets have changed: once a second or so."""
        self.refused.tell(time.monotonic())
        for door in self._doors.values():
            door.signature.current()
            self._tell_of_secret(door)

    async def _asked(self, request: web.Request) -> web.Response:
        door = self._doors.get(request.path)
        if door is None:
            self._figures.unknown_path()
            return web.Response(status=404, text="There is nothing here.\n")
        if self._closing:
            return self._turn_away(door, "closing", 503)
        try:
            async with asyncio.timeout(self._patience):
                return await self._received(door, request)
        except TimeoutError:
            return self._turn_away(door, "slow", 503)
        except KeepError:
            return self._turn_away(door, "kafka", 503)
        except web.HTTPRequestEntityTooLarge:
            return self._turn_away(door, "too_large", 413)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it is told in the log alone
            _log.exception("cannot answer", connector=door.name)
            return self._turn_away(door, "failed", 500)

    async def _received(self, door: Door, request: web.Request) -> web.Response:
        webhook = door.webhook
        if webhook.allow:
            forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
            address = sender(request.remote, forwarded, webhook.proxies)
            if address is None or not is_in(address, webhook.allow):
                return self._turn_away(door, "address", 403)
        body = await request.read()
        signature = door.signature.current()
        now = self._clock()
        verdict = signature.verify(_asked_as(request, body), now)
        if isinstance(verdict, Refused):
            self.refused.add(f"{door.name}:", f"{verdict.reason}. {verdict.mend}")
            self.refused.tell(time.monotonic())
            return self._turn_away(door, "unproven", 403)
        if isinstance(verdict, Answered):
            return _answer(verdict)
        # Only those who have proven themselves use up what is allowed to them.
        if (wait := door.bucket.take(time.monotonic())) > 0:
            return self._turn_away(door, "rate", 429, str(max(1, round(wait))))
        raw = verdict.body if len(verdict.body) <= MAX_BYTES else None
        stream = io.BytesIO(verdict.body)
        await door.intake.take(stream, Whence(raw=raw), patience=0.75 * self._patience)
        nonce = secrets.token_hex(8)
        return _answer(signature.accepted(self._clock(), nonce, verdict.secret))

    def _tell_of_secret(self, door: Door) -> None:
        if door.signature.fault:
            self._health.bad(f"connector {door.name}", door.signature.fault)
        else:
            self._health.ok(f"connector {door.name}")

    def _turn_away(
        self, door: Door, reason: Refusal, status: int, again: str = _AGAIN
    ) -> web.Response:
        """Whoever sent it is not told what would have been right."""
        self._figures.refused(door.name, reason)
        headers = {"Retry-After": again} if status in (429, 503) else None
        text = "Try again later.\n" if headers else "Refused.\n"
        return web.Response(status=status, text=text, headers=headers)


def _asked_as(request: web.Request, body: bytes) -> Request:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers.setdefault(name.lower(), value)
    query = {name: request.query[name] for name in request.query}
    return Request(request.method, request.path, str(request.url), query, headers, body)


def _answer(it: Answered) -> web.Response:
    return web.Response(body=it.body, status=it.status, headers={"Content-Type": it.content_type})
