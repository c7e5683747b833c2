"""Reads csv and its like, as they are in the world."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from typing import Final

from connectors.decoding.heading import PREAMBLE, Table
from connectors.decoding.options import Decoding
from connectors.decoding.text import LONGEST, Line, lines
from connectors.record import Record, Undecodable

_DELIMITERS: Final = (",", "\t", ";", "|")
#: So many characters are read twice for quotation marks that nobody closes. Beyond, what stands
#: behind one is lost: a file made of them would be read again for each of its lines.
_TWICE: Final = 2 * LONGEST


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """In constant memory. `line` is where a row begins. Raises `BrokenInputError`."""
    table = Table(decoding)
    rows = _Rows(lines(stream, decoding.codec))
    delimiter = ""
    while (line := rows.line()) is not None:
        number, text = line
        if isinstance(text, Undecodable):
            yield text
        elif table.begun:
            if not table.skipped(text):
                cells = rows.rest(number, text, delimiter)
                row = cells if isinstance(cells, Undecodable) else table.row(cells, number)
                if row is not None:
                    yield row
        elif table.known and number > PREAMBLE:
            break
        elif not table.skipped(text):
            delimiter, header = _header(rows, table, text, decoding.delimiter)
            wrong = _unended(text, number) if header else None
            if header and wrong is None:
                wrong = table.head(header, number)
            if wrong is not None:
                yield wrong
                return
    unheaded = table.unheaded()
    if unheaded is not None:
        yield unheaded


class _Cells:
    """Cuts a row, which quotation marks may hold together over several lines."""

    def __init__(self, delimiter: str) -> None:
        self.cells: list[str] = []
        self._delimiter = delimiter
        self._pieces: list[str] = []
        #: Whether it goes on in the next line.
        self.going_on = False

    def feed(self, line: str) -> None:
        if not self.going_on and '"' not in line:
            self.cells += line.split(self._delimiter)
            return
        at = self._quoted(line, 0) if self.going_on else 0
        while 0 <= at <= len(line):
            if line.startswith('"', at):
                at = self._quoted(line, at + 1)
            elif line.startswith('="', at):
                # It shields digits from a spreadsheet, and is no part of the value.
                at = self._quoted(line, at + 2)
            else:
                at = self._plain(line, at)

    def _quoted(self, line: str, at: int) -> int:
        """Where the next cell begins, -1 if this one goes on in the next line."""
        self.going_on = True
        while (end := line.find('"', at)) >= 0:
            self._pieces.append(line[at:end])
            if not line.startswith('"', end + 1):
                self.going_on = False
                return self._plain(line, end + 1)
            self._pieces.append('"')
            at = end + 2
        self._pieces += (line[at:], "\n")
        return -1

    def _plain(self, line: str, begin: int) -> int:
        end = line.find(self._delimiter, begin)
        end = len(line) if end < 0 else end
        self._pieces.append(line[begin:end])
        self.cells.append("".join(self._pieces))
        self._pieces = []
        return end + 1


class _Rows:
    """Rows of lines, with a way back where a row turns out to be none."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._again: deque[Line] = deque()
        self._twice = 0

    def line(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._source, None)

    def rest(self, number: int, text: str, delimiter: str) -> list[str] | Undecodable:
        """The cells of the row that begins there. If it has no end, the next line begins one."""
        row = _Cells(delimiter)
        taken, size = self._taken(row, text)
        if row.going_on:
            lost = "" if self._back(taken, size) else "; lines behind it are lost with it"
            return Undecodable(
                f"a quotation mark is opened and not closed again{lost}",
                "Export it anew: one within a value has to be doubled",
                number,
            )
        if size > LONGEST:
            return Undecodable(
                f"the row is longer than {LONGEST >> 20} MiB", "Leave out what is so long", number
            )
        return row.cells

    def header(self, text: str, delimiter: str, table: Table) -> list[str]:
        """The cells that begin there if they are the header; else none, and nothing is taken."""
        row = _Cells(delimiter)
        taken, size = self._taken(row, text, ahead=self._twice <= _TWICE)
        if not row.going_on and table.heads(row.cells):
            return row.cells
        self._back(taken, size)
        return []

    def _taken(self, row: _Cells, text: str, *, ahead: bool = True) -> tuple[list[Line], int]:
        taken: list[Line] = []
        size = len(text)
        row.feed(text)
        while ahead and row.going_on and size <= LONGEST and (line := self.line()) is not None:
            taken.append(line)
            if isinstance(line[1], Undecodable):
                break
            size += len(line[1]) + 1
            row.feed(line[1])
        return taken, size

    def _back(self, taken: list[Line], size: int) -> bool:
        if taken and self._twice > _TWICE:
            return False
        if taken:
            self._twice += size
            self._again.extendleft(reversed(taken))
        return True


def _unended(header: str, line: int) -> Undecodable | None:
    """All of the file would be its header, and nothing its data."""
    if "\r" not in header:
        return None
    return Undecodable("its lines end with CR alone", "Export it with LF or CR LF", line, last=True)


def _header(rows: _Rows, table: Table, text: str, delimiter: str | None) -> tuple[str, list[str]]:
    """What parts it, and its cells: none if it is not the header."""
    if delimiter is None and not table.known:
        # Whatever comes first is the header: what parts most of it parts it.
        delimiter = max(_DELIMITERS, key=text.count)
    for tried in _DELIMITERS if delimiter is None else (delimiter,):
        if cells := rows.header(text, tried, table):
            return tried, cells
    return "", []
