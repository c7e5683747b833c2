"""A guarded port on which an application answers: what all servers of ours begin and end alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from aiohttp import web

from streams.service.http_guard import Guard

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ListenError(RuntimeError):
    """Cannot listen on the port: taken, forbidden, or the address is not this machine's. One
    line."""

    retryable: ClassVar[bool] = False


class Port:
    """`host:wanted`, a free one if that is 0. `patience` and `most` are those of `http_guard`.

    Its `guarded` has to be the first of the application's middlewares.
    """

    def __init__(self, host: str, wanted: int, *, patience: float, most: int) -> None:
        self.where = f"{host}:{wanted}"
        self._host, self._wanted = host, wanted
        self._patience, self._most = patience, most
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self.guard: Guard | None = None

    @property
    def number(self) -> int:
        """The port it listens on. Raises `RuntimeError` while it does not."""
        if self._server is None or not self._server.sockets:
            raise RuntimeError("not listening")
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self, app: web.Application, **options: Any) -> int:
        """Listen, and return the port. `options` are of aiohttp's runner. Raises `OSError`."""
        # A packed body of a few bytes could be gigabytes, and a signature is of what came.
        runner = web.AppRunner(
            app, access_log=None, handle_signals=False, auto_decompress=False, **options
        )
        await runner.setup()
        assert runner.server is not None
        self.guard = Guard(runner.server, patience=self._patience, most=self._most)
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self.guard, self._host, self._wanted
            )
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        return self.number

    async def close(self) -> None:
        """Stop listening; answers under way get what the runner's `shutdown_timeout` gives them."""
        runner, self._runner = self._runner, None
        server, self._server = self._server, None
        if runner is None or server is None:
            return
        server.close()
        await runner.cleanup()
        if self.guard is not None:
            self.guard.close()
        await server.wait_closed()

    @web.middleware
    async def guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Tell the guard that a request is being answered. Without a port there is none."""
        if self.guard is None:
            return await handler(request)
        with self.guard.answering(request.transport):
            return await handler(request)
