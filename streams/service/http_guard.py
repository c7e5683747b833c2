"""What aiohttp's server lacks for a port that anybody on the network may reach: limits on how long
it waits for a client and on how many clients there are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

#: Seconds for a request to come whole, for its answer to be taken, and for the next one to begin.
PATIENCE: Final = 10.0
#: Connections at a time. Prometheus, an orchestrator's probes and people need a handful.
MOST: Final = 64


class Guard:
    """Creates the protocol of each connection, which delegates to one that `make` creates.

    If there are too many connections, the one that has been idle longest is closed in favour of the
    newest, so that holding connections open without asking locks nobody out. Only if all of them
    are being answered is the newest closed at once.
    """

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        *,
        patience: float = PATIENCE,
        most: int = MOST,
    ) -> None:
        self._make = make
        self._patience = patience
        self._most = most
        #: In the order in which they were last waited for.
        self._open: dict[asyncio.BaseTransport, _Guarded] = {}

    def __call__(self) -> asyncio.Protocol:
        return _Guarded(self, self._make())

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    @contextmanager
    def answering(self, transport: asyncio.BaseTransport | None) -> Iterator[None]:
        """A complete request has arrived on `transport` and is being answered."""
        guarded = self._open.get(transport) if transport is not None else None
        if guarded is None:
            yield
            return
        guarded.begin(answering=True)
        try:
            yield
        finally:
            if transport in self._open:
                self._open[transport] = self._open.pop(transport)
                guarded.begin(answering=False)

    def close(self) -> None:
        """End all connections."""
        for guarded in list(self._open.values()):
            guarded.abort()

    def admit(self, guarded: _Guarded, transport: asyncio.BaseTransport) -> bool:
        """Whether there is room for it, if necessary after closing another."""
        if len(self._open) >= self._most:
            waited_for = next((it for it in self._open.values() if not it.answering), None)
            if waited_for is None:
                return False
            waited_for.abort()
        self._open[transport] = guarded
        guarded.begin(answering=False)
        return True

    def forget(self, transport: asyncio.BaseTransport) -> None:
        """It is closed."""
        self._open.pop(transport, None)

    def deadline(self, then: Callable[[], None]) -> asyncio.TimerHandle:
        """Call `then` when patience is over."""
        return asyncio.get_running_loop().call_later(self._patience, then)


class _Guarded(asyncio.Protocol):
    """One connection. Arriving bytes do not extend its deadline: a byte now and then is not a
    request."""

    def __init__(self, guard: Guard, inner: asyncio.Protocol) -> None:
        self._guard = guard
        self._inner = inner
        self._transport: Any = None
        self._end: asyncio.TimerHandle | None = None
        self._admitted = False
        self.answering = False

    def begin(self, *, answering: bool) -> None:
        """Wait from now on for the next request, or for the answer to be taken."""
        self.answering = answering
        self._cancel()
        self._end = self._guard.deadline(self.abort)

    def abort(self) -> None:
        """Close it, whatever is under way."""
        self._cancel()
        self._guard.forget(self._transport)
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._admitted = self._guard.admit(self, transport)
        if self._admitted:
            self._inner.connection_made(transport)
        else:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._admitted:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._admitted else None

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel()
        self._guard.forget(self._transport)
        if self._admitted:
            self._inner.connection_lost(exc)

    def _cancel(self) -> None:
        end, self._end = self._end, None
        if end is not None:
            end.cancel()
