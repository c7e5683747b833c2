"""Opens a page of the desk as a browser does: logs in, is sent on, and reads it."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar, DefaultCookiePolicy


def visited(base: str, token: str, path: str) -> str:
    """The HTML at `path` for whoever has this token. Raises `OSError` if there is no such page."""
    # A name that is a number has cookies only under the rules of old.
    jar = CookieJar(DefaultCookiePolicy(rfc2965=False, netscape=True))
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = urllib.parse.urlencode({"token": token, "to": path}).encode()
    with opener.open(f"{base}/login", form, timeout=10) as answer:
        if urllib.parse.urlsplit(answer.url).path != path:
            raise OSError(f"sent to {answer.url}")
        return str(answer.read().decode("utf-8"))
