"""One phrase as it is matched, and where it may stand.

Between Chinese characters anything that `normal` drops may stand, however much. In scripts that put
blanks between words a phrase is held to what is visible in the message:

* It begins and ends where a word does: `wire` is not in `wireless`. Between a letter and a digit,
  or a Chinese character, a word ends: `加我wx138…` has `wx`.
* What is one word in the phrase is one in the message, or written letter by letter, with something
  between all of its letters: `w i r e`, `w-i-r-e`, never `wi re`. A letter by itself before or
  behind must then be further off, or otherwise: `w i r e l e s s` has no `wire`, `w i r e  m e` and
  `a w-i-r-e` have. So `i w i r e`, with the same blanks all through, is missed.
* What are two words in the phrase are two in the message: `off book` is not `offbook`.
"""

from __future__ import annotations

from msgspec import Struct

from connectors.keywords.normal import DIGIT, FREE, LETTER, TIGHT, Normal, normal

#: Between two characters of a phrase: anything; one word; two words.
_ANY, _JOINED, _APART = range(3)


class Phrase(Struct, frozen=True):
    """`text` as it is matched, `joints` between its characters, and the kinds of its ends."""

    text: str
    joints: bytes
    first: int
    last: int

    def stands(self, found: Normal, at: int) -> bool:
        """Whether it does in `found`, at a place where its `text` is."""
        if self.first == self.last == FREE and not any(self.joints):
            return True
        last = at + len(self.text) - 1
        between = self._between(found, at)
        return (
            between is not None
            and _is_edge(found, at - 1, at, self.first, between)
            and _is_edge(found, last + 1, last + 1, self.last, between)
        )

    def _between(self, found: Normal, at: int) -> set[str] | None:
        """What is written within its words, or None where words are cut differently."""
        between: set[str] = set()
        spread: bool | None = None
        for place, joint in enumerate(self.joints, start=at + 1):
            gap = found.gaps[place] != TIGHT
            if joint == _JOINED:
                if spread is not None and gap != spread:
                    return None
                spread = gap
                if gap:
                    between.add(_before(found, place))
                continue
            if joint == _APART and not gap:
                return None
            spread = None
        return between


def phrase(text: str) -> Phrase:
    """`text` as a phrase; its own `text` is empty if nothing of it can be matched."""
    written = normal(text)
    if not written.text:
        return Phrase("", b"", FREE, FREE)
    kinds, gaps = written.kinds, written.gaps
    joints = bytes(
        _ANY if FREE in (kinds[at - 1], kinds[at]) else _JOINED if gaps[at] == TIGHT else _APART
        for at in range(1, len(kinds))
    )
    return Phrase(written.text, joints, kinds[0], kinds[-1])


def _is_edge(found: Normal, outside: int, gap: int, kind: int, between: set[str]) -> bool:
    """Whether a word ends before the place `outside`, or begins behind it; it is of this kind in
    the phrase. `gap` is the later one of both places, and `between` what is within its words."""
    if kind == FREE or not 0 <= outside < len(found.text):
        return True
    if found.gaps[gap] == TIGHT:
        if kind == DIGIT:
            return not found.text[outside].isdigit()
        return found.kinds[outside] != LETTER
    alone = found.kinds[outside] == LETTER and all(
        not 0 < edge < len(found.text)
        or found.gaps[edge] != TIGHT
        or FREE in (found.kinds[edge - 1], found.kinds[edge])
        for edge in (outside, outside + 1)
    )
    return not alone or _before(found, gap) not in between


def _before(found: Normal, place: int) -> str:
    """What is written before the character at this place and was dropped."""
    return found.written[found.origin[place - 1] + 1 : found.origin[place]]
