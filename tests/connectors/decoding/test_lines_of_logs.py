"""CEF and syslog."""

from __future__ import annotations

import pytest

from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import fault, read, read_fixture, values


def test_cef_has_its_pairs_its_head_and_its_labels() -> None:
    (value,) = read_fixture("endpoint/cef.GUESS.log")
    assert value["suser"] == "lisi"
    assert value["filePath"] == "D:\\报价\\报价汇总.xlsx"
    assert value["cef"]["name"] == "File copied to removable disk"
    assert value["cef"]["severity"] == "6"
    assert value["labels"] == {"department": "华东一组", "destination": "F:\\报价汇总.xlsx"}
    assert value["syslog"]["host"] == "dlp01"
    assert value["syslog"]["time"] == "2026-03-09T18:55:40+08:00"


def test_cef_has_escapes_and_blanks_in_values() -> None:
    text = r"CEF:0|a\|b|p\\|1|id|n|3|msg=x \= y\nz fname=a b.txt  empty= cs1Label=x"
    (value,) = values(text, format="cef")
    assert value["cef"] | {"vendor": "a|b", "product": "p\\"} == value["cef"]
    assert value["msg"] == "x = y\nz"
    assert (value["fname"], value["empty"]) == ("a b.txt", "")
    assert value["labels"] == {}
    assert value["syslog"] == {}


def test_syslog_has_its_pairs_and_its_header() -> None:
    (value,) = read_fixture("endpoint/syslog_kv.GUESS.log")
    assert value["time"] == "2026-03-09 18:55:40"
    assert value["src"] == "D:\\报价\\报价汇总.xlsx"
    assert value["size"] == "1258291"
    assert value["syslog"]["time"] == "Mar  9 18:55:40"
    assert (value["syslog"]["facility"], value["syslog"]["severity"]) == (16, 6)
    assert value["syslog"]["program"] == "PING32"


def test_syslog_of_rfc_5424_has_structured_data() -> None:
    structured = '[x@1 user="li \\"s\\"" n="1"][y]'
    text = f"<165>1 2026-03-09T10:00:00Z host app 12 ID7 {structured} \ufeffact=copy"
    (value,) = values(text, format="syslog")
    assert (value["user"], value["n"], value["act"]) == ('li "s"', "1", "copy")
    assert (value["syslog"]["process"], value["syslog"]["kind"]) == ("12", "ID7")


def test_syslog_of_rfc_3164_has_a_process() -> None:
    (value,) = values("<34>Oct 11 22:14:15 mymachine su[42]: failed", format="syslog")
    assert value == {
        "syslog": {
            "facility": 4,
            "severity": 2,
            "time": "Oct 11 22:14:15",
            "host": "mymachine",
            "program": "su",
            "process": "42",
            "message": "failed",
        }
    }


@pytest.mark.parametrize("form", ["cef", "syslog"])
def test_names_are_ours_where_an_alias_says_so(form: str) -> None:
    text = "CEF:0|a|b|c|d|e|f|suser=x" if form == "cef" else "suser=x"
    assert values(text, format=form, aliases={"person": ["suser"]})[0]["person"] == "x"


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [("cef", "CEF:0|a|b|c|d|e|f|k=v", "CEF:0|a|b"), ("syslog", "k=v", "nothing")],
)
def test_a_line_that_is_none_is_a_fault_and_the_next_is_read(
    form: str, good: str, bad: str
) -> None:
    wrong, fine = read(f"\n{bad}\n{good}\n", format=form)
    assert isinstance(wrong, Undecodable)
    assert isinstance(fine, Record)
    assert (wrong.line, fine.line) == (2, 3)
    assert bad not in wrong.reason


@pytest.mark.parametrize(
    "line",
    [
        "CEF:0|" + "\\" * 1_000_000,
        "CEF:0|a|b|c|d|e|f|" + "a" * 1_000_000,
        "CEF:0|a|b|c|d|e|f|" + "a =" * 300_000,
        "<1>1 a b c d e " + "[" * 1_000_000,
        "<1>1 a b c d e [" + 'a b="' * 200_000,
        "<1>1 a b c d e " + "[a]" * 300_000,
        'k="' * 300_000,
        'k=\\"' * 200_000,
        "k" * 1_000_000,
    ],
)
def test_a_line_that_is_made_to_be_slow_is_not(line: str) -> None:
    # Anything but time in proportion to its length would take hours.
    for form in ("cef", "syslog"):
        assert len(read(line, format=form)) == 1


def test_an_empty_input_has_nothing() -> None:
    assert read("", format="cef") == read("", format="syslog") == []
    assert fault("x" * (2 << 20), format="cef").line == 1
