"""How an answer is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

from contract.spelling.shown import shown_json

JSON: Final = "application/json"
_encode = msgspec.json.Encoder().encode


def json_answer(
    body: Any,
    *,
    status: int = 200,
    content_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """`body` as JSON. What acts on a terminal or a page is escaped as JSON does it, so that it says
    the same to a program and does nothing where somebody looks at the bytes."""
    text = shown_json(_encode(body).decode()).replace("<", "\\u003c").replace(">", "\\u003e")
    return web.Response(
        body=text.encode(),
        status=status,
        headers={
            "Content-Type": content_type,
            "X-Content-Type-Options": "nosniff",
            # Names, and what changes every second.
            "Cache-Control": "no-store",
            **(headers or {}),
        },
    )
