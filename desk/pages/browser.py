"""What a browser sends and is sent: the session's cookie, the language, and what a page may do."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from desk.pages.rendering import Language

SESSION: Final = "offbook_session"
LANGUAGE: Final = "offbook_language"
#: Nothing from another host, no script at all, and forms that only come back here.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_A_YEAR: Final = 365 * 86_400


def language_of(request: web.Request) -> Language:
    """What the address asks for, else what was asked for last, else the browser's."""
    asked = request.query.get("lang") or request.cookies.get(LANGUAGE)
    if asked in ("en", "zh"):
        return "zh" if asked == "zh" else "en"
    return "zh" if request.headers.get("Accept-Language", "").lower().startswith("zh") else "en"


def in_other_language(request: web.Request, language: Language) -> str:
    """This address in the other language."""
    query = {**request.query, "lang": "en" if language == "zh" else "zh"}
    return f"{request.path}?{urlencode(query)}"


def local(address: str) -> str:
    """An address of ours to go to, whatever somebody put into a link: else the cases."""
    parts = urlsplit(address)
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours and not parts.netloc and parts.scheme == "" else "/cases"


def page(text: str, request: web.Request, status: int = 200) -> web.Response:
    """An answer that a browser shows."""
    answer = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
    answer.headers.update(
        {
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            # Names, and what changes every second.
            "Cache-Control": "no-store",
        }
    )
    asked = request.query.get("lang")
    if asked in ("en", "zh"):
        answer.set_cookie(LANGUAGE, asked, max_age=_A_YEAR, samesite="Lax", httponly=True)
    return answer


def go_to(address: str) -> web.Response:
    """Where a browser is sent, by GET."""
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
