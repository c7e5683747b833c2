from __future__ import annotations

import base64
import re

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from connectors.signatures.envelope import Credential, Envelope, Sealed
from connectors.signatures.envelope import signature as signed
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.signature import Answered, Refused, Request, Verified
from connectors.signatures.wecom import WeCom
from contract.secret import Secret
from tests.connectors.signatures.sending import (
    dingtalk,
    dingtalk_credential,
    fixture,
    posted,
    table,
    wecom,
    wecom_credential,
)

VECTOR = table("wecom/crypto_vector.json")
CHECK = VECTOR["url_check"]
AT = float(CHECK["timestamp"])


def checked(**changes: str) -> Request:
    query = {it: CHECK[it] for it in ("msg_signature", "timestamp", "nonce", "echostr")}
    return Request("GET", "/in", "https://a.example/in", {**query, **changes}, {}, b"")


def test_a_check_of_the_address_is_answered_with_the_plain_text() -> None:
    verdict = wecom().signature.verify(checked(), AT)
    assert verdict == Answered(200, CHECK["answer"].encode(), "text/plain")


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce", "echostr"])
def test_each_part_of_the_check_is_signed(name: str) -> None:
    signature = wecom().signature
    value = CHECK[name]
    for at, it in enumerate(value):
        other = value[:at] + chr(ord(it) ^ 1) + value[at + 1 :]
        assert isinstance(signature.verify(checked(**{name: other}), AT), Refused)
        assert isinstance(signature.verify(checked(**{name: value[:at]}), AT), Refused)


def test_an_old_check_is_refused_too() -> None:
    assert isinstance(wecom().signature.verify(checked(), AT + 301), Refused)


def test_what_is_taken_is_answered_with_nothing() -> None:
    assert wecom().signature.accepted(AT, "n") == Answered(200, b"", "text/plain")


def test_the_message_is_what_stood_in_it_byte_for_byte() -> None:
    sent = wecom()
    verdict = sent.signature.verify(sent.request, sent.at)
    assert isinstance(verdict, Verified)
    assert verdict.body.strip() == fixture("wecom/change_contact_delete_user.xml")


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE xml [<!ENTITY a "aaaa">]><xml><Encrypt>&a;</Encrypt></xml>',
        b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><Encrypt>a</Encrypt></xml>',
        b'<?xml version="1.0" encoding="nonsense"?><xml><Encrypt>a</Encrypt></xml>',
        b'<?xml version="1.0" encoding="utf-7"?><xml><Encrypt>a</Encrypt></xml>',
        b"<xml><Encrypt>a</Encrypt><Encrypt>a</Encrypt></xml>",
        b"<xml><Encrypt>&nothing;</Encrypt></xml>",
        b"<xml><other><Encrypt>a</Encrypt></other></xml>",
        b"<Encrypt>a</Encrypt>",
        b"<xml><Encrypt></Encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt></xml><xml/>",
        b"\xff\xfe<xml/>",
        b"<xml>\x00</xml>",
        b"",
    ],
)
def test_xml_that_is_not_theirs_is_refused_before_anything_is_decrypted(xml: bytes) -> None:
    sent = wecom()
    verdict = sent.signature.verify(sent.with_(body=xml), sent.at)
    assert isinstance(verdict, Refused)
    assert "Encrypt" in verdict.reason


def test_two_elements_are_refused_although_the_first_is_right() -> None:
    sent = wecom()
    twice = sent.request.body.replace(b"</xml>", b"<Encrypt>AAAA</Encrypt></xml>")
    assert isinstance(sent.signature.verify(sent.with_(body=twice), sent.at), Refused)


@pytest.mark.parametrize("encrypt", ["AAAA", "A" * 64, "====", "", "A" * 20, "é", "A" * 43 + "="])
def test_what_is_signed_and_does_not_decrypt_is_refused_as_unproven(encrypt: str) -> None:
    sent, its = wecom(), wecom_credential()
    query = {"timestamp": f"{AT:.0f}", "nonce": "n"}
    query["msg_signature"] = signed(its.token, query["timestamp"], "n", encrypt)
    body = f"<xml><Encrypt>{encrypt}</Encrypt></xml>".encode()
    verdict = sent.signature.verify(posted(body, query=query), AT)
    assert isinstance(verdict, Refused)
    if encrypt:
        wrong = sent.signature.verify(sent.with_(query={**query, "nonce": "m"}), AT)
        assert verdict == wrong


