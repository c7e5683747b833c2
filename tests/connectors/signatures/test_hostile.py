"""What holds of every sender, whatever a stranger sends."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.signatures.signature import (
    MOST_BYTES,
    Answered,
    Refused,
    Request,
    Verified,
)
from tests.connectors.signatures.sending import ALL, NOW, SIGNED, Sent
from tests.parts.examples import examples

#: Those that sign when they sent it, in seconds since 1970 or thousandths of it, and Alipay not: it
#: tries again for a day.
TIMED = ("wecom", "dingtalk", "feishu", "wechatpay", "sf", "hubspot", "offbook")

ANY = st.text(max_size=60) | st.binary(max_size=40).map(lambda it: it.decode("latin-1"))
SURROGATES = st.binary(max_size=20).map(lambda it: it.decode("utf-8", "surrogateescape"))


@pytest.fixture(params=ALL)
def sent(request: pytest.FixtureRequest) -> Sent:
    return ALL[request.param]()


@pytest.fixture(params=SIGNED)
def signed(request: pytest.FixtureRequest) -> Sent:
    return SIGNED[request.param]()


def meaning(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return parse_qs(body.decode()) if b"&" in body else body.strip()


def test_what_they_send_is_taken_and_read(sent: Sent) -> None:
    verdict = sent.signature.verify(sent.request, sent.at)
    assert isinstance(verdict, Verified)
    assert meaning(verdict.body) == meaning(sent.body)


def test_a_changed_byte_of_the_body_is_refused_or_changes_nothing(signed: Sent) -> None:
    right = signed.signature.verify(signed.request, signed.at)
    assert isinstance(right, Verified)
    body, unnoticed = signed.request.body, 0
    for at in range(len(body)):
        for mask in (0x01, 0x20, 0x80):
            other = body[:at] + bytes([body[at] ^ mask]) + body[at + 1 :]
            verdict = signed.signature.verify(signed.with_(body=other), signed.at)
            if isinstance(verdict, Refused):
                continue
            unnoticed += 1
            assert isinstance(verdict, Verified)
            assert meaning(verdict.body) == meaning(right.body)
    assert not (signed.strict and unnoticed)


def test_a_body_that_is_cut_off_is_refused_wherever_it_is(sent: Sent) -> None:
    for at in range(len(sent.request.body)):
        cut = sent.with_(body=sent.request.body[:at])
        assert isinstance(sent.signature.verify(cut, sent.at), Refused)


def variants(request: Request) -> list[Request]:
    """Each header and each part of the query: absent, empty, one character off, not ASCII."""
    found = []
    for name, value in request.headers.items():
        rest = {k: v for k, v in request.headers.items() if k != name}
        found.append({"headers": rest})
        found += [{"headers": {**rest, name: it}} for it in spoiled(value)]
    for name, value in request.query.items():
        rest = {k: v for k, v in request.query.items() if k != name}
        found.append({"query": rest})
        found += [{"query": {**rest, name: it}} for it in spoiled(value)]
    return [
        Request(
            request.method,
            request.path,
            request.url,
            it.get("query", request.query),
            it.get("headers", request.headers),
            request.body,
        )
        for it in found
    ]


def spoiled(value: str) -> list[str]:
    changed = [value[:i] + chr(ord(it) ^ 1) + value[i + 1 :] for i, it in enumerate(value)]
    cased = [value.swapcase()] if value.swapcase() != value else []
    cut = [value[:i] for i in range(len(value))]
    more = [value + "=", value + "\n", " " + value, value + "é", "\ud800" + value, value + "\udcff"]
    return [*changed, *cased, *cut, *more]


def test_each_signed_header_and_part_of_the_query_counts(signed: Sent) -> None:
    for request in variants(signed.request):
        assert isinstance(signed.signature.verify(request, signed.at), Refused), request


@pytest.mark.parametrize("name", ALL)
@given(body=st.binary(max_size=300), values=st.lists(ANY | SURROGATES, min_size=8, max_size=8))
@settings(max_examples=examples(60))
def test_anything_at_all_is_refused_and_nothing_is_raised(
    name: str, body: bytes, values: list[str]
) -> None:
    sent = ALL[name]()
    headers = dict(zip(sent.request.headers, values, strict=False))
    query = dict(zip(sent.request.query, values, strict=False))
    checked = {"echostr": values[0], **query}
    for request in (
        sent.with_(body=body),
        sent.with_(body=body, headers=headers, query=query),
        sent.with_(method="GET", body=body, headers=headers, query=checked),
    ):
        assert isinstance(sent.signature.verify(request, NOW), Refused)
    if headers or query:
        request = sent.with_(headers=headers, query=query)
        assert isinstance(sent.signature.verify(request, NOW), Refused)


@pytest.mark.parametrize("name", ["wecom", "dingtalk", "feishu", "wechatpay", "token"])
@given(data=st.data())
@settings(max_examples=examples(120))
def test_nor_is_anything_raised_where_it_is_nearly_right(name: str, data: st.DataObject) -> None:
    sent = ALL[name]()
    body = bytearray(sent.request.body)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
        if not body:
            break
    assert not isinstance(sent.signature.verify(sent.with_(body=bytes(body)), sent.at), Answered)


@pytest.mark.parametrize("name", TIMED)
def test_five_minutes_apart_are_taken_and_not_a_second_more(name: str) -> None:
    sent = SIGNED[name]()
    for apart in (-300, 0, 300):
        assert isinstance(sent.signature.verify(sent.request, sent.at + apart), Verified)
    for apart, side in ((-301, "ahead of"), (301, "behind")):
        late = sent.signature.verify(sent.request, sent.at + apart)
        assert isinstance(late, Refused)
        assert f"301 s {side} this machine's clock" in late.reason
        assert "NTP" in late.mend


@pytest.mark.parametrize("name", TIMED)
def test_whose_signature_is_wrong_is_not_told_about_clocks(name: str) -> None:
    sent = SIGNED[name]()
    wrong = sent.with_(body=sent.request.body.replace(b"A", b"B").replace(b"0", b"1"))
    assert sent.signature.verify(wrong, 1.0) == sent.signature.verify(wrong, sent.at)


def test_a_body_of_a_mebibyte_is_looked_at_and_a_longer_one_is_not(sent: Sent) -> None:
    fits, longer = b"a" * MOST_BYTES, b"a" * (MOST_BYTES + 1)
    verdict = sent.signature.verify(sent.with_(body=fits), sent.at)
    assert isinstance(verdict, Refused)
    assert "longer" not in verdict.reason
    verdict = sent.signature.verify(sent.with_(body=longer), sent.at)
    assert isinstance(verdict, Refused)
    assert "longer than 1048576 bytes" in verdict.reason


@pytest.mark.parametrize(
    "body",
    [
        b'{"encrypt":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        b"[" * 1_000_000,
        b'{"resource":' + b'{"a":' * 150_000 + b"1" + b"}" * 150_001,
        b"<xml>" * 200_000,
        b"<xml><Encrypt>" + b"<a>" * 100_000,
        b"&" * MOST_BYTES,
        b"a=&" * 300_000,
        b"%" * MOST_BYTES,
        b"sign=" + b"%41" * 300_000,
    ],
    ids=["lists", "open", "tables", "elements", "inner", "ampersands", "fields", "percent", "long"],
)
def test_depth_and_repetition_are_refused(sent: Sent, body: bytes) -> None:
    assert isinstance(sent.signature.verify(sent.with_(body=body), sent.at), Refused)


def test_only_the_methods_of_a_webhook_are_taken(sent: Sent) -> None:
    for method in ("PUT", "DELETE", "HEAD", "get", ""):
        verdict = sent.signature.verify(sent.with_(method=method), sent.at)
        assert isinstance(verdict, Refused)
        assert "method" in verdict.reason


def test_nothing_of_a_request_or_a_secret_is_shown(sent: Sent) -> None:
    verdict = sent.signature.verify(sent.request, sent.at)
    shown = repr((sent.request, verdict, sent.signature, vars(sent.signature)))
    for name, value in {**sent.request.headers, **sent.request.query}.items():
        assert value not in shown or name == "wechatpay-serial"
    for secret in ("offbookToken01", "abcdefghij", "offbook-encrypt-key", "0123456789abcdef"):
        assert secret not in shown
    assert sent.request.body.decode()[:40] not in shown
