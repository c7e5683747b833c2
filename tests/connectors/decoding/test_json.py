from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import fault, read, read_fixture, values
from tests.parts.examples import examples


def test_a_document_is_a_record() -> None:
    assert read('{"a": {"b": [1]}}', format="json") == [Record({"a": {"b": [1]}})]


def test_the_items_of_a_list_are_records() -> None:
    first, wrong, third = read('[{"a": 1}, 2, {"a": 3}]', format="json")
    assert first == Record({"a": 1}, part="item 1")
    assert isinstance(wrong, Undecodable)
    assert not wrong.last
    assert third == Record({"a": 3}, part="item 3")


def test_records_are_where_the_path_says() -> None:
    text = '{"data": {"list": [{"a": 1}, {"a": 2}], "one": {"a": 3}, "none": null}}'
    assert values(text, format="json", records="data.list") == [{"a": 1}, {"a": 2}]
    assert values(text, format="json", records="data.one") == [{"a": 3}]
    assert values(text, format="json", records="data.none") == []
    assert "data.lost" in fault(text, format="json", records="data.lost.list").reason


def test_the_values_of_a_list_get_the_names_of_columns() -> None:
    text = '[["SO-1", 2], {"no": "SO-2"}, ["SO-3"], 4]'
    named, as_it_is, short, wrong = read(text, format="json", columns=["no", "sum"])
    assert named == Record({"no": "SO-1", "sum": 2}, part="item 1")
    assert as_it_is == Record({"no": "SO-2"}, part="item 2")
    assert isinstance(short, Undecodable)
    assert short.reason == "item 3 has 1 values, and columns has 2 names"
    assert isinstance(wrong, Undecodable)


def test_numbers_are_exact() -> None:
    text = '{"a": 622202001122334455677889900, "b": 128000.10, "c": 1e2, "d": -0.0}'
    (value,) = values(text, format="json")
    assert value["a"] == 622202001122334455677889900
    assert [str(value[it]) for it in "bcd"] == ["128000.10", "1E+2", "-0.0"]
    assert isinstance(value["b"], Decimal)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "1",
        '"x"',
        "{",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e999999999}',
        '{"a": 0e999999999}',
        '{"a": 1e-99999999999999999999}',
        '{"a": ' + "9" * 5000 + "}",
        '{"a": 1.' + "9" * 5000 + "}",
        '{"a": "\\ud800"}',
        '{"a": "\0"}',
        "[" * 1_000_000,
        '{"a":' * 1_000_000,
        '{"a": ' + "[" * 65 + "]" * 65 + "}",
        '"' + '\\"' * 1_000_000 + "{" * 100,
    ],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    assert fault(text, format="json").last
    for item in read(text, format="ndjson"):
        assert isinstance(item, Undecodable)


def test_brackets_within_a_text_are_no_levels() -> None:
    assert values(json.dumps({"a": '\\"[' * 100}), format="json") == [{"a": '\\"[' * 100}]


def test_what_is_named_twice_has_the_last_value() -> None:
    assert values('{"a": 1, "a": 2}', format="json") == [{"a": 2}]


def test_a_fault_has_its_place() -> None:
    item = fault('{"a": 1,\n "b" 2}', format="json")
    assert (item.line, item.column) == (2, 6)


def test_a_document_on_each_line() -> None:
    text = '\ufeff{"a": 1}\n\n  \n{"a": \n[1]\n{"a": 2}'
    first, broken, no_object, last = read(text, format="ndjson")
    assert first == Record({"a": 1}, 1)
    assert isinstance(broken, Undecodable)
    assert isinstance(no_object, Undecodable)
    assert (broken.line, no_object.line) == (4, 5)
    assert last == Record({"a": 2}, 6)


def test_a_long_line_is_a_fault_and_the_next_is_read() -> None:
    text = '{"a": "' + "x" * (2 << 20) + '"}\n{"a": 2}\n'
    long, last = read(text, format="ndjson")
    assert isinstance(long, Undecodable)
    assert last == Record({"a": 2}, 2)


def test_a_document_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "64 MiB" in fault(b" " * ((64 << 20) + 1), format="json").reason


def test_json_within_a_text_is_read_in_its_place() -> None:
    (value,) = values(
        '{"after": {"payload": "{\\"n\\": 1.50}", "id": 1}, "x": "", "y": 1}',
        format="json",
        json_in=["after.payload", "x", "y", "z", "y.z"],
    )
    assert value == {"after": {"payload": {"n": Decimal("1.50")}, "id": 1}, "x": "", "y": 1}
    item = fault('{"a": "secret"}', format="json", json_in=["a"])
    assert "secret" not in item.reason
    assert item.reason.startswith("a: ")


def test_wechat_pay_has_fen() -> None:
    (value,) = read_fixture("bank/wechatpay_notify_decrypted.json")
    assert value["amount"]["total"] == 12800000


ANY: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@settings(max_examples=examples(300))
@given(st.dictionaries(st.text(st.characters(codec="utf-8")), ANY), st.booleans())
def test_what_python_writes_is_read_as_it_was(value: dict[str, Any], escaped: bool) -> None:
    text = json.dumps(value, ensure_ascii=escaped)
    assert values(text, format="json", encoding="utf-8") == [value]
    assert values(text, format="ndjson", encoding="utf-8") == [value]
