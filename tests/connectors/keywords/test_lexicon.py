"""What is a hit, by a small lexicon for each rule."""

from __future__ import annotations

import pytest

from connectors.keywords.lexicon import MOST_READ, load_lexicon
from tests.connectors.keywords.starters import keywords, small

WORDS = """
[other]
keywords = [
  "wire", "my card", "off-book", "offbook", "don't pay", "vx", "加我wx", "5个点", "一起走", "b2b",
]
"""
NEAR = """
[other]
keywords = [{ text = "返点", near = ["私下", "cash"], within = 4 }]
"""
UNLESS = """
[other]
unless = ["不要…", { text = "do not…", apart = 9 }, "…是违规"]
keywords = [
  "打到我卡上",
  "我卡上",
  "to my card",
  { text = "收款人写我", unless = ["收款人写我司"] },
]
"""
LONGEST = """
[off_channel_payment]
keywords = ["打到我卡上", "打到我", "卡上有"]
[private_deal]
keywords = ["我卡"]
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("please WIRE it", ["wire"]),
        ("wireless", []),
        ("rewire", []),
        ("请wire给我", ["wire"]),
        ("wire2me", ["wire"]),
        ("(wire)", ["wire"]),
        ("wi\u200bre", ["wire"]),
        ("w\u0301ire", ["wire"]),
        ("w i r e", ["wire"]),
        ("w-i-r-e it", ["wire"]),
        ("w.i.r.e", ["wire"]),
        ("wi re", []),
        ("w ire", []),
        ("w i r e l e s s", []),
        ("r e w i r e", []),
        ("w i r e  n o w", ["wire"]),
        ("a w-i-r-e", ["wire"]),
        ("i w i r e", []),
        ("to my card", ["my card"]),
        ("my   card", ["my card"]),
        ("my, card", ["my card"]),
        ("mycard", []),
        ("my cardio", []),
        ("m y  c a r d", ["my card"]),
        ("off book", ["off-book"]),
        ("off-book", ["off-book"]),
        ("offbook", ["offbook"]),
        ("don’t pay", ["don't pay"]),
        ("dont pay", ["don't pay"]),
        ("don t pay", []),
        ("加我 wx：abc", ["加我wx"]),
        ("加我wx138", ["加我wx"]),
        ("加我wxid", []),
        ("ｖ✌ｘ", ["vx"]),
        ("5个点", ["5个点"]),
        ("五個點", ["5个点"]),
        ("伍 个 点", ["5个点"]),
        ("15个点", []),
        ("二五个点", []),
        ("1起走", ["一起走"]),
        ("我们三一起走", ["一起走"]),
        ("b2b", ["b2b"]),
        ("b 2 b", ["b2b"]),
        ("ab2b", []),
    ],
)
def test_a_keyword_is_found_where_it_is_a_word(text: str, found: list[str]) -> None:
    assert keywords(small(WORDS), text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("返点", []),
        ("私下返点", ["返点"]),
        ("返点，私下", ["返点"]),
        ("私下一二三四返点", ["返点"]),
        ("私下一二三四五返点", []),
        ("返点一二三四私下", ["返点"]),
        ("返点一二三四五私下", []),
        ("私下" + "。" * 500 + "返点", ["返点"]),
        ("返点 in cash", ["返点"]),
        ("返点 cashew", []),
        ("返点。一二三四五六七八返点私下", ["返点"]),
    ],
)
def test_what_must_be_near_is_counted_as_matched(text: str, found: list[str]) -> None:
    assert keywords(small(NEAR), text) == found


def test_of_a_keyword_that_must_be_near_something_the_place_that_is_counts() -> None:
    hit = small(NEAR).hits("返点。一二三四五六七八返点私下")[0]
    assert hit.start == 11


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("打到我卡上", ["打到我卡上"]),
        ("不要打到我卡上", []),
        ("不 要 打到我卡上", []),
        ("不要“打到我卡上”", []),
        ("不要，打到我卡上", ["打到我卡上"]),
        ("不要\n打到我卡上", ["打到我卡上"]),
        ("不要走公司，打到我卡上", ["打到我卡上"]),
        ("不要走公司打到我卡上", ["打到我卡上"]),
        ("打到我卡上不要打到公司", ["打到我卡上"]),
        ("打到我卡上是违规", []),
        ("打到我卡上。是违规", ["打到我卡上"]),
        ("不要打到我卡上。打到我卡上", ["打到我卡上"]),
        ("do not wire it to my card", []),
        ("do not hesitate, wire it to my card", ["to my card"]),
        ("do not wire the money to my card", ["to my card"]),
        ("收款人写我", ["收款人写我"]),
        ("收款人写我司", []),
    ],
)
def test_what_takes_a_hit_away_must_be_about_it(text: str, found: list[str]) -> None:
    assert keywords(small(UNLESS), text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("打到我卡上有", ["打到我卡上", "我卡"]),
        ("打到我", ["打到我"]),
        ("打到我。打到我卡上", ["打到我", "打到我卡上", "我卡"]),
        ("卡上有", ["卡上有"]),
    ],
)
def test_the_longest_of_a_category_counts_where_they_overlap(text: str, found: list[str]) -> None:
    assert keywords(small(LONGEST), text) == found


def test_a_keyword_is_one_hit_a_message_at_its_first_place() -> None:
    hits = small(WORDS).hits("wire, wire and WIRE")
    assert [(it.keyword, it.start, it.end) for it in hits] == [("wire", 0, 4)]


def test_a_hit_says_where_it_is_as_it_was_written() -> None:
    text = "尾款　打 到 我-卡.上，好吗"
    hit = small(UNLESS).hits(text)[0]
    assert text[hit.start : hit.end] == "打 到 我-卡.上"
    assert (hit.keyword, hit.category) == ("打到我卡上", "other")
    assert hit.excerpt == text


@pytest.mark.parametrize(
    ("around", "excerpt"), [(0, "wire"), (2, "b wire c"), (40, "a b wire c d")]
)
def test_an_excerpt_has_so_many_characters_around(around: int, excerpt: str) -> None:
    lexicon = load_lexicon({"own.toml": WORDS}, around=around)
    assert lexicon.hits("a b wire c d")[0].excerpt == excerpt


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("👨‍👩‍👧.wire", ".wire"),
        ("👍🏿.wire", ".wire"),
        ("e\u0301.wire", ".wire"),
        ("wire.❤\ufe0f", "wire."),
        ("wire.👨‍👩", "wire."),
    ],
)
def test_an_excerpt_cuts_no_character_in_two(text: str, excerpt: str) -> None:
    assert load_lexicon({"own.toml": WORDS}, around=2).hits(text)[0].excerpt == excerpt


def test_an_excerpt_is_as_long_as_the_contract_lets_it_be() -> None:
    text = "前" * 300 + "打到" + "." * 2000 + "我卡上" + "后" * 300
    lexicon = load_lexicon({"own.toml": UNLESS}, around=200)
    hit = lexicon.hits(text)[0]
    assert (hit.start, hit.end) == (300, 2305)
    assert hit.excerpt == "打到" + "." * 498
    assert len(lexicon.hits("前" * 300 + "打到我卡上" + "后" * 300)[0].excerpt) == 405


def test_what_was_not_searched_is_told() -> None:
    lexicon = small(WORDS)
    found = lexicon.search("." * (MOST_READ - 4) + "wire" + " wire" * 10)
    assert ([it.keyword for it in found.hits], found.unread) == (["wire"], 50)
    found = lexicon.search("." * MOST_READ + "wire")
    assert (found.hits, found.unread) == ([], 4)
    assert lexicon.search("wire").unread == 0


@pytest.mark.parametrize(
    "piece", ["打到我卡上", "不要打到我卡上", "我卡上 不要", "d o n o t ", "to my card "]
)
def test_a_mebibyte_of_one_keyword_ends(piece: str) -> None:
    text = piece * ((1 << 20) // len(piece))
    found = small(UNLESS).search(text)
    assert len(found.hits) <= 1
    assert found.unread == len(text) - MOST_READ
