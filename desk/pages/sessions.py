"""Who is logged in: a cookie that says nothing, and what it stands for, in memory.

A restart of the desk logs everybody out. A form bears the session's own token: another site's page
cannot know it.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from desk.readers import Reader

#: Seconds until somebody has to log in again.
LASTS: Final = 12 * 3600.0
#: Sessions at a time; the oldest gives way.
_MOST: Final = 10_000


class Session(Struct, frozen=True):
    """Somebody logged in. `form_token` is what their forms bear; `until` by the clock (s)."""

    reader: Reader
    form_token: str
    until: float

    def __repr__(self) -> str:
        return f"Session({self.reader!r})"


class Sessions:
    """All of them. `clock` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def open(self, reader: Reader) -> str:
        """Log in; the value of the cookie."""
        while len(self._sessions) >= _MOST:
            self._sessions.pop(next(iter(self._sessions)))
        key = secrets.token_urlsafe(32)
        until = self._clock() + LASTS
        self._sessions[key] = Session(reader, secrets.token_urlsafe(32), until)
        return key

    def of(self, key: str | None) -> Session | None:
        """Whose cookie it is; None if it is nobody's, or is over."""
        session = self._sessions.get(key or "")
        if session is not None and session.until <= self._clock():
            self.close(key)
            return None
        return session

    def close(self, key: str | None) -> None:
        """Log out."""
        self._sessions.pop(key or "", None)


def is_of(session: Session, form_token: str) -> bool:
    """Whether a form is one of this session's pages."""
    return hmac.compare_digest(session.form_token.encode(), form_token.encode())
