"""One attempt to send one message to a robot, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp
import msgspec
from aiohttp import ClientTimeout
from yarl import URL

from robots.answer import Answer
from robots.kinds.catalogue import KINDS
from robots.kinds.kind import Kind
from robots.settings import Robot

#: Bytes of an answer; they have a hundred or so.
_MOST: Final = 64 * 1024
#: Seconds that a `Retry-After` is believed.
_LONGEST_AFTER: Final = 600.0


class Post:
    """Posts to one robot. It never raises: whatever happens is an `Answer`, in words of ours.

    An error of the HTTP client may have the address in its text, and with it the token: of one, the
    class is told. Redirects are not followed, for the token would go along.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        robot: Robot,
        timeout: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._robot = robot
        self._kind: Kind = KINDS[robot.kind]
        self._timeout = timeout
        self._now = now

    async def __call__(self, body: Mapping[str, Any]) -> Answer:
        """Send a message; takes at most the timeout, in seconds."""
        secret = None if self._robot.secret is None else self._robot.secret.reveal()
        at = self._now()
        try:
            # As it is: what is encoded in a signature must stay so.
            url = URL(self._kind.address(self._robot.url.reveal(), secret, at), encoded=True)
            async with self._session.post(
                url,
                data=msgspec.json.encode(self._kind.signed(body, secret, at)),
                headers={"Content-Type": "application/json; charset=utf-8"},
                timeout=ClientTimeout(total=self._timeout),
                allow_redirects=False,
            ) as response:
                return self._judge(response, await _read(response))
        except TimeoutError:
            return Answer("again", f"did not answer within {self._timeout:g} s")
        except ValueError:
            # yarl's, and aiohttp's for an address it cannot use.
            return Answer("refused", "has no address that can be posted to: see url_file")
        except (aiohttp.ClientError, OSError) as error:
            return Answer("again", f"cannot be reached ({type(error).__name__})")

    def _judge(self, response: aiohttp.ClientResponse, body: bytes) -> Answer:
        status = response.status
        if status == 429:
            return Answer("throttled", "answered HTTP 429", after=_after(response))
        if status >= 500 or status == 408:
            return Answer("again", f"answered HTTP {status}")
        answer = self._kind.judge(body)
        if status == 200 or answer.code is not None:
            return answer
        return Answer("refused", f"answered HTTP {status}: is the address in url_file right?")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > _MOST:
            break
    return bytes(body)


def _after(response: aiohttp.ClientResponse) -> float | None:
    """Seconds, where the answer says; a date there is not read."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), _LONGEST_AFTER) if text.isascii() and text.isdigit() else None
