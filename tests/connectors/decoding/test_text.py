from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import fault, read, values
from tests.parts.examples import examples

TEXT = "工号,姓名\nE-1,李四\nE-2,陈\n"
EXPECTED = [{"工号": "E-1", "姓名": "李四"}, {"工号": "E-2", "姓名": "陈"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_an_encoding_is_seen(encoding: str) -> None:
    assert values(TEXT.encode(encoding), format="csv") == EXPECTED


@pytest.mark.parametrize(
    "encoding", ["utf-8", "GBK", "gb2312", "utf-16-le", "utf-16-be", "utf-16", "big5"]
)
def test_an_encoding_is_taken_as_it_is_said(encoding: str) -> None:
    text = "k,v\n1,中文\n"
    found = values(text.encode(encoding), format="csv", encoding=encoding)
    assert found == [{"k": "1", "v": "中文"}]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_an_encoding_is_seen_where_all_before_it_is_ascii(encoding: str) -> None:
    text = "k,v\n" + "1,x\n" * 100_000 + "2,李四\n"
    *_, last = read(text.encode(encoding), format="csv")
    assert last == Record({"k": "2", "v": "李四"}, 100_002)


def test_one_broken_line_does_not_make_a_file_of_utf_8_gb18030() -> None:
    content = TEXT.encode() + b"E-3,\xe6\x9d\nE-4,x\n"
    first, second, broken, after = read(content, format="csv")
    assert isinstance(broken, Undecodable)
    assert (broken.line, broken.column) == (4, 5)
    assert [first, second, after] == [
        Record(EXPECTED[0], 2),
        Record(EXPECTED[1], 3),
        Record({"工号": "E-4", "姓名": "x"}, 5),
    ]


def test_utf_16_that_ends_within_a_character_is_broken() -> None:
    *_, last = read(TEXT.encode("utf-16")[:-1], format="csv")
    assert isinstance(last, Undecodable)
    assert last.last


def test_json_of_another_encoding_is_read() -> None:
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        assert values('{"a": "李四"}'.encode(encoding), format="json") == [{"a": "李四"}]


def test_what_is_in_no_encoding_is_broken() -> None:
    assert fault(b'{"a": "\xff\xff"}', format="json").last


@settings(max_examples=examples(200))
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\ufeff\u200b"), min_size=1),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_a_text_survives_its_encoding(text: str, encoding: str) -> None:
    import json

    line = json.dumps({"v": text}, ensure_ascii=False) + "\n"
    found = values(line.encode(encoding), format="ndjson", encoding=encoding)
    assert found == [{"v": text}]
