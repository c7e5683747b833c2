"""What holds for whatever is written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.keywords.lexicon import AROUND
from tests.connectors.keywords.evasive import EVASIVE
from tests.connectors.keywords.innocent import INNOCENT
from tests.connectors.keywords.starters import keywords, starters
from tests.parts.examples import examples

#: Of all planes, lone surrogates too, and what keywords are made of.
ANYTHING = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("打到我卡上不要wire私下 \n")
)
IGNORED = st.text(
    st.sampled_from(
        " 　\t\n.,-—_*·。，！？…「」()#@~￥💰👍🏿❤\u200b\u200d\ufe0f\u202e\u00ad\u0301丶"
    ),
    max_size=600,
)
#: Without conditions, and all Chinese.
CHINESE = [
    it.keyword
    for it in starters().entries
    if not it.near and all("\u4e00" <= c <= "\u9fff" for c in it.keyword)
]
FAR = "。今天天气很好" * 12
MESSAGES = st.sampled_from([text for _, text, _ in EVASIVE] + INNOCENT)


@settings(max_examples=examples(300))
@given(st.data(), st.sampled_from(CHINESE), st.text(st.sampled_from("天气很好。"), max_size=80))
def test_a_chinese_keyword_with_anything_ignored_in_it_is_a_hit(
    data: st.DataObject, keyword: str, before: str
) -> None:
    pieces = [it + data.draw(IGNORED) for it in keyword[:-1]]
    text = before + "".join(pieces) + keyword[-1] + FAR
    hits = starters().hits(text)
    assert [it.keyword for it in hits] == keywords(starters(), keyword) != []
    for hit in hits:
        assert hit.excerpt in text
        assert len(hit.excerpt) <= min(500, hit.end - hit.start + 2 * AROUND)


@settings(max_examples=examples(800))
@given(ANYTHING)
def test_any_text_is_searched(text: str) -> None:
    for hit in starters().hits(text):
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.excerpt in text


@settings(max_examples=examples(300))
@given(st.lists(MESSAGES, max_size=6))
def test_messages_far_apart_have_the_hits_of_each(messages: list[str]) -> None:
    together = keywords(starters(), FAR.join(messages))
    assert len(together) == len(set(together))
    assert set(together) == {it for one in messages for it in keywords(starters(), one)}


@settings(max_examples=examples(300))
@given(MESSAGES, ANYTHING)
def test_a_keyword_is_found_twice_in_no_message(one: str, other: str) -> None:
    found = keywords(starters(), one + other + one)
    assert len(found) == len(set(found))
