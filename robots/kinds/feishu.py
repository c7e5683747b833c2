"""Group robots of Feishu (飞书) and of Lark, its sister abroad."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import msgspec

from robots.entries import Entry, heading, headline
from robots.fitting import Fitted, fitted
from robots.kinds.kind import Kind, Voice
from robots.kinds.markdown import ending

#: Bytes of a card. The vendor has named 30 KB and, later, 20 KB for the whole body; a card that is
#: too large is refused, and 20 000 bytes of text is more than anybody reads.
_LIMIT: Final = 19_000
#: A card may have 200.
_MOST_ELEMENTS: Final = 180
_COLOURS: Final = {"critical": "red", "warning": "orange", "info": "blue"}
_OTHER: Final = "yellow"
_RESOLVED: Final = "green"


def signature(secret: str, timestamp: str) -> str:
    """What goes into the body. `timestamp` is in seconds since 1970. The text that DingTalk has as
    its message is the key here, and the message is empty."""
    said = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    return base64.b64encode(said.digest()).decode()


class Feishu(Kind):
    """An interactive card; signed for in the body.

    All that comes from alerts stands in elements of plain text, which have no markup that could
    act.
    """

    per_minute = 100
    per_second = 5
    hold = 10.0
    hosts = ("open.feishu.cn",)
    looks_like = "https://open.feishu.cn/open-apis/bot/v2/hook/…"
    too_fast: ClassVar[frozenset[int]] = frozenset({9499, 11232, 11233})
    busy: ClassVar[frozenset[int]] = frozenset({-1, 2200})
    unfit: ClassVar[Mapping[int, str]] = {
        11246: "its checks refuse what is in the card",
    }
    refused: ClassVar[Mapping[int, str]] = {
        19001: "knows no such address: copy the robot's into url_file anew",
        19002: "finds a field missing: report it, please",
        19021: "refuses the signature: is secret_file this robot's, and the clock right within an"
        " hour?",
        19024: "its keyword is not in the message: Offbook always is",
        19022: "does not allow the address we come from",
    }

    def signed(self, body: Mapping[str, Any], secret: str | None, at: float) -> Mapping[str, Any]:
        if secret is None:
            return body
        timestamp = str(int(at))
        return {"timestamp": timestamp, "sign": signature(secret, timestamp), **body}

    def code(self, answer: Mapping[str, Any]) -> object:
        # Older answers have the second name alone.
        return answer.get("code", answer.get("StatusCode"))

    def message(self, entries: Sequence[Entry], more: int, voice: Voice) -> Fitted:
        def render(shown: Sequence[Entry], hidden: int) -> tuple[dict[str, Any], int]:
            grade, text = heading(shown[0], entries, voice.language)
            elements = list(_elements(shown, entries, hidden, voice))
            card = {
                "config": {"wide_screen_mode": True},
                "header": {"title": _plain(f"{grade} · {text}"), "template": _colour(shown[0])},
                "elements": elements,
            }
            body = {"msg_type": "interactive", "card": card}
            if len(elements) > _MOST_ELEMENTS:
                return body, _LIMIT + 1
            return body, len(msgspec.json.encode(body))

        return fitted(entries, more, voice.language, _LIMIT, render)


class Lark(Feishu):
    """The same at other hosts."""

    hosts = ("open.larksuite.com",)
    looks_like = "https://open.larksuite.com/open-apis/bot/v2/hook/…"


def _elements(
    shown: Sequence[Entry], of: Sequence[Entry], more: int, voice: Voice
) -> Iterator[dict[str, Any]]:
    for number, entry in enumerate(shown):
        if number:
            yield {"tag": "hr"}
        if len(of) > 1:
            yield _text(" · ".join(headline(entry)))
        for label, text in entry.lines:
            yield _text(f"{label}: {text}" if label else text)
        if entry.links:
            yield {
                "tag": "action",
                "actions": [
                    {"tag": "button", "text": _plain(words), "url": address, "type": "default"}
                    for words, address in entry.links
                ],
            }
    if voice.mentions(of):
        ids = ["all"] * voice.mention.all + list(voice.mention.users)
        said = " ".join(f"<at id={it}></at>" for it in ids)
        yield {"tag": "div", "text": {"tag": "lark_md", "content": said}}
    for line in ending(of, more, voice.language):
        yield {"tag": "note", "elements": [_plain(line)]}


def _colour(entry: Entry) -> str:
    return _RESOLVED if entry.resolved else _COLOURS.get(entry.severity, _OTHER)


def _text(text: str) -> dict[str, Any]:
    return {"tag": "div", "text": _plain(text)}


def _plain(text: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": text}
