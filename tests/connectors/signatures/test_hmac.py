from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from connectors.signatures.hmac import Hmac, ours
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.signature import Refused, Verified
from contract.secret import Secret
from tests.connectors.signatures.sending import LONG, NOW, offbook, posted


def test_the_signature_may_be_in_base64() -> None:
    digest = hmac.digest(LONG.reveal().encode(), b"{}", hashlib.sha256)
    request = posted(b"{}", {"X-Signature": base64.b64encode(digest).decode()})
    assert Hmac([LONG], "x-signature", "base64").verify(request, 0.0) == Verified(b"{}")
    assert isinstance(Hmac([LONG], "x-signature", "hex").verify(request, 0.0), Refused)


def test_ours_is_what_a_few_lines_of_anybodys_make() -> None:
    # As printf '1772937900.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
    signature = hmac.new(b"0123456789abcdef", b"1772937900.{}", "sha256").hexdigest()
    headers = {"X-Offbook-Timestamp": "1772937900", "X-Offbook-Signature": signature}
    assert ours([LONG]).verify(posted(b"{}", headers), NOW) == Verified(b"{}")


def test_the_time_cannot_be_taken_for_a_part_of_the_body() -> None:
    sent = offbook()
    headers = {**sent.request.headers, "x-offbook-timestamp": "177293790"}
    moved = sent.with_(headers=headers, body=b"0." + sent.request.body)
    assert isinstance(sent.signature.verify(moved, sent.at), Refused)


@pytest.mark.parametrize(
    "setting, make",
    [
        ("secret", lambda: Hmac([Secret("short")], "X-Signature")),
        ("secret", lambda: Hmac([], "X-Signature")),
        ("header", lambda: Hmac([LONG], "")),
        ("header", lambda: Hmac([LONG], "X Signature:")),
        ("timestamp_header", lambda: Hmac([LONG], "X", timestamp_header="é")),
        ("encoding", lambda: Hmac([LONG], "X", "base32")),
    ],
)
def test_settings_that_are_wrong_are_told_at_once(setting: str, make: object) -> None:
    assert callable(make)
    with pytest.raises(SignatureSettingError, match=rf"^{setting}: "):
        make()
