from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from connectors.signatures.hubspot import HubSpot
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.signature import Refused, Verified
from contract.secret import Secret
from tests.connectors.signatures.sending import hubspot, posted, table

SECRET = Secret(table("hubspot/signature.json")["client_secret"])


def test_without_a_url_in_the_settings_that_of_the_request_is_signed() -> None:
    sent = hubspot()
    assert isinstance(HubSpot([SECRET]).verify(sent.request, sent.at), Verified)
    elsewhere = sent.with_(url="http://127.0.0.1:8080/in/hubspot")
    assert isinstance(HubSpot([SECRET]).verify(elsewhere, sent.at), Refused)
    assert isinstance(sent.signature.verify(elsewhere, sent.at), Verified)


def test_some_escapes_in_the_address_are_read_before_it_is_signed() -> None:
    sent = hubspot()
    said = b"POSThttps://a.example/in?x=a:b%20/@" + sent.request.body + b"1772937733000"
    signature = base64.b64encode(hmac.digest(SECRET.reveal().encode(), said, hashlib.sha256))
    headers = {
        "X-HubSpot-Signature-v3": signature.decode(),
        "X-HubSpot-Request-Timestamp": "1772937733000",
    }
    its = HubSpot([SECRET], "https://a.example/in?x=a%3Ab%20%2f%40")
    assert isinstance(its.verify(posted(sent.request.body, headers), sent.at), Verified)


def test_an_address_that_is_none_is_told_at_once() -> None:
    with pytest.raises(SignatureSettingError, match=r"^url: "):
        HubSpot([SECRET], "connect.example.com")
