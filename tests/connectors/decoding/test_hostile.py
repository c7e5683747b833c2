"""Whatever the bytes are, they are read to an end, and nothing of them is told."""

from __future__ import annotations

import gzip
import io
from decimal import Decimal
from typing import Any, get_args

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.decoding.decode import records
from connectors.decoding.options import Decoding, Format
from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import FIXTURES, READ
from tests.parts.examples import PROFILE, examples

FORMATS = get_args(Format)
#: Bytes that mean something to one of the formats.
TOKENS = [
    b"\n", b"\r\n", b",", b'"', b'""', b"\t", b"=", b"|", b"{", b"}", b"[", b"]", b":", b"\\",
    b"<a>", b"</a>", b"<!DOCTYPE", b"&", b"&amp;", b"%", b"a,b", b'{"a":1}', b"CEF:0|", b":61:",
    b":86:", b":25:x", b":20:", b"260305C1,00NTRF", b"?20", b"-}", b"<13>1 ", b"\0", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xc0\xee", b"\xe6\x9d\x8e", b"\x1f\x8b", b"PK\x03\x04", b"1e9", b"NaN",
    b"\\ud800", b"a=b", b"<Document>", b"<BkToCstmrStmt>", b"<Stmt>", b"<Ntry>",
]  # fmt: skip


def plain(value: Any) -> bool:
    """Whether it is made of what a record may have."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and plain(it) for key, it in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    if isinstance(value, str):
        return bool(value.encode() or True)
    return value is None or isinstance(value, int | Decimal)


def check(content: bytes, **options: Any) -> None:
    items = list(records(io.BytesIO(content), Decoding(**options)))
    for at, item in enumerate(items, start=1):
        if isinstance(item, Undecodable):
            assert item.reason
            assert item.mend
            assert not item.last or at == len(items)
        else:
            assert isinstance(item, Record)
            assert plain(item.value)
            assert item.line >= 0


@settings(max_examples=examples(1600))
@given(
    st.binary(max_size=200) | st.lists(st.sampled_from(TOKENS), max_size=40).map(b"".join),
    st.sampled_from(FORMATS),
    st.booleans(),
)
def test_any_bytes_are_read_to_an_end(content: bytes, form: str, packed: bool) -> None:
    check(gzip.compress(content) if packed else content, format=form)


@pytest.mark.parametrize("name", READ)
def test_a_file_that_is_cut_anywhere_is_read_to_an_end(name: str) -> None:
    content = (FIXTURES / name).read_bytes()
    for size in range(0, len(content), 1 if PROFILE != "dev" else 37):
        check(content[:size], **READ[name])


def test_a_file_that_is_read_as_another_format_is_read_to_an_end() -> None:
    every = [it for it in sorted(FIXTURES.glob("*/*")) if it.is_file()]
    for path in every if PROFILE != "dev" else every[::5]:
        for form in FORMATS:
            check(path.read_bytes(), format=form)


def test_a_workbook_that_is_damaged_anywhere_is_read_to_an_end() -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, "李四"])
    out = io.BytesIO()
    book.save(out)
    content = out.getvalue()
    for at in range(0, len(content), 7 if PROFILE != "dev" else 331):
        check(content[:at], format="xlsx")
        check(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :], format="xlsx")


@settings(max_examples=examples(200))
@given(st.data())
def test_a_fault_quotes_nothing(data: st.DataObject) -> None:
    secret = "Zq7b81f3a0"
    tokens = [*TOKENS, secret.encode()]
    content = b"".join(data.draw(st.lists(st.sampled_from(tokens), max_size=30)))
    for form in FORMATS:
        for item in records(io.BytesIO(content), Decoding(format=form)):
            if isinstance(item, Undecodable):
                assert secret not in item.reason + item.mend
