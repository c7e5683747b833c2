from __future__ import annotations

import base64
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.signatures.freshness import milliseconds, seconds, stale
from connectors.signatures.reading import form, from_base64, json_object, plain
from connectors.signatures.setting import SignatureSettingError, held
from contract.secret import Secret
from tests.parts.examples import examples

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@given(fields=st.dictionaries(NAMES, st.text(st.characters(codec="utf-8"), max_size=8), min_size=1))
@settings(max_examples=examples(100))
def test_a_form_is_read_as_the_standard_library_reads_it(fields: dict[str, str]) -> None:
    body = urlencode(fields).encode()
    read = {name.decode(): it.decode() for name, it in (form(body) or {}).items()}
    assert read == dict(parse_qsl(body.decode(), keep_blank_values=True)) == fields


@pytest.mark.parametrize("body", [b"", b"a", b"a=1&", b"=1", b"a=%", b"a=%4", b"a=%zz", b"a=1&a=1"])
def test_a_form_that_is_written_otherwise_is_none(body: bytes) -> None:
    assert form(body) is None


def test_a_form_of_two_hundred_fields_is_read_and_none_with_more() -> None:
    fields = [f"f{number}=1" for number in range(201)]
    assert len(form("&".join(fields[:200]).encode()) or {}) == 200
    assert form("&".join(fields).encode()) is None


@given(data=st.binary(max_size=40))
@settings(max_examples=examples(60))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert from_base64(text) == data
    for other in (text + "\n", " " + text, text + "=", text.rstrip("=") if "=" in text else "-"):
        assert from_base64(other) is None


@pytest.mark.parametrize("text", ["AB==", "AAB=", "A", "é", "\ud800", "AA-_"])
def test_bits_that_count_for_nothing_are_none(text: str) -> None:
    assert from_base64(text) is None


@pytest.mark.parametrize("text", [None, "", "a\nb", "a\x00", "é", "\ud800", "a\x7f"])
def test_what_is_signed_in_a_header_is_visible_ascii(text: str | None) -> None:
    assert plain(text) is None


def test_a_number_stays_as_it_was_written() -> None:
    read = json_object(b'{"a": 622202020011223344556, "b": 1.00}')
    assert read is not None
    assert [bytes(it) for it in read.values()] == [b"622202020011223344556", b"1.00"]


@pytest.mark.parametrize(
    "sent",
    ["", "177293790", "01772937900", "1772937900.0", "+772937900", "１７７２９３７９０１"],
)
def test_a_timestamp_has_its_number_of_digits(sent: str) -> None:
    assert seconds(sent) is None
    assert milliseconds(sent) is None


def test_thousandths_count() -> None:
    assert stale(milliseconds("1772937900001"), 1772938200.001) is None
    assert stale(milliseconds("1772937900000"), 1772938200.001) is not None


@pytest.mark.parametrize("text", ["", " ", "secret ", "\tsecret", "secret\r", "\ufeffsecret"])
def test_a_secret_that_was_copied_badly_is_told(text: str) -> None:
    with pytest.raises(SignatureSettingError, match=r"^token: ") as caught:
        held([Secret("good"), Secret(text)], "token")
    assert "secret" not in str(caught.value)
