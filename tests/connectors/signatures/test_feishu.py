from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from connectors.signatures.feishu import Feishu
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.signature import Answered, Refused, Request, Verified
from contract.secret import Secret
from tests.connectors.signatures.sending import feishu, fixture, posted, table

KEY = table("feishu/crypto_vector.json")["encrypt_key"]
MISPADDED = b'{"type":"x"}\x00\x00\x00\x07'
CHALLENGE = Answered(
    200, b'{"challenge":"982ffe0b-0000-0000-0000-000000000001"}', "application/json"
)


def encrypted(plain: bytes, pad: bool = True) -> bytes:
    wanting = 16 - len(plain) % 16
    padded = plain + bytes([wanting]) * wanting if pad else plain
    key = hashlib.sha256(KEY.encode()).digest()
    cipher = Cipher(AES256(key), CBC(b"i" * 16)).encryptor()
    sealed = base64.b64encode(b"i" * 16 + cipher.update(padded) + cipher.finalize())
    return json.dumps({"encrypt": sealed.decode()}).encode()


def signed(body: bytes) -> Request:
    headers = table("feishu/crypto_vector.json")["headers"]
    said = headers["X-Lark-Request-Timestamp"] + headers["X-Lark-Request-Nonce"] + KEY
    headers["X-Lark-Signature"] = hashlib.sha256(said.encode() + body).hexdigest()
    return posted(body, headers)


def test_a_check_of_the_address_is_not_signed_and_is_answered() -> None:
    body = encrypted(fixture("feishu/url_verification.json"))
    assert feishu().signature.verify(posted(body), 0.0) == CHALLENGE


def test_one_that_is_signed_is_answered_too() -> None:
    body, sent = encrypted(fixture("feishu/url_verification.json")), feishu()
    assert sent.signature.verify(signed(body), sent.at) == CHALLENGE


def test_a_check_that_is_not_encrypted_is_refused() -> None:
    body = fixture("feishu/url_verification.json")
    assert isinstance(feishu().signature.verify(posted(body), 0.0), Refused)


def test_an_event_that_is_not_signed_is_refused_although_it_is_encrypted() -> None:
    sent = feishu()
    assert isinstance(sent.signature.verify(sent.with_(headers={}), sent.at), Refused)
    short = posted(encrypted(b'{"type":"event_callback","challenge":"x"}'))
    assert isinstance(sent.signature.verify(short, sent.at), Refused)


def test_an_unsigned_body_with_wrong_padding_is_told_as_one_with_right_padding() -> None:
    right = feishu().signature.verify(posted(encrypted(b'{"type":"x"}')), 0.0)
    wrong = feishu().signature.verify(posted(encrypted(MISPADDED, pad=False)), 0.0)
    assert right == wrong
    assert isinstance(right, Refused)


def test_a_wrong_padding_is_told_as_a_wrong_signature() -> None:
    sent = feishu()
    wrong = sent.signature.verify(signed(encrypted(MISPADDED, pad=False)), sent.at)
    headers = {**sent.request.headers, "x-lark-signature": "0" * 64}
    assert wrong == sent.signature.verify(sent.with_(headers=headers), sent.at)
    assert isinstance(wrong, Refused)


@pytest.mark.parametrize("tail", [b"\x03\x04\x04\x04", b"\x00" * 4, b"\x11" * 20])
def test_all_of_the_padding_is_looked_at(tail: bytes) -> None:
    sent, message = feishu(), b'{"type":"x"}'
    wrong = signed(encrypted(message + tail, pad=False))
    assert isinstance(sent.signature.verify(wrong, sent.at), Refused)
    right = signed(encrypted(message + b"\x04" * 4, pad=False))
    assert sent.signature.verify(right, sent.at) == Verified(message)


def test_a_long_unsigned_body_is_not_decrypted() -> None:
    body = encrypted(json.dumps({"type": "url_verification", "challenge": "x" * 5000}).encode())
    verdict = feishu().signature.verify(posted(body), 0.0)
    assert isinstance(verdict, Refused)
    assert "x-lark-signature" in verdict.reason


def test_the_message_comes_back_byte_for_byte() -> None:
    sent = feishu()
    verdict = sent.signature.verify(signed(encrypted(b'{ "a": 1.00 }')), sent.at)
    assert verdict == Verified(b'{ "a": 1.00 }')


@pytest.mark.parametrize("plain", [b"", b"no json", b"[1]", b"\xff\xfe"])
def test_what_is_signed_and_no_object_is_refused(plain: bytes) -> None:
    sent = feishu()
    assert isinstance(sent.signature.verify(signed(encrypted(plain)), sent.at), Refused)


def test_without_an_encrypt_key_there_is_no_signature() -> None:
    for keys in ([], [Secret("")]):
        with pytest.raises(SignatureSettingError, match=r"^encrypt_key: "):
            Feishu(keys)


def test_what_is_taken_is_answered_with_an_empty_object() -> None:
    assert feishu().signature.accepted(0.0, "n") == Answered(200, b"{}", "application/json")
