"""Text that acts is shown escaped, and only that."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.spelling.shown import quoted, shown, shown_json, shown_lines


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("唐静 (E132), C:\\files – 5 %", "唐静 (E132), C:\\files – 5 %"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x00\x07\x7f\x9b", r"\x00\x07\x7f\x9b"),
        ("invoice\u202egpj.exe", r"invoice\u202egpj.exe"),
        ("\u2066a\u2069\u200f\u061c", r"\u2066a\u2069\u200f\u061c"),
        ("zero\u200bwidth\ufeff\u00ad", r"zero\u200bwidth\ufeff\xad"),
        ("filler\u3164\u115f\u034f\ufe0f", r"filler\u3164\u115f\u034f\ufe0f"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("one\u2028two\u2029three\x85", r"one\u2028two\u2029three\x85"),
        ("wide\u3000narrow\u202fno-break\u00a0em\u2003", "wide narrow no-break em "),
        ("half \ud800", r"half \ud800"),
        ("private \ue000", r"private \ue000"),
        ("𠮷野家 👍 é", "𠮷野家 👍 é"),
        ("", ""),
    ],
)
def test_what_acts_or_hides_is_escaped_and_all_else_stays(text: str, says: str) -> None:
    assert shown(text) == says


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_shown_is_one_line_that_can_be_printed_and_is_shown_so_again(text: str) -> None:
    once = shown(text)
    assert once.isprintable()
    assert once.splitlines() in ([], [once])
    assert shown(once) == once


@pytest.mark.parametrize(
    ("text", "unlike", "says"),
    [
        ("O-1 ", "O-1", '"O-1 "'),
        ("\u3000O-1\t", "O-1", r'" O-1\t"'),
        ("O-1\u200b", "O-1", r'"O-1\u200b"'),
        ("Ｏ-1", "O-1", '"Ｏ-1"'),
        ("O\u00a01", "O 1", r'"O\xa01"'),
        ("金 e\u0301", "金 é", r'"金 e\u0301"'),
        ('a"b\\', "", r'"a\"b\\"'),
        ("", "", '""'),
        ("a" * 20, "", '"' + "a" * 20 + '"'),
        ("a" * 20 + "b", "", '"aaaaaaaaaa"…"aaaaaaaaab"'),
        ("\U000e0041" * 3, "", '"\\U000e0041"…"\\U000e0041"'),
    ],
)
def test_in_quotation_marks_every_difference_can_be_seen(text: str, unlike: str, says: str) -> None:
    assert quoted(text, 20, unlike) == says


@given(st.text(st.characters(exclude_categories=())), st.text())
def test_what_is_quoted_is_short_and_ends_where_it_ends(text: str, unlike: str) -> None:
    told = quoted(text, 20, unlike)
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"(?:…"(?:[^"\\]|\\.)*")?', told)
    assert len(told) <= 20 + len('""…""')
    assert shown(told) == told


def test_a_text_of_several_lines_keeps_them() -> None:
    assert shown_lines("one\ntwo\x1b[m\u2028\n") == "one\ntwo\\x1b[m\\u2028\n"


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_says_the_same_and_holds_nothing_that_acts(document: object) -> None:
    for indent in (None, 2):
        raw = json.dumps(document, ensure_ascii=False, indent=indent)
        told = shown_json(raw)
        assert json.loads(told) == document
        assert shown(told.replace("\n", "")) == "".join(
            " " if character.isspace() else character for character in told.replace("\n", "")
        )
