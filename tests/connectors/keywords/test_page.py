"""Lexicons that cannot be used, and how several go together."""

from __future__ import annotations

import pytest

from connectors.keywords.lexicon import LexiconError, load_lexicon
from tests.connectors.keywords.starters import keywords

BASE = '[private_deal]\nkeywords = ["飞单", "别走公司"]'


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("[privat_deal]", "privat_deal: is no category; did you mean private_deal?"),
        ('"飞单" = "privat_deal"', '"飞单": "privat_deal" is no category; did you mean'),
        ("other = 1", "other: is no table"),
        ("[other]\nwords = []", 'other: there is no "words" in it'),
        ('[other]\nunless = ["不要"]', "other.unless[1]: has no `…`"),
        (
            '[other]\nunless = [{ text = "不要…", apart = "3" }]',
            "other.unless[1].apart: is no number",
        ),
        ('announcements = ["短"]', "announcements[1]: is no announcement"),
        (f'announcements = ["{"公告" * 10_001}"]', "announcements[1]: has more than 20000"),
        ('without = ["跳单"]', 'without[1]: no other lexicon has "跳单"'),
        ("x =", "is no TOML"),
    ],
)
def test_a_lexicon_that_cannot_be_used_is_named_with_the_place(toml: str, problem: str) -> None:
    assert problem in only_problem(toml)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('""', "[1]: is empty"),
        ('"飞单", " "', "[2]: is empty"),
        ("1", "[1]: is no keyword"),
        ('{ near = ["a"] }', "[1]: is empty"),
        ('"💰…"', '[1]: "💰…" is nothing to us'),
        ('"卡！"', '[1]: "卡！" is one character to us'),
        ('"卡卡", "卡 卡"', '[2]: "卡 卡" stands twice: "卡卡" is it at own: other.keywords[1]'),
        (f'"{"飞" * 201}"', "[1]: has more than 200 characters"),
        ('{ text = "飞单", nah = [] }', '[1]: there is no "nah" in it'),
        ('{ text = "飞单", near = "给" }', "[1].near: is no list"),
        ('{ text = "飞单", near = [""] }', "[1].near[1]: is empty"),
        ('{ text = "飞单", within = true }', "[1].within: is no number"),
        ('{ text = "飞单", within = -1 }', "[1].within: is no number"),
        ('{ text = "飞单", unless = ["不要"] }', '[1].unless[1]: "不要" has not the keyword in it'),
        ('{ text = "飞单", unless = ["不…的"] }', "[1].unless[1]: has words on both sides of `…`"),
        ('{ text = "飞单", unless = ["…"] }', '[1].unless[1]: "…" is nothing to us'),
    ],
)
def test_a_keyword_that_cannot_be_used_is_named_with_its_place(row: str, problem: str) -> None:
    assert f"own: other.keywords{problem}" in only_problem(f"[other]\nkeywords = [{row}]")


def only_problem(toml: str) -> str:
    with pytest.raises(LexiconError) as wrong:
        load_lexicon({"own": toml})
    (problem,) = wrong.value.problems
    assert problem.startswith("own: ")
    return problem


def test_what_is_no_table_is_no_lexicon() -> None:
    with pytest.raises(LexiconError, match="own: is no table"):
        load_lexicon({"own": 5})  # type: ignore[dict-item]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(LexiconError) as wrong:
        load_lexicon({"a": '[othr]\n[other]\nkeywords = ["", "x"]', "b": "=", "c": BASE, "d": BASE})
    assert len(wrong.value.problems) == 4


def test_a_keyword_in_two_categories_of_two_lexicons_is_named_with_both_places() -> None:
    with pytest.raises(LexiconError, match=r"own: other.keywords\[1\].*base: private_deal") as it:
        load_lexicon({"base": BASE, "own": '[other]\nkeywords = ["飞單"]'})
    assert "name it in `without`" in str(it.value)


@pytest.mark.parametrize("around", [-1, 201])
def test_an_excerpt_that_the_contract_refuses_is_refused(around: int) -> None:
    with pytest.raises(LexiconError, match="around"):
        load_lexicon({}, around=around)


def test_a_company_adds_words_in_one_line_and_takes_others_out() -> None:
    own = {"走小张那边": "private_deal", "without": ["飛單"]}
    lexicon = load_lexicon({"base": BASE, "own": own})
    assert keywords(lexicon, "飞单，走小张那边，别走公司") == ["走小张那边", "别走公司"]


def test_the_later_of_two_lexicons_says_when_a_keyword_counts() -> None:
    own = '[private_deal]\nkeywords = [{ text = "飞单", near = ["给我"] }]'
    lexicon = load_lexicon({"base": BASE, "own": own})
    assert keywords(lexicon, "飞单") == []
    assert keywords(lexicon, "飞单给我") == ["飞单"]


def test_no_lexicon_has_no_hits() -> None:
    assert load_lexicon({}).hits("打到我卡上") == []
