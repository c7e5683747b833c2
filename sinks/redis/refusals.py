"""Why a Redis refuses a connection in a way that waiting does not help: TLS or the password."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from redis import exceptions as errors

from sinks.faults import chain

_URL: Final = "redis_url (OFFBOOK_REDIS_URL, or OFFBOOK_REDIS_URL_FILE)"
#: Seconds to find out whether a port that closes the connection wants TLS.
_PATIENCE: Final = 2.0


async def connection_refusal(error: Exception, url: str, why: str) -> str | None:
    """What to say after "Redis at …"; None if nothing was refused. `why` is what may be told of
    `error`."""
    for it in chain(error):
        if isinstance(it, ssl.SSLCertVerificationError):
            return (
                f"is not trusted, so TLS is refused ({it.verify_message or 'certificate'}): give"
                " the certificate of its authority, ?ssl_ca_certs=/path.pem at the end of"
                f" {_URL}, and the host's name as it stands in the certificate"
            )
        if isinstance(it, ssl.SSLError) and not isinstance(it, ssl.SSLEOFError):
            return (
                f"refuses TLS ({it.reason or 'no agreement'}): if it speaks none on this port,"
                f" write redis:// in {_URL}; if it asks for a certificate of ours, add"
                " ?ssl_certfile=/path.pem&ssl_keyfile=/path.pem"
            )
    if isinstance(error, errors.AuthenticationError | errors.AuthorizationError) or any(
        it in why for it in ("NOAUTH", "WRONGPASS", "AUTH <password>", "Authentication required")
    ):
        return _password(why, is_given="@" in url or "password=" in url)
    if not isinstance(error, errors.ConnectionError | errors.TimeoutError | OSError):
        return None
    # A server that is spoken to otherwise than it speaks hangs up, or waits for the end of what it
    # takes for a command.
    if url.startswith("redis://") and "closed" in why.lower() and await _speaks_tls(url):
        return f"speaks TLS only on this port: write rediss:// in {_URL}"
    if url.startswith("rediss://") and "refused" not in why.lower() and await _speaks_plain(url):
        return f"speaks no TLS on this port, so it is refused: write redis:// in {_URL}"
    return None


def _password(why: str, *, is_given: bool) -> str:
    if not is_given:
        what = "asks for a password, and none is given: redis://USER:PASSWORD@HOST:6379/0"
    elif "without any password" in why or "no password is set" in why:
        what = "has no password set, and one is given: leave it out, or set one there"
    else:
        what = "refuses the password: user and password do not belong together, or it is disabled"
    return f"{what}; mend {_URL} ({why})"


async def _speaks_tls(url: str) -> bool:
    # To see whether TLS is spoken at all: nothing is sent over it.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(_PATIENCE), _connected(url, context):
            return True
    except (OSError, TimeoutError):
        return False


async def _speaks_plain(url: str) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE), _connected(url, None) as (reader, writer):
            writer.write(b"PING\r\n")
            return await reader.read(1) in (b"+", b"-")
    except (OSError, TimeoutError):
        return False


@asynccontextmanager
async def _connected(
    url: str, context: ssl.SSLContext | None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 6379, ssl=context)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
