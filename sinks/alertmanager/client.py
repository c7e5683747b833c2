"""Posts alerts to Alertmanager's API, version 2, and tells what it refuses from its being away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar, Final, TypeVar
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct

from sinks.sink import SinkError

#: What it says of a request that holds something it will not take; with others, less of it may do.
_SPLIT: Final = (400, 413, 422)
_NOTHING: Final = b"[]"
#: Seconds that a connection is kept while nothing is sent: only Alertmanager is to end it.
_KEPT: Final = 600.0


class AlertmanagerAwayError(SinkError):
    """It does not answer, or answers that it cannot. Nothing of a post's text is in it."""

    retryable: ClassVar[bool] = True


class Post(Struct, frozen=True):
    """One alert as it is posted: `body` is its JSON."""

    body: bytes


_P = TypeVar("_P", bound=Post)


class Client:
    """One Alertmanager. `url` is what stands before `/api/v2/alerts`, with `user:password@` where
    it asks for them; `timeout` the most seconds an answer may take. Nothing connects before the
    first call."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self._url = url.rstrip("/") + "/api/v2/alerts"
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None
        self._is_new = self._gave_up = False
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        self.address: Final = f"{parts.scheme}://{parts.hostname}{port}"

    async def probe(self) -> bool:
        """Post nothing: the same path and the same rights. Whether a connection had to be made
        since the last probe: Alertmanager may have been started anew, and then it knows of nothing
        any more. Raises `AlertmanagerAwayError`."""
        if (status := await self._post(_NOTHING)) is not None:
            raise self._away(f"answers {status}")
        is_new, self._is_new = self._is_new, False
        return is_new

    async def send(self, posts: Sequence[_P]) -> list[_P]:
        """Post these in one request, and return those that it refuses: where it refuses a request,
        halves of it are tried, for one alert that it does not take must not hold back others.
        Raises `AlertmanagerAwayError`; then some may have been taken, and all can be sent again.
        """
        if not posts:
            return []
        status = await self._post(b"[" + b",".join(it.body for it in posts) + b"]")
        if status is None:
            return []
        if status not in _SPLIT:
            raise self._away(f"answers {status}")
        if len(posts) == 1:
            return list(posts)
        half = len(posts) // 2
        return [*await self.send(posts[:half]), *await self.send(posts[half:])]

    async def close(self) -> None:
        """Close the connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, body: bytes) -> int | None:
        """The status of what is no success, None of one."""
        if self._session is None:
            tracing = aiohttp.TraceConfig()
            tracing.on_connection_create_end.append(self._connected)
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=1, keepalive_timeout=_KEPT),
                trace_configs=[tracing],
            )
        try:
            async with self._session.post(
                self._url,
                data=body,
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
            ) as answer:
                return None if answer.status // 100 == 2 else answer.status
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError, ValueError) as error:  # noqa: UP041
            # Not the error's text: it may quote the address, and with it a password.
            self._gave_up = isinstance(error, asyncio.TimeoutError)
            raise self._away(type(error).__name__) from None

    async def _connected(self, *_: Any) -> None:
        # After a timeout it was we who hung up.
        self._is_new = self._is_new or not self._gave_up
        self._gave_up = False

    def _away(self, why: str) -> AlertmanagerAwayError:
        return AlertmanagerAwayError(f"Alertmanager at {self.address}: {why}")
