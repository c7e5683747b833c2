"""Rows of cells to records: which row is the header, which are no data, what a value is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from connectors.decoding.options import Decoding
from connectors.record import Record, Undecodable

#: Where a header is looked for.
PREAMBLE: Final = 1000
#: More columns than any export has, and no more than can be looked at for each row.
COLUMNS: Final = 2048
#: What exports put around digits, so that a spreadsheet does not make 6.22E+18 of them.
_SHIELDED: Final = re.compile(r'="(.*)"', re.DOTALL)
_QUOTED: Final = re.compile(r"'[0-9]+")
_NOTHING: Final = frozenset({"-", "--", "/"})
_AROUND: Final = "\ufeff\u200b"
#: With what a value begins that is not as it stands there. A row has dozens, most are.
_BEGINS: Final = frozenset("`='-/" + _AROUND)

#: Text as it stands in a csv file; what a sheet has is a number or a truth already.
Cell = str | int | Decimal | bool


def tidy(text: str) -> str:
    """A value without what stands around it: white space, a backtick before it, `="…"`, the
    apostrophe of a sheet before digits. Empty if it only says that there is none."""
    text = text.strip()
    if text and (text[0] in _BEGINS or text[-1] in _AROUND):
        text = _trimmed(text)
        return "" if text in _NOTHING else text
    return text


def canonical(names: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> list[str]:
    """`names` with our name for the one that is an alias of it: of several the first alias, and
    none if ours is there already."""
    renamed = {}
    for ours, others in aliases.items():
        if ours not in names and (found := next((it for it in others if it in names), None)):
            renamed[found] = ours
    return [renamed.get(name, name) for name in names]


class Table:
    """Reads rows one after the other, `line` of each from 1."""

    def __init__(self, decoding: Decoding) -> None:
        self._wanted = frozenset(map(_name, decoding.wanted))
        self._told = " or ".join(decoding.wanted)
        self._skip = tuple(decoding.skip_rows)
        self._totals = tuple(decoding.totals)
        self._aliases = decoding.aliases
        self._header: list[str] = []
        self._names: list[str] = []
        #: Cells of the totals that were there last, and have no data behind them yet.
        self._adding = 0

    @property
    def begun(self) -> bool:
        """Whether the header was there."""
        return bool(self._names)

    @property
    def width(self) -> int:
        """Cells of the header, 0 before it."""
        return len(self._names)

    @property
    def known(self) -> bool:
        """Whether a header is known by a cell."""
        return bool(self._wanted)

    def skipped(self, line: str) -> bool:
        """Whether a line, or a row by its first cell, begins like one that is no data."""
        return bool(self._skip) and line.lstrip().startswith(self._skip)

    def heads(self, cells: Sequence[Cell]) -> bool:
        """Whether it is the header."""
        names = [_name(str(cell)) for cell in cells]
        if self._wanted:
            return not self._wanted.isdisjoint(names)
        return any(names)

    def head(self, cells: Sequence[Cell], line: int) -> Undecodable | None:
        """Take it as the header, unless that is not possible."""
        names = [_name(str(cell)) for cell in cells]
        if len(names) > COLUMNS:
            return Undecodable(
                f"the header has {len(names)} columns",
                f"At most {COLUMNS} are read",
                line,
                last=True,
            )
        if any("\0" in name for name in names):
            return Undecodable(
                "the header has a NUL character", "Mend encoding or format", line, last=True
            )
        ours = canonical(names, self._aliases)
        seen: dict[str, int] = {}
        for column, name in enumerate(ours, start=1):
            if name and seen.setdefault(name, column) != column:
                return Undecodable(
                    f"columns {seen[name]} and {column} of the header have the same name",
                    "Rename one of them in the export: which is meant cannot be told",
                    line,
                    last=True,
                )
        self._header, self._names = names, ours
        return None

    def unheaded(self) -> Undecodable | None:
        """What to say when there is no more to read, or no more is worth reading."""
        if self.begun or not self._wanted:
            return None
        return Undecodable(
            f"no header: none of the first {PREAMBLE} lines has a cell {self._told}",
            "Name a column of its header as header_has; if it has that one, mend encoding or"
            " delimiter",
            last=True,
        )

    def row(self, cells: Sequence[Cell], line: int) -> Record | Undecodable | None:
        """None if it is no data: blank, totals, what is to be skipped, the header once more."""
        values = [tidy(cell) if isinstance(cell, str) else cell for cell in cells]
        first = next((value for value in values if value != ""), None)
        if first is None or self.skipped(str(cells[0])):
            return None
        if self._totals and str(first).startswith(self._totals):
            self._adding = len(values)
            return None
        if len(values) != len(self._names):
            if len(values) == self._adding:
                return None
            return Undecodable(
                f"the row has {len(values)} cells and the header {len(self._names)}",
                "If it is no data, name what it begins with in skip_rows or totals; if a value has"
                " the delimiter in it, export it with quotation marks",
                line,
            )
        if values[0] == self._header[0] and [_name(str(it)) for it in cells] == self._header:
            return None
        if any(isinstance(it, str) and "\0" in it for it in values):
            return Undecodable(
                "the row has a NUL character", "Mend encoding, or export it again", line
            )
        self._adding = 0
        pairs: dict[str, Any] = dict(zip(self._names, values, strict=True))
        pairs.pop("", None)
        return Record(pairs, line)


def _trimmed(text: str) -> str:
    text = text.strip().strip(_AROUND)
    if text[:1] == "`":
        text = text[1:].strip()
    if text[:1] == "=" and (shielded := _SHIELDED.fullmatch(text)):
        text = shielded[1].strip()
    elif text[:1] == "'" and _QUOTED.fullmatch(text):
        text = text[1:]
    return text


def _name(text: str) -> str:
    """A header may be broken into lines within its cell."""
    return "".join(part.strip() for part in _trimmed(text).splitlines())
