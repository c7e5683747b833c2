"""Text from alerts, made fit to be shown: in one line, no longer than it may be, and harmless in
the markup of a message.

What means something to a renderer is replaced by its full-width twin and not escaped by a
backslash or an entity: each of these products reads a dialect of its own, on each platform, and a
renderer that does not know the escape shows it or, worse, obeys what comes after it.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

from contract.spelling.shown import shown
from robots.words import Language, word

#: An address longer than this is no link that somebody meant.
LONGEST_ADDRESS: Final = 500
#: `<@id>` mentions somebody in any message of WeCom's, `@` in DingTalk's; `&` begins an entity.
_ACTS: Final = str.maketrans({it: chr(ord(it) + 0xFEE0) for it in "<>@&"})
_ACTS_IN_MARKDOWN: Final = str.maketrans(
    {it: chr(ord(it) + 0xFEE0) for it in r"<>@&*`[]#~|!\$" + "{}"}
)
#: One inside a name, as in `offbook_open_alerts`, is copied far more often than it is misread.
_UNDERSCORE: Final = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
#: At the beginning of a line: a list, or a heading's underline.
_BEGINS: Final = re.compile(r"^(?:\d{1,9}[.)]|[-+])(?=\s|$)|^[-=](?=[-=\s]*$)")
_ADDRESS: Final = re.compile(r"https?://[^/?#@]+([/?#].*)?", re.IGNORECASE)


def tidy(text: str) -> str:
    """`text` in one line, without anything that controls a terminal or cannot be seen."""
    return shown(" ".join(text.split()))


def cut(text: str, most: int, language: Language) -> str:
    """The first `most` characters, with a mark where there were more."""
    if len(text) <= most:
        return text
    return f"{text[:most].rstrip()}… ({word('cut', language)})"


def plain(text: str) -> str:
    """For a message without markup, in which a mention still is one."""
    return text.translate(_ACTS)


def in_markdown(text: str) -> str:
    """For a message in markdown: whatever is in it shows as what it is."""
    text = _UNDERSCORE.sub("＿", text.translate(_ACTS_IN_MARKDOWN))
    return _BEGINS.sub(lambda it: it[0][:-1] + chr(ord(it[0][-1]) + 0xFEE0), text)


def address(text: str) -> str | None:
    """`text` as a link can have it; None if it is no address that a browser should open: another
    scheme, a path alone, or a name before an `@` that hides whose address it is."""
    text = text.strip()
    if len(text) > LONGEST_ADDRESS or not text.isprintable() or not _ADDRESS.fullmatch(text):
        return None
    try:
        if not urlsplit(text).hostname:
            return None
    except ValueError:
        return None
    return quote(text, safe="%:/?#@!$&+,;=-._~")
