"""A text as it is matched: what people write in many ways becomes one, and what they put between
the characters of a word is gone. Where each character came from is kept.

Character by character, so that the quick form (`squeezed`) and the one that knows its origins
(`normal`) cannot differ:

* Unicode's NFKD, its case folded: full width, circled and styled letters are plain ones, and
  accents go (`é` is `e`, and `が` is `か`).
* Only letters and digits stay. Blanks, punctuation, emoji, invisible characters and strokes that
  serve as dots (`丶`) go.
* Traditional characters become simplified (`traditional`), and Chinese digits 0-9 (一 壹 〇 两).
  Both sides are treated so: a keyword with 一 is also found where 1 is written.

Not done: numbers of several places (十五 is not 15), letters that look alike in other scripts
(Cyrillic `а`), characters that sound or look alike (`薇信`, `卞`), words written as pinyin. What of
these people use must stand in the lexicon.
"""

from __future__ import annotations

from typing import Final
from unicodedata import category, normalize

from msgspec import Struct

from connectors.keywords.traditional import SIMPLIFIED
from contract.spelling.shown import INVISIBLE

#: What a character that stayed is. Letters are those of scripts that put blanks between words; a
#: Chinese digit is `FREE` although it stands there as 0-9.
FREE, LETTER, DIGIT = range(3)
#: What went before a character: nothing that can be seen, something within a sentence, or something
#: that may end one.
TIGHT, BLANK, BREAK = range(3)

_DIGITS: Final = {
    variant: str(digit)
    for digit, variants in enumerate(
        ("〇零", "一壹弌", "二贰两", "三叁参", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for variant in variants
}
#: Letters to Unicode, and put between characters as if they were dots and dashes.
_STROKES: Final = frozenset("丶丨丿乀乁ーヽ")
#: Within a word: `don't` is one.
_APOSTROPHES: Final = frozenset("'’‘ʼ`´＇")
#: Punctuation that ends no sentence.
_WITHIN: Final = frozenset('"＂、､')
_LINE_BREAKS: Final = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
#: From here on (CJK radicals) scripts put no blanks between words.
_FIRST_FREE: Final = "\u2e80"
#: Characters remembered. All of Unicode would be 100 MB, sent to us by somebody who means to.
_REMEMBERED: Final = 30_000


class Normal(Struct, frozen=True):
    """`text` is `written` as it is matched. For each of its characters `origin` is where it stands
    in that, and `kinds` what it is; `gaps` is what went before it, and at the end behind it."""

    written: str
    text: str
    origin: list[int]
    kinds: bytearray
    gaps: bytearray


def squeezed(text: str) -> str:
    """`normal(text).text`, some four times as fast."""
    return text.translate(_FOLDS)


def normal(text: str) -> Normal:
    """`text` as it is matched, with its origins."""
    found: list[str] = []
    origin: list[int] = []
    kinds = bytearray()
    gaps = bytearray()
    gap = TIGHT
    for at, character in enumerate(text):
        kept, kept_kinds, gone = _CHARACTERS[character]
        if not kept:
            gap = max(gap, gone)
            continue
        found.append(kept)
        kinds += kept_kinds
        for _ in kept:
            origin.append(at)
            gaps.append(gap)
            gap = TIGHT
    gaps.append(gap)
    return Normal(text, "".join(found), origin, kinds, gaps)


def _folded(character: str) -> tuple[str, bytes, int]:
    """What stays of it, of which kinds, and the gap it leaves if nothing does."""
    plain = normalize("NFKD", normalize("NFKD", character).casefold())
    kept = [it for it in plain if it.isalnum() and it not in _STROKES and not INVISIBLE.match(it)]
    simple = [SIMPLIFIED.get(it, it) for it in kept]
    kinds = bytes(_kind(it) for it in kept)
    return "".join(_DIGITS.get(it, it) for it in simple), kinds, _gap(character)


def _kind(character: str) -> int:
    if character >= _FIRST_FREE:
        return FREE
    return LETTER if character.isalpha() else DIGIT


def _gap(character: str) -> int:
    if character in _APOSTROPHES or INVISIBLE.match(character):
        return TIGHT
    if character in _LINE_BREAKS:
        return BREAK
    if character.isspace() or character in _WITHIN or character in _STROKES:
        return BLANK
    kind = category(character)
    if kind[0] in "CM":
        return TIGHT
    # Brackets, quotation marks and dashes stand within a sentence.
    return BREAK if kind == "Po" or kind[0] == "S" else BLANK


class _Characters(dict[str, tuple[str, bytes, int]]):
    def __missing__(self, character: str) -> tuple[str, bytes, int]:
        folded = _folded(character)
        if len(self) < _REMEMBERED:
            self[character] = folded
        return folded


class _Folds(dict[int, str]):
    """For `str.translate`."""

    def __missing__(self, code: int) -> str:
        kept = _CHARACTERS[chr(code)][0]
        if len(self) < _REMEMBERED:
            self[code] = kept
        return kept


_CHARACTERS: Final = _Characters()
_FOLDS: Final = _Folds()
