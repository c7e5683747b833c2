"""Reads lexicons as they stand in TOML:

```toml
announcements = ["…"]     # the company's own, whose quotation is no hit
without = ["飞单"]         # keywords of other lexicons that this company does not want
"走小张那边" = "private_deal"

[off_channel_payment]
unless = ["不要…", "…是违规的", { text = "do not…", apart = 14 }]
keywords = [
  "打到我卡上",
  { text = "我的卡号", near = ["打到", "转到"], within = 12, unless = ["我的卡号换了"] },
]
```

`near`: one of these stands at most `within` characters before or behind the keyword (20 if not
said; as matched, so that no padding drives them apart). `unless`: what takes a hit away. `…` stands
for the keyword: what is before it must stand right before it, with at most `apart` characters in
between (none if not said) and nothing that may end a sentence; the same for what is behind it. A
phrase without `…` has the keyword in it. `unless` of a category is for all of its keywords.

A keyword that two lexicons have in one category is as the later one has it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final, Literal, get_args

from msgspec import Struct

from connectors.keywords.normal import squeezed
from connectors.keywords.phrase import Phrase, phrase
from connectors.keywords.quotation import SHORTEST
from contract.spelling.nearest import nearest
from contract.spelling.shown import quoted, shown
from contract.types import KeywordCategory

CATEGORIES: Final[tuple[str, ...]] = get_args(KeywordCategory)
#: Characters between a keyword and its `near`, if `within` does not say.
WITHIN: Final = 20
_FURTHEST: Final = 1000
#: Characters of a keyword or another phrase, and of an announcement; how many there are of all.
_LONGEST: Final = 200
_LONGEST_TEXT: Final = 20_000
_MOST: Final = 50_000
_MOST_TEXTS: Final = 500
_ROW: Final = frozenset({"text", "near", "within", "unless"})
_PLACE: Final = "…"


class LexiconError(ValueError):
    """Lexicons that cannot be used, one line for each problem. Trying again does not help."""

    retryable: ClassVar[bool] = False

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(map(shown, problems))
        super().__init__("\n".join(self.problems))


class Unless(Struct, frozen=True):
    """A phrase that takes a hit away, and how many characters may be in between."""

    phrase: Phrase
    side: Literal["before", "behind", "over"]
    apart: int = 0


class Entry(Struct, frozen=True):
    """A keyword as it is written, what it is about, and what must and must not be around it."""

    place: str
    keyword: str
    category: str
    phrase: Phrase
    near: tuple[Phrase, ...] = ()
    within: int = WITHIN
    unless: tuple[Unless, ...] = ()


class Pages(Struct, frozen=True):
    """All lexicons together."""

    entries: tuple[Entry, ...]
    announcements: tuple[str, ...]


def read_pages(tables: Mapping[str, object]) -> Pages:
    """Lexicons by their names: TOML, or what was read of it. Raises `LexiconError`."""
    reader = _Reader()
    for name, page in tables.items():
        reader.read(name, page)
    return reader.pages()


class _Reader:
    def __init__(self) -> None:
        self._problems: list[str] = []
        self._entries: dict[Phrase, Entry] = {}
        self._pages: dict[Phrase, str] = {}
        self._without: list[tuple[str, str, str, Phrase]] = []
        self._announcements: list[str] = []

    def read(self, name: str, page: object) -> None:
        if isinstance(page, str):
            try:
                page = tomllib.loads(page)
            except (tomllib.TOMLDecodeError, RecursionError) as error:
                self._wrong(name, f"is no TOML: {error}")
                return
        if not isinstance(page, Mapping):
            self._wrong(name, "is no table; write `[category]` and `keywords = […]` in it")
            return
        for key, value in page.items():
            place = f"{name}: {key}"
            if key == "announcements":
                self._announce(place, value)
            elif key == "without":
                for where, text, found in self._phrases(place, value):
                    self._without.append((name, where, text, found))
            elif isinstance(value, str):
                self._entry(f"{name}: {quoted(key, 40)}", name, value, key, ())
            elif key not in CATEGORIES:
                self._wrong(place, f"is no category{nearest(key, CATEGORIES)}{_there_are()}")
            elif isinstance(value, Mapping):
                self._category(name, key, value)
            else:
                self._wrong(place, "is no table; write `[category]` and `keywords = […]` in it")

    def pages(self) -> Pages:
        for page, where, text, found in self._without:
            entry = self._entries.get(found)
            if entry is None or self._pages[found] == page:
                self._wrong(where, f"no other lexicon has {quoted(text, 60)}; take it out here")
            else:
                del self._entries[found]
        if len(self._entries) > _MOST or len(self._announcements) > _MOST_TEXTS:
            self._wrong("all lexicons", f"may have {_MOST} keywords, {_MOST_TEXTS} announcements")
        if self._problems:
            raise LexiconError(*self._problems)
        return Pages(tuple(self._entries.values()), tuple(self._announcements))

    def _category(self, name: str, category: str, table: Mapping[str, Any]) -> None:
        place = f"{name}: {category}"
        self._known(place, table, frozenset({"unless", "keywords"}))
        common = tuple(self._unless(f"{place}.unless", table.get("unless", []), None))
        for where, row in self._items(f"{place}.keywords", table.get("keywords", [])):
            if isinstance(row, str):
                self._entry(where, name, category, row, common)
            elif not isinstance(row, Mapping):
                self._wrong(where, "is no keyword; write a text, or a table with `text`")
            else:
                self._known(where, row, _ROW)
                self._entry(where, name, category, row.get("text"), common, row)

    def _entry(
        self,
        place: str,
        page: str,
        category: str,
        text: object,
        common: tuple[Unless, ...],
        row: Mapping[str, Any] | None = None,
    ) -> None:
        row = row or {}
        if category not in CATEGORIES:
            meant = nearest(category, CATEGORIES)
            self._wrong(place, f"{quoted(category, 40)} is no category{meant}{_there_are()}")
            return
        found = self._phrase(place, text)
        if found is None or not isinstance(text, str):
            return
        if len(found.text) == 1:
            mend = "write a longer one, which says what it is about"
            self._wrong(place, f"{quoted(text, 60)} is one character to us; {mend}")
            return
        near = tuple(it for _, _, it in self._phrases(f"{place}.near", row.get("near", [])))
        within = self._count(f"{place}.within", row.get("within", WITHIN))
        own = tuple(self._unless(f"{place}.unless", row.get("unless", []), found))
        before = self._entries.get(found)
        if before is not None and (before.category != category or self._pages[found] == page):
            same = "the same" if before.keyword == text else f"{quoted(before.keyword, 60)} is it"
            mend = f"{same} at {before.place}; take one of them out, or name it in `without`"
            self._wrong(place, f"{quoted(text, 60)} stands twice: {mend}")
            return
        self._pages[found] = page
        self._entries[found] = Entry(place, text, category, found, near, within, common + own)

    def _unless(self, place: str, value: object, keyword: Phrase | None) -> Iterator[Unless]:
        for where, row in self._items(place, value):
            apart = 0
            text = row
            if isinstance(row, Mapping):
                self._known(where, row, frozenset({"text", "apart"}))
                text, apart = row.get("text"), self._count(f"{where}.apart", row.get("apart", 0))
            found = self._phrase(where, text)
            if found is None or not isinstance(text, str):
                continue
            head, *tails = text.split(_PLACE)
            if len(tails) == 1 and bool(squeezed(head)) != bool(squeezed(tails[0])):
                yield Unless(found, "before" if squeezed(head) else "behind", apart)
            elif tails:
                self._wrong(where, "has words on both sides of `…`; write two phrases")
            elif keyword is None:
                self._wrong(where, "has no `…`, which stands for the keyword; write it")
            elif keyword.text not in found.text:
                mend = "write `…` where the keyword stands"
                self._wrong(where, f"{quoted(text, 60)} has not the keyword in it; {mend}")
            else:
                yield Unless(found, "over")

    def _phrases(self, place: str, value: object) -> Iterator[tuple[str, str, Phrase]]:
        for where, text in self._items(place, value):
            found = self._phrase(where, text)
            if found is not None and isinstance(text, str):
                yield where, text, found

    def _phrase(self, place: str, text: object) -> Phrase | None:
        if not isinstance(text, str) or not text.strip():
            self._wrong(place, "is empty; write it, or take it out")
        elif len(text) > _LONGEST:
            self._wrong(place, f"has more than {_LONGEST} characters; write what is typical of it")
        elif not (found := phrase(text)).text:
            mend = "only letters and digits of any script are matched; write it with some"
            self._wrong(place, f"{quoted(text, 60)} is nothing to us: {mend}")
        else:
            return found
        return None

    def _announce(self, place: str, value: object) -> None:
        for where, text in self._items(place, value):
            if not isinstance(text, str) or len(squeezed(text)) < SHORTEST:
                mend = f"write the whole of it; below {SHORTEST} characters deals have it too"
                self._wrong(where, f"is no announcement; {mend}")
            elif len(text) > _LONGEST_TEXT:
                self._wrong(where, f"has more than {_LONGEST_TEXT} characters; write its parts")
            else:
                self._announcements.append(text)

    def _items(self, place: str, value: object) -> Iterator[tuple[str, object]]:
        if not isinstance(value, list):
            self._wrong(place, "is no list; write `[…]`")
            return
        for number, item in enumerate(value, start=1):
            yield f"{place}[{number}]", item

    def _count(self, place: str, value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _FURTHEST:
            return value
        self._wrong(place, f"is no number of characters; write one from 0 to {_FURTHEST}")
        return 0

    def _known(self, place: str, table: Mapping[str, Any], known: frozenset[str]) -> None:
        for key in sorted(set(table) - known):
            there = ", ".join(sorted(known))
            self._wrong(place, f"there is no {quoted(key, 40)} in it; there are {there}")

    def _wrong(self, place: str, what: str) -> None:
        self._problems.append(f"{place}: {what}")


def _there_are() -> str:
    return f"; there are {', '.join(CATEGORIES)}"
