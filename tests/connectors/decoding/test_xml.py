from __future__ import annotations

import pytest

from connectors.decoding import xml
from connectors.record import Record
from tests.connectors.decoding.reading import fault, fixture, read, read_fixture, values


def test_a_callback_is_what_its_root_has() -> None:
    (value,) = read_fixture("wecom/change_contact.xml")
    assert value["Event"] == "change_contact"
    assert value["Department"] == "12,15"


def test_an_element_is_a_table_a_list_or_a_text() -> None:
    text = """<?xml version="1.0"?>
    <n:r xmlns:n="urn:x" xmlns="urn:y" n:id="7">
      <a> x <!-- y --> z </a><a/><b><c>1</c></b>
      <Amt Ccy="CNY">5.00</Amt><e k="v"/><m>before<i/>after</m>
    </n:r>"""
    assert values(text, format="xml") == [
        {
            "@id": "7",
            "a": ["x  z", ""],
            "b": {"c": "1"},
            "Amt": {"@Ccy": "CNY", "#text": "5.00"},
            "e": {"@k": "v"},
            "m": {"i": "", "#text": "beforeafter"},
        }
    ]


def test_a_root_of_text_has_its_name() -> None:
    assert values("<r> x </r>", format="xml") == [{"r": "x"}]


def test_records_are_where_the_path_says() -> None:
    path = "Document.BkToCstmrStmt.Stmt.Ntry"
    items = read(fixture("bank/camt053.xml"), format="xml", records=path)
    assert [it.part for it in items if isinstance(it, Record)] == ["Ntry 1", "Ntry 2"]
    text = "<r><l><i><v>1</v></i></l><l/><l><i>2</i><i>3</i></l></r>"
    assert values(text, format="xml", records="r.l.i") == [{"v": "1"}, {"i": "2"}, {"i": "3"}]


def test_an_empty_list_has_no_element_and_a_missing_one_is_a_fault() -> None:
    assert values("<r><l/></r>", format="xml", records="r.l.i") == []
    assert "r.k" in fault("<r><l/></r>", format="xml", records="r.k.i").reason


@pytest.mark.parametrize("encoding", ["gbk", "gb2312", "GB18030", "utf-8", "utf-16", "UTF-8"])
def test_an_encoding_is_read_as_it_is_declared(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><r><a>李四</a></r>'
    assert values(text.encode(encoding), format="xml") == [{"a": "李四"}]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "<r>",
        "<r></s>",
        "<r/><r/>",
        "<r>&e;</r>",
        "<r>\0</r>",
        "<!DOCTYPE r><r/>",
        f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><r>&l9;</r>',
        '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>',
        '<!DOCTYPE r SYSTEM "http://example.com/r.dtd"><r/>',
        "<r>" * 65 + "</r>" * 65,
        "<r>" * 1_000_000,
        " " * 1_000_000 + "<r",
    ],
)
def test_what_is_no_xml_or_defines_something_is_refused(text: str) -> None:
    assert fault(text, format="xml").last
    assert fault(text, format="camt").last


def test_a_fault_has_its_place() -> None:
    item = fault("<r>\n  <a></b></r>", format="xml")
    assert (item.line, item.column) == (2, 8)


def test_elements_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "_NODES", 100)
    assert "more than 100" in fault("<r>" + "<a/>" * 100 + "</r>", format="xml").reason
    assert values("<r>" + "<a/>" * 99 + "</r>", format="xml")


def test_a_large_file_is_refused() -> None:
    assert "32 MiB" in fault(b" " * ((32 << 20) + 1), format="xml").reason
