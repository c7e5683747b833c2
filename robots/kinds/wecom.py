"""Group robots of WeCom (企业微信)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from robots.entries import Entry
from robots.fitting import Fitted, fitted
from robots.kinds.kind import Kind, Voice
from robots.kinds.markdown import in_plain, paragraphs

#: Bytes of a content in markdown, and of one in plain text.
_LIMIT: Final = 4096
_LIMIT_OF_TEXT: Final = 2048


class WeCom(Kind):
    """Markdown; the key is in the address, and nothing is signed.

    Its markdown can mention a userid, and neither everybody nor a mobile: a message that has to is
    plain text.
    """

    per_minute = 20
    hold = 60.0
    hosts = ("qyapi.weixin.qq.com",)
    looks_like = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"
    signs = False
    too_fast: ClassVar[frozenset[int]] = frozenset({45009, 45033})
    busy: ClassVar[frozenset[int]] = frozenset({-1})
    unfit: ClassVar[Mapping[int, str]] = {
        40058: "finds the content too long or malformed: report it, please",
        45002: "finds the content too long: report it, please",
    }
    refused: ClassVar[Mapping[int, str]] = {
        40008: "does not know this type of message: report it, please",
        93000: "knows no such key: copy the address of the robot into url_file anew",
        93008: "the robot is no longer in its group",
        93017: "does not allow the address we come from",
    }

    def message(self, entries: Sequence[Entry], more: int, voice: Voice) -> Fitted:
        mention = voice.mention
        mentions = voice.mentions(entries)
        if mentions and (mention.all or mention.mobiles):
            return self._text(entries, more, voice)
        named = " ".join(f"<@{it}>" for it in mention.users)

        def render(shown: Sequence[Entry], hidden: int) -> tuple[dict[str, Any], int]:
            parts = list(paragraphs(shown, entries, hidden, voice.language, _title))
            if mentions:
                parts.insert(-1, named)
            content = "\n".join(parts)
            body = {"msgtype": "markdown", "markdown": {"content": content}}
            return body, len(content.encode())

        return fitted(entries, more, voice.language, _LIMIT, render)

    def _text(self, entries: Sequence[Entry], more: int, voice: Voice) -> Fitted:
        mention = voice.mention

        def render(shown: Sequence[Entry], hidden: int) -> tuple[dict[str, Any], int]:
            content = "\n".join(in_plain(shown, entries, hidden, voice.language))
            text = {
                "content": content,
                "mentioned_list": [*mention.users, *["@all"] * mention.all],
                "mentioned_mobile_list": list(mention.mobiles),
            }
            return {"msgtype": "text", "text": text}, len(content.encode())

        return fitted(entries, more, voice.language, _LIMIT_OF_TEXT, render)


def _title(grade: str, text: str, entry: Entry) -> str:
    colour = "info" if entry.resolved else "warning" if entry.rank <= 1 else "comment"
    return f'**<font color="{colour}">{grade}</font> · {text}**'
