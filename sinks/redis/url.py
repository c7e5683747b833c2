"""Checks the URL of a Redis, and decides what of it may be shown.

No message repeats the URL: a password that was written incorrectly can be in any part of it.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

_FORM: Final = "redis://USER:PASSWORD@HOST:6379/0"
_ENCODE: Final = (
    "in user and password write special characters as %XX: @ is %40, / is %2F, # is %23, ? is %3F,"
    " : is %3A, [ is %5B"
)
#: Characters of a user or password that may well be part of another word.
_SHORT: Final = 5
#: What may stand behind a `?`; what else redis-py takes there would change how we talk to it.
_OPTIONS: Final = frozenset(
    {
        *("db", "username", "password", "client_name", "protocol", "health_check_interval"),
        *("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile", "ssl_password"),
        *("ssl_cert_reqs", "ssl_check_hostname", "ssl_min_version"),
        *("socket_timeout", "socket_connect_timeout", "socket_keepalive", "max_connections"),
    }
)


def redis_url_fault(url: str) -> str | None:
    """What is wrong with `url`, as a clause that quotes nothing of it; None if it can be used."""
    scheme = url.partition("://")[0]
    if scheme not in ("redis", "rediss", "unix") or "://" not in url:
        return "must begin with redis://, rediss:// (TLS) or unix://"
    parts = _split(url)
    if parts is None or "@" in f"{parts.path}{parts.query}" or parts.fragment:
        return f"cannot be told apart into {_FORM}: {_ENCODE}"
    options = parse_qs(parts.query, keep_blank_values=True).keys()
    if options - _OPTIONS:
        return f"has an option that is none; known are {', '.join(sorted(_OPTIONS))}"
    if scheme != "rediss" and any(name.startswith("ssl_") for name in options):
        return "has options of TLS and no TLS: write rediss://"
    if scheme == "unix":
        return None if parts.path else "has no path: unix:///run/redis.sock"
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        return (
            f"has a port that is no number from 1 to 65535; a password stands before an @: {_FORM}"
        )
    if not parts.hostname:
        return f"has no host: {_FORM}"
    if not re.fullmatch(r"/?\d*", parts.path):
        return "must end in the number of a database, such as /0, or in nothing"
    return None


def redis_address(url: str) -> str:
    """`host:port`, or the path of a socket: what a message may show. Empty if `url` has a fault."""
    parts = _split(url)
    if parts is None or redis_url_fault(url) is not None:
        return ""
    if parts.scheme == "unix":
        return unquote(parts.path)
    host = parts.hostname or ""
    return f"[{host}]:{parts.port or 6379}" if ":" in host else f"{host}:{parts.port or 6379}"


class Secrets:
    """User and password of `url`, to be removed from the messages of servers and libraries."""

    def __init__(self, url: str) -> None:
        parts = _split(url)
        known = {url}
        if parts is not None:
            options = parse_qs(parts.query)
            for text in (
                *(parts.username or "", parts.password or ""),
                *options.get("username", ()),
                *options.get("password", ()),
                *options.get("ssl_password", ()),
            ):
                known |= {text, unquote(text), quote(unquote(text), safe="")}
        words = [
            # A user called `a` is not to be taken out of all that has an a.
            re.escape(text) if len(text) > _SHORT else rf"(?<!\w){re.escape(text)}(?!\w)"
            for text in sorted(known - {""}, key=len, reverse=True)
        ]
        # An empty pattern would match everywhere, this one nowhere.
        self._pattern = re.compile("|".join(words) or "(?!)")

    def without(self, text: str) -> str:
        """`text` with `***` for each of them, and without the arguments of a command it quotes."""
        return self._pattern.sub("***", re.split(r",? with args\b", text)[0])


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
