from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.signature import Refused, Verified
from connectors.signatures.token import Token
from contract.secret import Secret
from tests.connectors.signatures.sending import fixture, posted, token
from tests.parts.examples import examples

SECRET = Secret("offbook-7c1e5d")
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_it_may_stand_in_a_header_or_in_the_query() -> None:
    in_header, in_query = Token([SECRET], header="X-Token"), Token([SECRET], query="k")
    right = posted(b"{}", {"X-Token": "offbook-7c1e5d"}, {"k": "offbook-7c1e5d"})
    assert in_header.verify(right, 0.0) == in_query.verify(right, 0.0) == Verified(b"{}")
    for wrong in ("", "offbook-7c1e5", "offbook-7c1e5dd", "OFFBOOK-7C1E5D", "é", "\ud800"):
        request = posted(b"{}", {"X-Token": wrong}, {"k": wrong})
        assert isinstance(in_header.verify(request, 0.0), Refused)
        assert isinstance(in_query.verify(request, 0.0), Refused)


def test_a_body_is_handed_on_without_its_token_and_as_it_was_written() -> None:
    body = b'{"amount": 1.00, "token":"offbook-7c1e5d", "id":6543210000000412003, "x":{"token":1}}'
    verdict = token().signature.verify(posted(body), 0.0)
    assert verdict == Verified(b'{"amount":1.00,"id":6543210000000412003,"x":{"token":1}}')


def test_no_part_of_the_token_is_in_a_verified_body() -> None:
    for request in (token().request, posted(b'{"token":"\\u006fffbook-7c1e5d","a":1}')):
        verdict = token().signature.verify(request, 0.0)
        assert isinstance(verdict, Verified)
        assert b"offbook-7c1e5d" not in verdict.body
        assert "token" not in json.loads(verdict.body)


def test_a_form_has_it_in_a_field_of_its_own() -> None:
    its = Token([SECRET], field="k")
    verdict = its.verify(posted(fixture("zoho/workflow_webhook.form.txt"), FORM), 0.0)
    assert isinstance(verdict, Verified)
    assert b"offbook-7c1e5d" not in verdict.body
    assert b"stage=Closed+Lost" in verdict.body
    assert "李四".encode() not in verdict.body  # It is still escaped.
    assert isinstance(its.verify(posted(b"k=offbook-7c1e5d&k=x", FORM), 0.0), Refused)
    assert isinstance(its.verify(posted(b"k=offbook%zz", FORM), 0.0), Refused)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"token":1}',
        b'{"token":null}',
        b'{"token":["offbook-7c1e5d"]}',
        b'{"Token":"offbook-7c1e5d"}',
        b'{"token":"offbook-7c1e5d"',
        b'{"token":"\xff"}',
    ],
)
def test_a_body_without_the_token_is_refused(body: bytes) -> None:
    assert isinstance(token().signature.verify(posted(body), 0.0), Refused)


@given(text=st.text(min_size=1, max_size=40))
@settings(max_examples=examples(80))
def test_another_token_is_refused_and_told_the_same(text: str) -> None:
    its = Token([SECRET], query="k")
    verdict = its.verify(posted(b"", query={"k": text}), 0.0)
    assert text == SECRET.reveal() or verdict == its.verify(posted(b"", query={"k": "x"}), 0.0)


def test_it_stands_in_one_place_and_has_some_length() -> None:
    for places in ({}, {"header": "x", "query": "k"}):
        with pytest.raises(SignatureSettingError, match=r"^header, query, field: "):
            Token([SECRET], **places)
    with pytest.raises(SignatureSettingError, match=r"^token: has fewer than 8"):
        Token([Secret("1234567")], query="k")