def padded(plain: bytes) -> str:
    """In base64, of blocks that are padded, rightly or not, by whoever calls."""
    key = base64.b64decode(wecom_credential().aes_key.reveal() + "=")
    cipher = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(plain) + cipher.finalize()).decode()


RIGHT = b"r" * 16 + b"\0\0\0\1x" + b"ww1"


@pytest.mark.parametrize(
    "plain, message",
    [
        (RIGHT + b"\x08" * 8, b"x"),
        (RIGHT + b"\x07" + b"\x08" * 7, None),
        (RIGHT + b"\x00" * 8, None),
        (RIGHT + b"\x21" * 40, None),
        (b"r" * 16 + b"\0\0\0\2x" + b"ww1" + b"\x08" * 8, None),
        (b"r" * 16 + b"\xff\xff\xff\xffx" + b"ww1" + b"\x08" * 8, None),
        (b"r" * 12 + b"ww1" + b"\x11" * 17, None),
        (b"\x20" * 32, None),
    ],
)
def test_padding_length_and_owner_are_all_looked_at(plain: bytes, message: bytes | None) -> None:
    unproven = Refused("", "")
    envelope = Envelope([wecom_credential()], "ww1", "receive_id", unproven)
    encrypt = padded(plain)
    said = signed(wecom_credential().token, "1772937851", "n", encrypt)
    verdict = envelope.opened(Sealed(said, "1772937851", "n", encrypt), AT, AT)
    assert verdict == (unproven if message is None else Verified(message))


@pytest.mark.parametrize("nonce", ["é", "a\nb", "\ud800", ""])
def test_a_nonce_that_no_vendor_writes_is_refused_although_it_is_signed(nonce: str) -> None:
    for sent, its, stamp in (
        (wecom(), wecom_credential(), f"{AT:.0f}"),
        (dingtalk(), dingtalk_credential(), f"{AT * 1000:.0f}"),
    ):
        query = {"timestamp": stamp, "nonce": nonce}
        query["msg_signature"] = signed(its.token, stamp, nonce, ciphertext(sent.request.body))
        assert isinstance(sent.signature.verify(sent.with_(query=query), AT), Refused)
        query["nonce"] = "n"
        query["msg_signature"] = signed(its.token, stamp, "n", ciphertext(sent.request.body))
        assert isinstance(sent.signature.verify(sent.with_(query=query), AT), Verified)


def ciphertext(body: bytes) -> str:
    return max(re.findall(r"[0-9A-Za-z+/=]+", body.decode()), key=len)


def test_elements_stand_at_most_eight_deep() -> None:
    sent = wecom()
    for deep, taken in ((7, True), (8, False)):
        more = b"<a>" * deep + b"</a>" * deep + b"</xml>"
        other = sent.with_(body=sent.request.body.replace(b"</xml>", more))
        assert isinstance(sent.signature.verify(other, sent.at), Verified) is taken


@pytest.mark.parametrize("length", [0, 1, 12, 13, 31, 32, 33, 1000])
def test_a_message_of_any_length_comes_back(length: int) -> None:
    unproven = Refused("", "")
    envelope = Envelope([wecom_credential()], "ww1", "receive_id", unproven)
    sealed = envelope.sealed(b"x" * length, "1772937851", "n")
    assert envelope.opened(sealed, AT, AT) == Verified(b"x" * length)
    other = Envelope([wecom_credential()], "ww2", "receive_id", unproven)
    assert other.opened(sealed, AT, AT) == unproven


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "-", "é" * 43])
def test_an_aes_key_that_is_none_is_told_at_once_and_not_shown(key: str) -> None:
    with pytest.raises(SignatureSettingError, match=r"^aes_key: ") as caught:
        WeCom([Credential(Secret("token"), Secret(key))], "ww1")
    assert not key or key not in str(caught.value)


def test_without_a_credential_or_a_receiver_there_is_no_signature() -> None:
    with pytest.raises(SignatureSettingError, match=r"^token: there is none"):
        WeCom([], "ww1")
    with pytest.raises(SignatureSettingError, match=r"^receive_id: is empty"):
        WeCom([wecom_credential()], " ")
    with pytest.raises(SignatureSettingError, match=r"^token: has white space"):
        WeCom([Credential(Secret("token\n"), Secret("A" * 43))], "ww1")
