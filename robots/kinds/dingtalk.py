"""Group robots of DingTalk (钉钉)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote_plus

import msgspec

from robots.entries import Entry, heading
from robots.fitting import Fitted, fitted
from robots.kinds.kind import Kind, Voice
from robots.kinds.markdown import paragraphs
from robots.texts import in_markdown

#: Bytes of a whole body.
_LIMIT: Final = 20_000
_CHECKS: Final = (
    "its security settings refuse us: is secret_file this robot's, is the clock right within an"
    " hour, is our address allowed, and is its keyword Offbook?"
)
_CONTENT: Final = "its filter refuses what is in the message"


def signature(secret: str, timestamp: str) -> str:
    """What goes into the query, encoded once. `timestamp` is in ms since 1970."""
    said = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return quote_plus(base64.b64encode(said.digest()))


class DingTalk(Kind):
    """Markdown; signed for in the query."""

    per_minute = 20
    #: Beyond 20 a minute a robot is muted for ten.
    hold = 600.0
    hosts = ("oapi.dingtalk.com", "api.dingtalk.com")
    looks_like = "https://oapi.dingtalk.com/robot/send?access_token=…"
    too_fast: ClassVar[frozenset[int]] = frozenset({90018, 90030, 130101, 410100})
    busy: ClassVar[frozenset[int]] = frozenset({-1})
    unfit: ClassVar[Mapping[int, str]] = {
        430101: _CONTENT,
        430102: _CONTENT,
        430103: _CONTENT,
        430104: _CONTENT,
    }
    refused: ClassVar[Mapping[int, str]] = {
        # The one code for all three. A part of a message has no keyword that the whole has not.
        310000: _CHECKS,
        300001: "knows no such token: copy the address of the robot into url_file anew",
        400101: "knows no such token: copy the address of the robot into url_file anew",
        400013: "its group is gone",
        400102: "the robot has been switched off",
    }

    def address(self, url: str, secret: str | None, at: float) -> str:
        if secret is None:
            return url
        timestamp = str(round(at * 1000))
        joint = "&" if "?" in url else "?"
        return f"{url}{joint}timestamp={timestamp}&sign={signature(secret, timestamp)}"

    def message(self, entries: Sequence[Entry], more: int, voice: Voice) -> Fitted:
        mention = voice.mention

        def render(shown: Sequence[Entry], hidden: int) -> tuple[dict[str, Any], int]:
            parts = list(paragraphs(shown, entries, hidden, voice.language, _title))
            grade, text = heading(shown[0], entries, voice.language)
            at: dict[str, Any] = {"isAtAll": False}
            if voice.mentions(entries):
                # Somebody is mentioned only if the text names them too.
                if named := " ".join(f"@{it}" for it in (*mention.mobiles, *mention.users)):
                    parts.insert(-1, named)
                at = {
                    "atMobiles": list(mention.mobiles),
                    "atUserIds": list(mention.users),
                    "isAtAll": mention.all,
                }
            body = {
                "msgtype": "markdown",
                "markdown": {
                    "title": in_markdown(f"{grade} · {text}"),
                    # One line break is none in its markdown.
                    "text": "\n\n".join(parts),
                },
                "at": at,
            }
            return body, len(msgspec.json.encode(body))

        return fitted(entries, more, voice.language, _LIMIT, render)


def _title(grade: str, text: str, _: Entry) -> str:
    return f"### {grade} · {text}"
