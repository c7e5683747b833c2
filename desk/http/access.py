"""Who asks: the reader whose token a request bears, if they may ask at this moment."""

from __future__ import annotations

from math import ceil

from aiohttp import web

from desk.http.limits import Limits
from desk.http.problems import ProblemError
from desk.readers import Reader, Readers


class Access:
    """Tells readers by their tokens, `Authorization: Bearer …`."""

    def __init__(self, readers: Readers, limits: Limits) -> None:
        self._readers = readers
        self._limits = limits

    def reader_of(self, request: web.Request) -> Reader:
        """Raises `ProblemError`: 401 without a token that is somebody's, 429 for too many
        requests."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        reader = None
        if scheme.lower() == "bearer" and token.strip():
            reader = self._readers.of_token(token.strip())
        if reader is None:
            raise ProblemError(
                401,
                "Authorization: must be Bearer and the token of a reader in readers_file",
                {"WWW-Authenticate": 'Bearer realm="offbook"'},
            )
        seconds = self._limits.wait(reader.name)
        if seconds > 0:
            raise ProblemError(
                429,
                "too many requests with this token: wait as long as Retry-After says (s)",
                {"Retry-After": str(ceil(seconds))},
            )
        return reader
