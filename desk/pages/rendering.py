"""From what the desk answers to a page. Nothing that others wrote can act on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from importlib import resources
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from contract.alert import Bilingual
from contract.times import moment, parse_rfc3339
from desk.harmless import templates
from desk.pages.words import WORDS

Language = Literal["en", "zh"]

_TEMPLATES: Final = templates("desk.pages")
_STATIC: Final = resources.files(__package__).joinpath("static")
#: What every page fetches: content and type by address.
FETCHED: Final = {
    "/desk.css": (_STATIC.joinpath("desk.css").read_bytes(), "text/css"),
    "/desk.svg": (_STATIC.joinpath("desk.svg").read_bytes(), "image/svg+xml"),
}


class Rendering:
    """Renders templates in one language and the company's time zone."""

    def __init__(self, language: Language, timezone: str) -> None:
        self.language = language
        self._zone = ZoneInfo(timezone)

    def page(self, template: str, **known: Any) -> str:
        """The HTML of a template."""
        told: Mapping[str, Any] = {
            "language": self.language,
            "lang": "zh-CN" if self.language == "zh" else "en",
            "word": self.word,
            "said": self.said,
            "time": self.time,
            "lasted": _lasted,
            "percent": _percent,
            **known,
        }
        return _TEMPLATES.get_template(template).render(told)

    def word(self, name: str, *filled: Any) -> str:
        """A word of the pages, with its places filled."""
        return self.said(WORDS[name]).format(*filled)

    def said(self, text: Bilingual | None) -> str:
        """A text in the language of the page."""
        if text is None:
            return ""
        return text.zh if self.language == "zh" else text.en

    def time(self, at: int | str) -> str:
        """A moment (µs, or RFC 3339) in the company's time."""
        instant = parse_rfc3339(at) if isinstance(at, str) else at
        return moment(instant).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")


def _lasted(seconds: float | None) -> str:
    """`1:05:00`; a dash for what nobody knows."""
    return "–" if seconds is None else str(timedelta(seconds=round(seconds)))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
