"""Whether a hit only quotes what the company itself has announced, such as "never pay to a personal
account".

It does if what stands around it stands in an announcement as well, without a difference that
matching would see, and this is 80 % of the announcement, or 80 % of the line that the hit is in and
16 characters or more. What else is in the message is searched as ever: nobody hides a deal behind a
quotation.

Missed, so that a hit stays: an announcement that was shortened, retold or translated; a quotation
of less than that within a longer line; what one message quotes more than some hundred times.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from connectors.keywords.normal import Normal, squeezed

#: Of the announcement, or of the line.
_MOST: Final = 0.8
#: Characters, as matched. Shorter sentences stand in announcements and in deals.
SHORTEST: Final = 16
#: Comparisons in one message, each as long as an announcement: what bounds the work for somebody
#: who writes one keyword ten thousand times.
_COMPARISONS: Final = 256


class Announcements:
    """Of the company. Texts as they were published, each of `SHORTEST` characters or more, and
    what may be found in them, as matched."""

    def __init__(self, texts: Sequence[str], phrases: Iterable[str]) -> None:
        plain = tuple(map(squeezed, texts))
        having = {it: tuple(text for text in plain if it in text) for it in phrases}
        self._having = {it: those for it, those in having.items() if those}

    def quoting(self, message: str, found: Normal) -> Quoting:
        """For one message, whose normal form is `found`."""
        return Quoting(self._having, message, found)


class Quoting:
    """What one message quotes."""

    def __init__(self, having: Mapping[str, Sequence[str]], message: str, found: Normal) -> None:
        self._having = having
        self._message = message
        self._found = found
        self._left = _COMPARISONS
        self._known: list[tuple[int, int]] = []

    def has(self, start: int, end: int) -> bool:
        """Whether what stands there in the normal form is a quotation."""
        words = self._found.text[start:end]
        texts = self._having.get(words, ())
        if texts and any(first <= start and end <= last for first, last in self._known):
            return True
        for text in texts if self._left > 0 else ():
            at = text.find(words)
            while at >= 0 and self._left > 0:
                self._left -= 1
                first, last = _run(self._found.text, text, start, at)
                if last - first >= _MOST * len(text) or self._is_line(first, last, start):
                    self._known.append((first, last))
                    return True
                at = text.find(words, at + 1)
        return False

    def _is_line(self, first: int, last: int, start: int) -> bool:
        if last - first < SHORTEST:
            return False
        origin = self._found.origin
        begins = self._message.rfind("\n", 0, origin[start]) + 1
        ends = self._message.find("\n", origin[start])
        line_first = bisect_left(origin, begins)
        line_last = bisect_left(origin, ends) if ends >= 0 else len(origin)
        shared = min(last, line_last) - max(first, line_first)
        return shared >= SHORTEST and shared >= _MOST * (line_last - line_first)


def _run(message: str, text: str, start: int, at: int) -> tuple[int, int]:
    """Where the longest run of `message` around `start` begins and ends that stands in `text`
    around `at` as well."""
    before = 0
    while before < min(start, at) and message[start - before - 1] == text[at - before - 1]:
        before += 1
    most = min(len(message) - start, len(text) - at)
    after = 0
    while after < most and message[start + after] == text[at + after]:
        after += 1
    return start - before, start + after
