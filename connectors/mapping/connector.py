"""A connector at work: bytes in, and for each record what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

from msgspec import Struct

from connectors.decoding.decode import records
from connectors.keywords.lexicon import Hit
from connectors.mapping.page import Page, Split
from connectors.mapping.path import getter
from connectors.mapping.wrong import WrongValueError
from connectors.outcome import Empty, Mapped, Outcome, Rejected, Unmatched
from connectors.record import Record, Undecodable

_NO_RULE = Unmatched()


class Told(Struct, frozen=True):
    """What became of a record; there is none if the bytes are no record."""

    outcome: Outcome
    line: int = 0
    part: str = ""
    record: dict[str, Any] | None = None


class Connector:
    """One page at work. It keeps nothing between inputs. `search` finds keywords in a text, for a
    page that asks for them."""

    def __init__(self, page: Page, search: Callable[[str], Sequence[Hit]] | None = None) -> None:
        self.page = page
        self._search = search
        self._splits = [(split, getter(split.path)) for split in page.splits]
        self._text = None if page.keywords is None else getter(page.keywords.path)

    def read(self, stream: BinaryIO) -> Iterator[Told]:
        """Every record of the input with its outcome, one by one. Nothing in it raises."""
        equals: dict[bytes, int] = {}
        for one in records(stream, self.page.decoding):
            if isinstance(one, Undecodable):
                where = f" in column {one.column}" if one.column else ""
                rejected = Rejected("decode", "", one.reason + where, one.mend)
                yield Told(rejected, one.line)
            else:
                for told in self.outcomes(one):
                    yield self._numbered(told, equals) if self.page.number_equals else told

    def outcomes(self, record: Record) -> Iterator[Told]:
        """What becomes of it: one outcome, or one for each that it is split into."""
        try:
            parts = self._parts(record.value)
        except WrongValueError as error:
            rejected = Rejected("map", "", error.reason, error.mend)
            yield Told(rejected, record.line, record.part, record.value)
            return
        if isinstance(parts, Empty):
            yield Told(parts, record.line, record.part, record.value)
            return
        for part in parts:
            yield Told(self._outcome(part), record.line, record.part, part)

    def _outcome(self, record: dict[str, Any]) -> Outcome:
        for rule in self.page.rules:
            if rule.takes(record):
                return rule.outcome(record)
        return _NO_RULE

    def _parts(self, record: dict[str, Any]) -> list[dict[str, Any]] | Empty:
        parts = [record]
        for split, get in self._splits:
            parts = [{**it, split.as_: item} for it in parts for item in _items(get(it))]
            if not parts:
                return Empty(_what(split))
        if self._text is None or self._search is None:
            return parts
        # What no keyword is looked for in goes to the rules as it is: a recall, a file.
        found = []
        for it in parts:
            text = self._text(it)
            if not isinstance(text, str) or not text:
                found.append(it)
                continue
            found += (
                {**it, "_keyword": hit.keyword, "_category": hit.category, "_excerpt": hit.excerpt}
                for hit in self._search(text)
            )
        return found or Empty("a keyword")

    def _numbered(self, told: Told, equals: dict[bytes, int]) -> Told:
        """With its number behind the id, if one of this input has that id."""
        if not isinstance(told.outcome, Mapped):
            return told
        document = told.outcome.document
        name = f"{document['type']}\n{document['source']}\n{document['id']}"
        # Sixteen bytes a row, whatever its id: a million rows are to fit.
        key = hashlib.blake2b(name.encode(), digest_size=16).digest()
        number = equals[key] = equals.get(key, 0) + 1
        if number == 1:
            return told
        again = {**document, "id": f"{document['id']}#{number}"}
        outcome = self.page.rules[told.outcome.rule - 1].checked(again)
        return Told(outcome, told.line, told.part, told.record)


def _items(found: Any) -> list[Any]:
    if found is None or found == "":
        return []
    return found if isinstance(found, list) else [found]


def _what(split: Split) -> str:
    return f"an item at {split.path}"
