"""Reads a sheet of an xlsx file row by row."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import openpyxl
from openpyxl.xml import DEFUSEDXML

from connectors.decoding.broken import BrokenInputError
from connectors.decoding.heading import COLUMNS, PREAMBLE, Cell, Table
from connectors.decoding.options import Decoding
from connectors.decoding.packed import GROWTH, UNSUSPECTED
from connectors.decoding.text import LONGEST, whole
from connectors.record import Record, Undecodable

#: As many as a sheet can have. A file may name any number, and the rows between would be made.
_ROWS: Final = 1 << 20
#: What is not a sheet, such as the texts that all cells share, is held.
_HELD: Final = 128 << 20
_SHEETS: Final = "xl/worksheets/"
_ERROR: Final = "e"
_MIDNIGHT: Final = time()

if not DEFUSEDXML:
    raise ImportError(
        "openpyxl would read the entities of whoever sent a workbook: unset OPENPYXL_DEFUSEDXML"
    )

_Row = tuple[int, list[Cell] | Undecodable]


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """The sheet's rows; the file is held, the rows are not. Raises `BrokenInputError`."""
    table = Table(decoding)
    for line, cells in _rows(whole(stream), decoding.sheet):
        if isinstance(cells, Undecodable):
            yield cells
        elif table.begun:
            row = table.row(_fitted(cells, table.width), line)
            if row is not None:
                yield row
        elif table.known and line > PREAMBLE:
            break
        elif table.heads(cells) and not table.skipped(str(cells[0])):
            wrong = table.head(_without_end(cells), line)
            if wrong is not None:
                yield wrong
                return
    unheaded = table.unheaded()
    if unheaded is not None:
        yield unheaded


def _rows(content: bytes, name: str | None) -> Iterator[_Row]:
    _check(content)
    book = _loaded(content)
    with closing(book):
        if name is not None and name not in book.sheetnames:
            raise BrokenInputError(
                f"the workbook has no sheet {name}", "Name it as the tab below it does, as sheet"
            )
        sheets = book.worksheets
        if not sheets:
            raise BrokenInputError("the workbook has no sheet of cells", "Export it again")
        sheet = sheets[0] if name is None else book[name]
        if sheet not in sheets:
            raise BrokenInputError(f"the sheet {name} has no cells", "Name the one that has them")
        # What the file says of its size is often wrong, and would cut it.
        sheet.reset_dimensions()
        rows = iter(sheet.iter_rows())
        for line in range(1, _ROWS + 1):
            cells = _next(rows)
            if cells is None:
                return
            if len(cells) > COLUMNS:
                raise BrokenInputError(
                    f"the row has {len(cells)} columns", f"At most {COLUMNS} are read", line
                )
            if cells:
                yield line, _values(cells, line)


def _check(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise _damaged() from error
    held = sum(it.file_size for it in members if not it.filename.startswith(_SHEETS))
    total = sum(it.file_size for it in members)
    # zipfile gives no more of a member than is said here.
    if held > _HELD or total > max(UNSUSPECTED, GROWTH * len(content)):
        raise BrokenInputError(
            f"the workbook unpacks to {total >> 20} MiB, as none does that people made",
            "Export it as csv",
        )


def _loaded(content: bytes) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote cells
            return openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
    except Exception as error:  # it trusts its input, and raises whatever that hits
        raise _damaged() from error


def _next(rows: Iterator[Any]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return next(rows, None)
    except Exception as error:
        raise _damaged() from error


def _values(cells: Any, line: int) -> list[Cell] | Undecodable:
    if any(cell.data_type == _ERROR for cell in cells):
        column = next(at for at, it in enumerate(cells, start=1) if it.data_type == _ERROR)
        return Undecodable(
            f"the cell in column {column} is an error of the spreadsheet, such as #N/A",
            "Mend its formula",
            line,
            column,
        )
    values = [_value(cell) for cell in cells]
    if any(isinstance(it, str) and len(it) > LONGEST for it in values):
        return Undecodable(
            f"a cell is longer than {LONGEST >> 20} MiB", "Leave out what is so long", line
        )
    return values


def _value(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        # Also a formula that was never calculated.
        return ""
    if isinstance(value, float):
        number = Decimal(repr(value))
        return number if number.is_finite() else ""
    if isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        plain = value.time() == _MIDNIGHT and "h" not in str(cell.number_format).lower()
        return value.date().isoformat() if plain else value.replace(tzinfo=None).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""


def _fitted(cells: list[Cell], width: int) -> list[Cell]:
    """A sheet has no end of a row: what is empty behind the header's last column is nothing."""
    cells = _without_end(cells)
    return cells + [""] * (width - len(cells))


def _without_end(cells: list[Cell]) -> list[Cell]:
    size = len(cells)
    while size and cells[size - 1] == "":
        size -= 1
    return cells[:size]


def _damaged() -> BrokenInputError:
    return BrokenInputError(
        "it is no workbook, or damaged", "Save it as .xlsx (not .xls) without a password, or as csv"
    )
