"""What is alike to us, and where it came from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.keywords.normal import normal, squeezed
from tests.parts.examples import examples

#: Of all planes, lone surrogates too.
ANYTHING = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("written", "matched"),
    [
        ("Ｗｉｒｅ ＴＯ me", "wiretome"),
        ("Straße É Å", "strasseea"),
        ("ⓦⓘⓡⓔ 𝐰𝐢𝐫𝐞 ﬁne", "wirewirefine"),
        ("打 到 我-卡.上", "打到我卡上"),
        ("打💰到👨‍👩‍👧我🏿卡1️⃣上", "打到我卡1上"),
        ("打\u200b到\u2060我\ufeff卡\U000e0061上\u202e", "打到我卡上"),
        ("打丶到丨我ー卡", "打到我卡"),
        ("帳戶 賬戶 帐户 账户", "账户账户账户账户"),
        ("一二三四五六七八九〇", "1234567890"),
        ("壹貳叁參肆伍陸柒捌玖零 两兩", "1233456789022"),
        ("１ ① ㊀ 1", "1111"),
        ("⽇ 卡", "日卡"),
        ("don’t don't", "dontdont"),
        ("", ""),
        ("…——！？💰", ""),
        ("\ud800打\udfff到", "打到"),
    ],
)
def test_what_is_written_in_many_ways_is_one(written: str, matched: str) -> None:
    assert squeezed(written) == normal(written).text == matched


@settings(max_examples=examples(800))
@given(ANYTHING)
def test_both_ways_to_it_lead_to_the_same_and_each_character_has_an_origin(text: str) -> None:
    found = normal(text)
    assert found.text == squeezed(text)
    assert len(found.origin) == len(found.kinds) == len(found.gaps) - 1 == len(found.text)
    assert found.origin == sorted(found.origin)
    assert all(it in squeezed(text[at]) for it, at in zip(found.text, found.origin, strict=True))


@settings(max_examples=examples(400))
@given(ANYTHING)
def test_what_is_matched_is_matched_as_itself(text: str) -> None:
    assert squeezed(squeezed(text)) == squeezed(text)


@settings(max_examples=examples(400))
@given(ANYTHING, ANYTHING)
def test_texts_side_by_side_are_matched_side_by_side(one: str, other: str) -> None:
    assert squeezed(one + other) == squeezed(one) + squeezed(other)
