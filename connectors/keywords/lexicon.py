"""Finds the keywords of lexicons in a message. How they are written in TOML stands in `page`, what
is alike to us in `normal` and `phrase`, what counts as a quotation in `quotation`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from unicodedata import category as kind_of

from ahocorasick_rs import AhoCorasick
from msgspec import Struct

from connectors.keywords.normal import BREAK, Normal, normal, squeezed
from connectors.keywords.page import Entry, LexiconError, Unless, read_pages
from connectors.keywords.phrase import Phrase
from connectors.keywords.quotation import Announcements

__all__ = ["AROUND", "MOST_READ", "Found", "Hit", "Lexicon", "LexiconError", "load_lexicon"]

#: Characters of a message that are searched. No chat that we know lets anybody send so many at
#: once; `Found.unread` says how many were left.
MOST_READ: Final = 65_536
#: Characters before and behind a hit that its excerpt has.
AROUND: Final = 40
#: Characters of an excerpt, as the contract has it.
_LONGEST_EXCERPT: Final = 500
#: As long as the excerpt's sides may be without reaching that.
_MOST_AROUND: Final = 200
#: Where a keyword stands, in order.
_Places = dict[Phrase, list[int]]
_JOINER: Final = "\u200d"


class Hit(Struct, frozen=True):
    """`keyword`, as the lexicon has it, stands from `start` to before `end` in the message. The
    `excerpt` is a piece of the message as it was written, with line breaks and all."""

    keyword: str
    category: str
    start: int
    end: int
    excerpt: str


class Found(Struct, frozen=True):
    """The hits of one message, and how many characters at its end were not searched."""

    hits: list[Hit]
    unread: int = 0


class _Candidate(Struct, frozen=True):
    entry: Entry
    start: int
    end: int
    denied: bool


def load_lexicon(tables: Mapping[str, str | Mapping[str, Any]], *, around: int = AROUND) -> Lexicon:
    """Lexicons by their names (`zh.toml`), each as TOML or as what was read of it.

    Of a hit's excerpt at most `around` characters, 0-200, stand on either side. Raises
    `LexiconError` with all that is wrong.
    """
    if not 0 <= around <= _MOST_AROUND:
        raise LexiconError(f"around: is {around}; write a number from 0 to {_MOST_AROUND}")
    pages = read_pages(tables)
    return Lexicon(pages.entries, pages.announcements, around)


class Lexicon:
    """Keywords, ready to be found. It keeps nothing of a message, and is safe in several threads.

    `entries` differ in their phrases.
    """

    def __init__(
        self, entries: Sequence[Entry], announcements: Sequence[str] = (), around: int = AROUND
    ) -> None:
        self.entries = tuple(entries)
        self._entries = {it.phrase: it for it in entries}
        self._announcements = Announcements(announcements, {it.phrase.text for it in self.entries})
        self._around = around
        # Nearly no message has a keyword in it: only those that do pay for what stands around it.
        keywords = {it.phrase for it in self.entries}
        others = {it for entry in self.entries for it in entry.near}
        others |= {it.phrase for entry in self.entries for it in entry.unless}
        self._gate = _search(keywords)
        self._all = _search(keywords | others)

    def hits(self, text: str) -> list[Hit]:
        """`search(text).hits`: what `MOST_READ` cuts off is not told."""
        return self.search(text).hits

    def search(self, text: str) -> Found:
        """At most one hit for each keyword, in the order of the message. Of keywords of one
        category that overlap, the longest counts. Raises nothing."""
        unread = max(0, len(text) - MOST_READ)
        text = text[:MOST_READ]
        if not self._gate(squeezed(text)):
            return Found([], unread)
        found = normal(text)
        places = self._places(found)
        candidates = self._candidates(text, found, places)
        hits = [self._hit(text, found, it) for it in _chosen(candidates, len(found.text))]
        return Found(hits, unread)

    def _places(self, found: Normal) -> _Places:
        places: _Places = {}
        for alike, at in self._all(found.text):
            for phrase in alike:
                if phrase.stands(found, at):
                    places.setdefault(phrase, []).append(at)
        for starts in places.values():
            starts.sort()
        return places

    def _candidates(self, text: str, found: Normal, places: _Places) -> list[_Candidate]:
        quoting = self._announcements.quoting(text, found)
        candidates = []
        for phrase, starts in places.items():
            entry = self._entries.get(phrase)
            if entry is None:
                continue
            for start in starts:
                end = start + len(phrase.text)
                if entry.near and not any(
                    _is_near(it, places, start, end, entry.within) for it in entry.near
                ):
                    continue
                denied = any(_denies(it, places, found, start, end) for it in entry.unless)
                denied = denied or quoting.has(start, end)
                candidates.append(_Candidate(entry, start, end, denied))
        return candidates

    def _hit(self, text: str, found: Normal, it: _Candidate) -> Hit:
        start, end = found.origin[it.start], found.origin[it.end - 1] + 1
        excerpt = text[slice(*_excerpt(text, start, end, self._around))]
        return Hit(it.entry.keyword, it.entry.category, start, end, excerpt)


def _search(phrases: set[Phrase]) -> Callable[[str], list[tuple[list[Phrase], int]]]:
    """What finds all phrases of a text, overlapping ones too: those that are written alike, and
    where they begin."""
    alike: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        alike.setdefault(phrase.text, []).append(phrase)
    known = list(alike.values())
    finder = AhoCorasick(list(alike))

    def search(text: str) -> list[tuple[list[Phrase], int]]:
        found = finder.find_matches_as_indexes(text, overlapping=True)
        return [(known[which], start) for which, start, _ in found]

    return search


def _is_near(phrase: Phrase, places: _Places, start: int, end: int, within: int) -> bool:
    """Whether it stands beside what stands there, without overlapping it."""
    starts = places.get(phrase, [])
    size = len(phrase.text)
    return _has(starts, start - size - within, start - size) or _has(starts, end, end + within)


def _denies(unless: Unless, places: _Places, found: Normal, start: int, end: int) -> bool:
    starts = places.get(unless.phrase)
    if not starts:
        return False
    size = len(unless.phrase.text)
    if unless.side == "over":
        return _has(starts, end - size, start)
    if unless.side == "before":
        # The nearest one: whatever breaks a sentence before the hit breaks it for the others too.
        at = bisect_right(starts, start - size) - 1
        first = starts[at] + size if at >= 0 else -1
        return first >= start - unless.apart and _is_one(found, first, start)
    at = bisect_left(starts, end)
    return at < len(starts) and starts[at] <= end + unless.apart and _is_one(found, end, starts[at])


def _is_one(found: Normal, first: int, last: int) -> bool:
    """Whether no sentence may end between what ends before `first` and what begins at `last`."""
    return first >= 0 and BREAK not in found.gaps[first : last + 1]


def _has(ordered: Sequence[int], first: int, last: int) -> bool:
    at = bisect_left(ordered, first)
    return at < len(ordered) and ordered[at] <= last


def _chosen(candidates: list[_Candidate], size: int) -> list[_Candidate]:
    """The longest ones of each category, and of a keyword the first. What is denied hides shorter
    ones too: who says "not to my card" has not said "to my card" either."""
    taken: dict[str, bytearray] = {}
    chosen: dict[Phrase, _Candidate] = {}
    for it in sorted(candidates, key=lambda it: (it.start - it.end, it.start)):
        cover = taken.setdefault(it.entry.category, bytearray(size))
        if 1 in cover[it.start : it.end]:
            continue
        cover[it.start : it.end] = b"\1" * (it.end - it.start)
        if not it.denied:
            chosen.setdefault(it.entry.phrase, it)
    return sorted(chosen.values(), key=lambda it: (it.start, it.end, it.entry.category))


def _excerpt(text: str, start: int, end: int, around: int) -> tuple[int, int]:
    """What of `text` is shown of a hit: no accent, variant or half of a joined emoji without what
    it belongs to. Of a hit that is longer than an excerpt may be, its beginning."""
    end = min(end, start + _LONGEST_EXCERPT)
    around = min(around, (_LONGEST_EXCERPT - (end - start)) // 2)
    first, last = max(0, start - around), min(len(text), end + around)
    while first < start and not _may_cut(text, first):
        first += 1
    while last > end and not _may_cut(text, last):
        last -= 1
    return first, last


def _may_cut(text: str, at: int) -> bool:
    """Whether one character ends before `at`, to the eye, and another begins."""
    if at in (0, len(text)):
        return True
    after = text[at]
    return not (
        text[at - 1] == _JOINER
        or after == _JOINER
        or kind_of(after)[0] == "M"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
