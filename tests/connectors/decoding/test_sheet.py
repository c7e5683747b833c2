from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from connectors.decoding import sheet
from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import fault, read


def workbook(*rows: list[Any], **others: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for name, content in [("first", rows), *others.items()]:
        page = book.active if name == "first" else book.create_sheet(name)
        for row in content:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for member in before.namelist():
            data = before.read(member)
            assert member != name or old in data
            after.writestr(member, data.replace(old, new) if member == name else data)
    return out.getvalue()


def row(*cells: Any) -> dict[str, Any]:
    header = [f"c{at}" for at in range(len(cells))]
    (item,) = read(workbook(header, list(cells)), format="xlsx")
    assert isinstance(item, Record)
    return item.value


def test_a_preamble_and_totals_are_no_data() -> None:
    content = workbook(
        ["# 明细"], [], ["工号", "姓名"], ["E-1", "李四\t"], [], ["E-2", "-"], ["合计", 2]
    )
    assert read(content, format="xlsx", header_has="工号", totals=["合计"]) == [
        Record({"工号": "E-1", "姓名": "李四"}, 4),
        Record({"工号": "E-2", "姓名": ""}, 6),
    ]


def test_a_sheet_is_taken_by_its_name() -> None:
    content = workbook(["a"], [1], 明细=[["b"], [2]])
    assert read(content, format="xlsx", sheet="明细") == [Record({"b": 2}, 2)]
    assert read(content, format="xlsx") == [Record({"a": 1}, 2)]
    assert "no sheet 汇总" in fault(content, format="xlsx", sheet="汇总").reason


def test_numbers_are_exact() -> None:
    assert row(128000, 0.1, 128000.55, True, 6222020011223344) == {
        "c0": 128000,
        "c1": Decimal("0.1"),
        "c2": Decimal("128000.55"),
        "c3": True,
        "c4": 6222020011223344,
    }


def test_a_long_number_shows_that_its_digits_are_lost() -> None:
    assert str(row(6.22202001122334e18)["c0"]) == "6.22202001122334E+18"


def test_a_number_as_text_stays_text() -> None:
    assert row("6222020011223344556", "0012") == {"c0": "6222020011223344556", "c1": "0012"}


def test_dates_are_text_without_a_zone() -> None:
    assert row(datetime(2026, 3, 5, 14, 22, 30), date(2026, 3, 5), time(8, 5)) == {  # noqa: DTZ001
        "c0": "2026-03-05T14:22:30",
        "c1": "2026-03-05",
        "c2": "08:05:00",
    }


def test_midnight_is_a_time_where_the_cell_shows_one() -> None:
    assert row(datetime(2026, 3, 5)) == {"c0": "2026-03-05T00:00:00"}  # noqa: DTZ001


def test_a_formula_has_what_it_came_to() -> None:
    content = workbook(["a", "b"], [1, "=A2*2"])
    assert read(content, format="xlsx") == [Record({"a": 1, "b": ""}, 2)]
    content = changed(content, "xl/worksheets/sheet1.xml", b"<v />", b"<v>2</v>")
    assert read(content, format="xlsx") == [Record({"a": 1, "b": 2}, 2)]


def test_an_error_is_a_fault_of_its_row() -> None:
    wrong, good = read(workbook(["a", "b"], [1, "#N/A"], [2, 3]), format="xlsx")
    assert isinstance(wrong, Undecodable)
    assert (wrong.line, wrong.column, wrong.last) == (2, 2, False)
    assert good == Record({"a": 2, "b": 3}, 3)


def test_what_is_empty_at_the_end_of_a_row_is_no_cell() -> None:
    content = workbook(["a", "b", None], [1], [1, 2, None, None], [1, 2, 3])
    first, second, third = read(content, format="xlsx")
    assert [first, second] == [Record({"a": 1, "b": ""}, 2), Record({"a": 1, "b": 2}, 3)]
    assert isinstance(third, Undecodable)


@pytest.mark.parametrize("number", [b"1001", b"99999999999999999999"])
def test_rows_between_are_not_made_without_end(
    number: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "_ROWS", 1000)
    content = workbook(["a"], [1])
    name = "xl/worksheets/sheet1.xml"
    content = changed(content, name, b'<row r="2">', b'<row r="' + number + b'">')
    assert read(content, format="xlsx") == []


def test_a_row_of_any_width_is_not_made() -> None:
    content = workbook(["a"], [1])
    content = changed(content, "xl/worksheets/sheet1.xml", b'r="A2"', b'r="ZZZ2"')
    assert "columns" in fault(content, format="xlsx").reason


def test_entities_are_not_read() -> None:
    content = changed(
        workbook(["a"], [1]),
        "xl/worksheets/sheet1.xml",
        b"<worksheet",
        b'<!DOCTYPE w [<!ENTITY e "x">]><worksheet',
    )
    assert fault(content, format="xlsx").last


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "_HELD", 1000)
    assert "unpacks" in fault(workbook(["a"], [1]), format="xlsx").reason


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"\xd0\xcf\x11\xe0old"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert fault(content, format="xlsx").last
