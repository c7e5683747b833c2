"""A port of ours in front of a server, opened when the test wants it to be there."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from offbook.cli.demo.server_process import LOOPBACK, free_port

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """Answers on `port` of loopback while it is open, in a thread of its own; with TLS if it has a
    `context`."""

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None) -> None:
        self.port = free_port()
        self._answer = answer
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def open(self) -> Self:
        """Listen from now on."""

        async def listen() -> None:
            await asyncio.start_server(self._answer, LOOPBACK, self.port, ssl=self._context)

        self._thread.start()
        asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)
        return self

    def close(self) -> None:
        """End it, with all connections."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Relay(Listener):
    """Hands everything on to `port` of loopback and back."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        super().__init__(self._hand_on, context)
        self._behind = port

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            theirs, ours = await asyncio.open_connection(LOOPBACK, self._behind)
            await asyncio.gather(_pipe(reader, ours), _pipe(theirs, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
