"""Tips: one that names its reporter is refused and withheld, wherever and however it does."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.rejected import Rejected
from tests.contract.documents import (
    TIP,
    Headers,
    binary,
    decoded,
    example,
    refused,
    taken,
    with_data,
    without,
)

NAME = "Wang Xiaoming"


def assert_withheld(outcome: Event | Rejected) -> None:
    assert isinstance(outcome, Rejected)
    assert outcome.stage == "privacy"
    assert outcome.withhold
    assert NAME not in outcome.line()


@st.composite
def naming_keys(draw: st.DrawFn) -> str:
    """Keys that begin with one of the two words, in any mixture of case and width, with what
    nobody sees before or between the letters."""
    word = draw(st.sampled_from(["reporter", "whistleblower"]))
    unseen = st.sampled_from(["", "", "\u200b", "\ufeff", "\u00ad"])
    cased = draw(st.sampled_from(["", " ", "\u3000"]))
    for letter in word:
        shapes = [letter, letter.upper(), chr(ord(letter) + 0xFEE0), chr(ord(letter) + 0x1D3B9)]
        cased += draw(unseen) + draw(st.sampled_from(shapes))
    return cased + draw(st.sampled_from(["", "s", "_name", "Phone", " ", "举报人"]))


@st.composite
def escaped(draw: st.DrawFn, text: str) -> str:
    r"""`text` as a JSON string, some of its letters as \\uXXXX."""
    letters = [json.dumps(c, ensure_ascii=draw(st.booleans()))[1:-1] for c in text]
    letters = [
        f"\\u{ord(c):04x}" if c.isascii() and draw(st.booleans()) else letter
        for c, letter in zip(text, letters, strict=True)
    ]
    return '"' + "".join(letters) + '"'


@given(naming_keys(), st.data(), st.integers(0, 30))
def test_a_naming_key_is_refused_at_any_depth_however_written(
    key: str, draw: st.DataObject, depth: int
) -> None:
    inner = "{" + draw.draw(escaped(key)) + f": {json.dumps(NAME)}" + "}"
    for _ in range(depth):
        wrap = draw.draw(st.sampled_from(["[%s]", '{"a": %s}', '[1, {"b": [%s]}]']))
        inner = wrap % inner
    place = draw.draw(st.sampled_from(["data", "envelope", "extension", "twice"]))
    document = example(TIP)
    if place == "envelope":
        value = json.dumps(document)[:-1] + f", {inner[1:-1]}" + "}" if depth == 0 else ""
        value = value or json.dumps(document)[:-1] + f', "ext": {inner}' + "}"
    elif place == "extension":
        value = json.dumps(document)[:-1] + f', "ext": {inner}' + "}"
    elif place == "twice":  # of a key given twice most readers see only the last
        value = json.dumps(document)[:-1] + f', "x": {inner}, "x": 1' + "}"
    else:
        value = json.dumps(with_data(TIP, x="HERE")).replace('"HERE"', inner)
    assert_withheld(decoded(value.encode(), topic="tips"))
    assert_withheld(decoded(value.encode(), topic=""))
    assert_withheld(decoded(value.encode(), topic="payments"))


@given(naming_keys())
def test_a_header_that_names_a_reporter_is_refused_in_both_modes(key: str) -> None:
    value, headers = binary(example(TIP))
    for name in (key, f"ce_{key}", f"CE_{key}", f"ce-{key}", f"cloudEvents:{key}"):
        named: Headers = [(name, NAME.encode())]
        why = decoded(value, headers + named, "tips")
        assert_withheld(why)
        assert isinstance(why, Rejected)
        assert why.field == "headers"
        outcome = decoded(example(TIP), [*named, ("content-type", b"application/cloudevents+json")])
        assert_withheld(outcome)


def test_the_key_is_not_quoted_for_it_may_be_the_name() -> None:
    why = refused(with_data(TIP, **{f"reporter {NAME}": True}))
    assert_withheld(why)


def test_the_words_are_allowed_in_texts_and_within_keys() -> None:
    text = 'the reporter, a "whistleblower", said\n"reporter": nobody'
    assert taken(with_data(TIP, text=text, x={"the_reporter": 1, "note": ["reporter"]}))
    assert taken(with_data(TIP, category="reporter"))


def test_other_topics_may_have_such_keys() -> None:
    assert taken(example() | {"reporter": NAME})
    assert not refused(with_data(amount="x", reporter=NAME)).withhold


@pytest.mark.parametrize(
    "value",
    [
        b'{"reporter": "Wang Xiaoming"',
        b"\xff\xfe{}",
        json.dumps(example(TIP)).encode("utf-16"),
        json.dumps(example(TIP)).encode("utf-16-le"),
        b"\x1f\x8b\x08\x00 gzip",
        base64.b64encode(json.dumps(example(TIP)).encode()),
        b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"x":"' + b"x" * 5_000_000 + b'"}',
        b'{"x":NaN, "x": 2, "data": {}}',
        b'"reporter"',
        b"[{}]",
        b"id=3;reporter=Wang Xiaoming",
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_tip_that_cannot_be_read_is_withheld(value: bytes) -> None:
    for headers in ([], binary(example(TIP))[1]):
        why = decode_record(value, headers, Origin("tips", 0, 0))
        assert isinstance(why, Rejected)
        assert why.withhold
        assert NAME not in why.line()


@pytest.mark.parametrize(
    "document",
    [
        example(TIP) | {"data": json.dumps({"reporter": NAME, "tip": "T"})},
        example(TIP) | {"data": base64.b64encode(b'{"reporter": 1}').decode()},
        without(example(TIP) | {"data_base64": "eyJyZXBvcnRlciI6MX0="}, "data"),
        with_data(TIP, tip=1, text='{"reporter": "Wang Xiaoming"}'),
        with_data(TIP, tip=1, text='{"\\u0072eporter": "Wang Xiaoming"}'),
    ],
)
def test_a_refused_tip_that_may_hide_a_document_is_withheld(document: dict[str, Any]) -> None:
    why = refused(document)
    assert why.withhold
    assert NAME not in why.line()


@pytest.mark.parametrize(
    "document",
    [
        without(example(TIP), "id"),
        without(example(TIP), "data", "tip"),
        with_data(TIP, about_employee=7),
        example(TIP) | {"time": "2026-03-13"},
    ],
)
def test_a_refused_tip_that_is_free_of_names_is_kept(document: dict[str, Any]) -> None:
    why = refused(document, topic="tips")
    assert why.stage != "privacy"
    assert not why.withhold
    utf8 = json.dumps(document, ensure_ascii=False).encode()
    assert not refused(utf8, topic="tips").withhold


def test_a_tip_on_the_wrong_topic_is_withheld_when_it_names_and_kept_when_not() -> None:
    assert not refused(example(TIP), topic="payments").withhold
    assert_withheld(decoded(with_data(TIP, reporter=NAME), topic="payments"))
    escaped_type = json.dumps(with_data(TIP, reporter=NAME)).replace(".tip.", "\\u002etip\\u002e")
    assert_withheld(decoded(escaped_type.encode(), topic="payments"))
    broken = json.dumps(with_data(TIP, reporter=NAME)).encode()[:-1]
    assert_withheld(decoded(broken, topic="payments"))


def test_an_empty_or_null_tip_holds_nothing_back() -> None:
    for value in (b"", None):
        why = decode_record(value, (), Origin("tips", 0, 0))
        assert isinstance(why, Rejected)
        assert not why.withhold


@given(st.binary(max_size=60))
def test_a_tip_of_any_bytes_is_withheld_unless_it_is_json_that_says_no_such_word(
    value: bytes,
) -> None:
    why = decode_record(value, (), Origin("tips", 0, 0))
    assert isinstance(why, Rejected)
    if value and not why.withhold:
        assert b"reporter" not in value.lower()
        assert isinstance(json.loads(value), dict)
