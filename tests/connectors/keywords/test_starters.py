"""The lexicons that come with Offbook, on what people write."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors.keywords.normal import squeezed
from connectors.keywords.page import CATEGORIES
from connectors.keywords.traditional import SIMPLIFIED
from tests.connectors.keywords.evasive import EVASIVE
from tests.connectors.keywords.innocent import INNOCENT
from tests.connectors.keywords.starters import keywords, starters


@pytest.mark.parametrize("text", INNOCENT)
def test_an_innocent_message_is_no_hit(text: str) -> None:
    assert keywords(starters(), text) == []


@pytest.mark.parametrize(("category", "text", "near_miss"), EVASIVE)
def test_an_evasive_message_is_a_hit_and_what_is_nearly_it_is_none(
    category: str, text: str, near_miss: str
) -> None:
    assert category in {it.category for it in starters().hits(text)}
    assert keywords(starters(), near_miss) == []


@pytest.mark.parametrize("script", ["zh", "en"])
def test_each_category_has_words_in_each_language(script: str) -> None:
    counts = Counter(
        it.category for it in starters().entries if it.place.startswith(f"{script}.toml")
    )
    assert set(counts) == set(CATEGORIES)
    assert min(counts.values()) >= 15


def test_each_keyword_without_conditions_hits_itself() -> None:
    """Or a longer one of its category that it has in it."""
    silent = [
        it.keyword
        for it in starters().entries
        if not it.near and it.category not in {hit.category for hit in starters().hits(it.keyword)}
    ]
    assert silent == []


def test_each_chinese_keyword_with_conditions_hits_beside_each_of_them() -> None:
    silent = [
        (it.keyword, near.text)
        for it in starters().entries
        for near in it.near
        if it.category not in {hit.category for hit in starters().hits(f"{it.keyword} {near.text}")}
        and not it.keyword.isascii()
    ]
    assert silent == []


def test_each_simplified_character_of_the_lexicons_has_its_traditional_form() -> None:
    """What Big5 lacks is written in simplified Chinese only."""
    known = set(SIMPLIFIED.values())
    written = set(squeezed("".join(it.keyword for it in starters().entries)))
    assert sorted(it for it in written - known if not _is_in("big5", it)) == []


def test_a_table_of_characters_ends_where_it_leads() -> None:
    assert not set(SIMPLIFIED) & set(SIMPLIFIED.values())
    assert all(_is_in("gb2312", it) for it in SIMPLIFIED.values())


def _is_in(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
