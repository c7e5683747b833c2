"""Makes text harmless before people read it: an escape code that colours a terminal, a mark that
reverses the direction of writing, a line break that forges a second line, an invisible character.

Whatever others wrote passes through here before people read it, on a terminal, in a log, or in an
alert's sentences. What machines read stays as it was sent.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

#: Code points without a glyph: Default_Ignorable_Code_Point of the Unicode Character Database
#: (DerivedCoreProperties.txt), which has the zero-width and bidirectional ones, and the interlinear
#: annotation characters. An id that differs by one of them looks the same to everybody.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SHORT = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}
_SPACE = "Zs"
#: In the text of a JSON document, which has line breaks of its own.
_ACTS_IN_JSON = re.compile(r"[^\x20-\x7e\n\u4e00-\u9fff]")


def shown(text: str) -> str:
    """`text` in one line, without characters that control a terminal or cannot be seen.

    A character that Python does not call printable, or that has no glyph, becomes an escape as
    Python writes it (`\\n`, `\\x1b`, `\\u202e`); every kind of space becomes an ordinary one. A
    backslash stays: the result is for reading, not for parsing. Applying it twice is the same as
    applying it once.
    """
    if text.isprintable() and (text.isascii() or not INVISIBLE.search(text)):
        return text
    return "".join(map(_shown, text))


def quoted(text: str, most: int, unlike: str = "") -> str:
    r"""`text` as `shown`, in quotation marks: where it begins and where it ends can be seen.

    One in it has a backslash before it, and so has a backslash. What only looks the same as
    `unlike` (a no-break space, a letter and its accent) has an escape for whatever that lacks.
    Of what would be longer than `most` only both ends are there: `"beginning"…"end"`.
    """
    if text.isascii() and text.isprintable() and len(text) <= most // 2:
        # As nearly all are, and evidence quotes every phone.
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    alike = unicodedata.normalize("NFC", shown(text)) == shown(unlike)
    lacking = {it for it in set(text) - set(unlike) if not it.isascii()} if alike else set()
    pieces = [_escaped(it) if it in lacking else _quoted(it) for it in text]
    if sum(map(len, pieces)) <= most:
        return f'"{"".join(pieces)}"'
    begins, ends = _within(most // 2, pieces), _within(most // 2, pieces[::-1])
    return f'"{"".join(begins)}"…"{"".join(reversed(ends))}"'


def shown_lines(text: str) -> str:
    """The same for a text of ours that has several lines."""
    return "\n".join(map(shown, text.split("\n")))


def shown_json(document: str) -> str:
    """A JSON document with such characters as JSON's own escapes (`\\u202e`): to a machine it says
    the same."""
    return _ACTS_IN_JSON.sub(_in_json, document)


def _shown(character: str) -> str:
    if character.isprintable() and not INVISIBLE.match(character):
        return character
    if unicodedata.category(character) == _SPACE:
        return " "
    return _SHORT.get(character) or _escaped(character)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _quoted(character: str) -> str:
    return f"\\{character}" if character in '"\\' else _shown(character)


def _within(most: int, pieces: Sequence[str]) -> Sequence[str]:
    """As many of the first as are together no longer than `most`."""
    return pieces[: bisect_right(list(accumulate(map(len, pieces))), most)]


def _in_json(match: re.Match[str]) -> str:
    character = match[0]
    if _shown(character) in (character, " "):
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
