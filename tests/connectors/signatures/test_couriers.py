"""Kuaidi100 and SF."""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import urlencode

import pytest

from connectors.signatures.kuaidi100 import Kuaidi100
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.sf import SF, msg_digest
from connectors.signatures.signature import Refused, Verified
from tests.connectors.signatures.sending import LONG, NOW, kuaidi100, posted, sf, sf_form, table


def test_kuaidi100_is_answered_as_it_wants() -> None:
    answer = kuaidi100().signature.accepted(0.0, "n")
    assert json.loads(answer.body) == table("shipping/kuaidi100_vector.json")["answer"]
    assert (answer.status, answer.content_type) == (200, "application/json")


def test_a_push_without_a_sign_is_refused() -> None:
    sent = kuaidi100()
    fields = {"param": sent.body.decode()}
    for more in ({}, {"sign": ""}, {"sign": "签"}):
        request = posted(urlencode({**fields, **more}).encode())
        assert isinstance(sent.signature.verify(request, 0.0), Refused)


def test_a_param_that_is_no_utf_8_is_refused_although_it_is_signed() -> None:
    for param, taken in ((b"\xff", False), (b"{}", True)):
        sign = hashlib.md5(param + b"offbookSalt").hexdigest().upper()
        request = posted(urlencode({"param": param, "sign": sign}).encode())
        assert isinstance(kuaidi100().signature.verify(request, 0.0), Verified) is taken


def test_without_a_salt_nothing_is_proven() -> None:
    with pytest.raises(SignatureSettingError, match=r"^salt: "):
        Kuaidi100([])
    with pytest.raises(SignatureSettingError, match=r"^check_word: "):
        SF([])


@pytest.mark.parametrize("at", [f"{NOW:.0f}", f"{NOW * 1000:.0f}"])
def test_sf_may_say_seconds_or_thousandths(at: str) -> None:
    body = sf_form('{"a":1}', at, LONG)
    assert sf().signature.verify(posted(body), NOW) == Verified(b'{"a":1}')
    assert isinstance(sf().signature.verify(posted(body), NOW + 301), Refused)


@pytest.mark.parametrize("at", ["", "now", "177293790", "１７７２９３７９００", "-1772937900"])
def test_a_signed_time_that_is_none_is_refused(at: str) -> None:
    assert isinstance(sf().signature.verify(posted(sf_form("{}", at, LONG)), NOW), Refused)


def test_the_digest_is_over_the_text_as_java_escapes_it() -> None:
    # `URLEncoder.encode` makes this of it.
    said = b"%7E*-._+%E5%B7%B2" + b"1772937900" + LONG.reveal().encode()
    right = base64.b64encode(hashlib.md5(said).digest()).decode()
    assert msg_digest("~*-._ 已", "1772937900", LONG) == right
