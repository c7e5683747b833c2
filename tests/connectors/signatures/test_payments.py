"""Alipay and WeChat Pay."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from connectors.signatures.alipay import Alipay
from connectors.signatures.rsa import public_key
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.signature import Answered, Refused, Verified
from connectors.signatures.wechatpay import WeChatPay
from contract.secret import Secret
from tests.connectors.signatures.sending import (
    alipay,
    alipay_fields,
    alipay_form,
    fixture,
    pem,
    posted,
    private_key,
    table,
    wechatpay,
    wechatpay_headers,
)

APIV3 = table("bank/wechatpay_vector.json")["apiv3_key"]


def test_wechat_pay_is_answered_without_a_body_and_alipay_with_a_word() -> None:
    assert wechatpay().signature.accepted(0.0, "n") == Answered(204, b"", "application/json")
    assert alipay().signature.accepted(0.0, "n") == Answered(200, b"success", "text/plain")


def test_what_was_decrypted_stands_in_the_notification_as_it_was_written() -> None:
    sent = wechatpay()
    verdict = sent.signature.verify(sent.request, sent.at)
    assert isinstance(verdict, Verified)
    read = json.loads(verdict.body)
    assert read["resource"] == table("bank/wechatpay_notify_decrypted.json")
    assert read["id"] == "EV-2026030514223000001"


def test_a_key_of_another_serial_is_named_as_what_is_missing() -> None:
    sent = wechatpay()
    headers = {**sent.request.headers, "wechatpay-serial": "another"}
    verdict = sent.signature.verify(sent.with_(headers=headers), sent.at)
    assert isinstance(verdict, Refused)
    assert "serial" in verdict.reason


def test_the_signatures_that_wechat_sends_to_try_us_are_refused() -> None:
    sent = wechatpay()
    signature = "WECHATPAY/SIGNTEST/" + sent.request.headers["wechatpay-signature"]
    headers = {**sent.request.headers, "wechatpay-signature": signature}
    assert isinstance(sent.signature.verify(sent.with_(headers=headers), sent.at), Refused)


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "AES"},
        {"ciphertext": ""},
        {"ciphertext": "AAAA"},
        {"ciphertext": "A" * 64},
        {"ciphertext": "?"},
        {"ciphertext": None},
        {"nonce": "short"},
        {"nonce": ""},
        {"nonce": 7},
        {"associated_data": "another"},
        {"associated_data": None},
    ],
)
def test_a_resource_that_does_not_decrypt_is_refused(change: dict[str, object]) -> None:
    sent = wechatpay()
    notification = table("bank/wechatpay_notify.json")
    notification["resource"].update(change)
    body = json.dumps(notification).encode()
    request = posted(body, wechatpay_headers(body, int(sent.at)))
    assert isinstance(sent.signature.verify(request, sent.at), Refused)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"resource":1}', b"\xff", b'{"resource":{}}']
)
def test_a_signed_body_without_a_resource_is_refused(body: bytes) -> None:
    sent = wechatpay()
    request = posted(body, wechatpay_headers(body, int(sent.at)))
    assert isinstance(sent.signature.verify(request, sent.at), Refused)


@pytest.mark.parametrize("plain", [b"[1]", b"text", b"\xff", b""])
def test_a_resource_that_is_no_object_is_refused(plain: bytes) -> None:
    sent, notification = wechatpay(), table("bank/wechatpay_notify.json")
    sealed = AESGCM(APIV3.encode()).encrypt(b"offbookNonce", plain, b"")
    notification["resource"] = {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "nonce": "offbookNonce",
    }
    body = json.dumps(notification).encode()
    request = posted(body, wechatpay_headers(body, int(sent.at)))
    assert isinstance(sent.signature.verify(request, sent.at), Refused)


@pytest.mark.parametrize("key", ["", "short", "x" * 31, "x" * 33, "é" * 32])
def test_an_apiv3_key_of_another_length_is_told_at_once(key: str) -> None:
    with pytest.raises(SignatureSettingError, match=r"^apiv3_key: ") as caught:
        WeChatPay({"s": pem()}, [Secret(key)])
    assert not key or key not in str(caught.value)


def test_a_platform_certificate_is_as_good_as_a_key() -> None:
    sent = wechatpay()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key(0).public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(private_key(0), SHA256())
    )
    text = certificate.public_bytes(Encoding.PEM).decode()
    serial = sent.request.headers["wechatpay-serial"]
    its = WeChatPay({serial: text}, [Secret(APIV3)])
    assert isinstance(its.verify(sent.request, sent.at), Verified)


def test_a_public_key_is_taken_as_alipays_page_shows_it() -> None:
    bare = "".join(pem().split("\n")[1:-2])
    for text in (bare, f" {bare}\n", bare[:64] + "\n" + bare[64:], pem().replace("\n", "\r\n")):
        assert public_key(text, "public_key") == private_key(0).public_key()


def bad_keys() -> dict[str, str]:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    public = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private = private_key(0).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "empty": "",
        "text": "no key",
        "cut off": pem()[:200],
        "not ASCII": "é",
        "no certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "of 1024 bits": small.public_bytes(*public).decode(),
        "of a curve": curve.public_bytes(*public).decode(),
        "private": private.decode(),
    }


def test_what_is_no_public_key_is_told_and_not_shown() -> None:
    for name, text in bad_keys().items():
        with pytest.raises(SignatureSettingError, match=r"^public_key: is ") as caught:
            Alipay([text])
        assert "private" in str(caught.value) or name != "private"
        assert text[30:90] not in str(caught.value) or not text[30:90]
    with pytest.raises(SignatureSettingError, match=r"^public_key: there is none"):
        Alipay([])
    with pytest.raises(SignatureSettingError, match=r"^serial: "):
        WeChatPay({}, [Secret(APIV3)])


def test_alipay_signs_what_is_decoded_in_the_order_of_names() -> None:
    sent = alipay()
    pieces = sent.request.body.split(b"&")
    assert isinstance(
        sent.signature.verify(sent.with_(body=b"&".join(reversed(pieces))), sent.at), Verified
    )


@pytest.mark.parametrize("charset", ["GBK", "gb2312", "gb18030"])
def test_a_notification_in_gbk_becomes_utf_8(charset: str) -> None:
    sent, fields = alipay(), {**alipay_fields(), "charset": charset}
    verdict = sent.signature.verify(posted(alipay_form(fields, charset)), sent.at)
    assert isinstance(verdict, Verified)
    assert parse_qs(verdict.body.decode())["subject"] == ["货款"]
    assert parse_qs(verdict.body.decode())["charset"] == ["utf-8"]


@pytest.mark.parametrize(
    "change",
    [
        {"sign_type": "RSA"},
        {"sign_type": ""},
        {"charset": "utf-16"},
        {"charset": ""},
        {"notify_time": ""},
        {"notify_time": "2026-03-05"},
        {"notify_time": "2026-13-05 14:22:31"},
        {"notify_time": "9999-12-31 23:59:59"},
        {"notify_time": "0001-01-01 00:00:00"},
    ],
)
def test_a_signed_form_that_is_not_as_documented_is_refused(change: dict[str, str]) -> None:
    sent = alipay()
    request = posted(alipay_form({**alipay_fields(), **change}))
    assert isinstance(sent.signature.verify(request, sent.at), Refused)


def test_text_that_is_not_in_its_charset_is_refused() -> None:
    sent = alipay()
    request = posted(alipay_form(alipay_fields(), "gbk"))
    assert isinstance(sent.signature.verify(request, sent.at), Refused)


@pytest.mark.parametrize(
    "apart, taken", [(-301, False), (-300, True), (300, True), (93_600, True), (93_601, False)]
)
def test_alipay_is_taken_for_as_long_as_it_tries_again(apart: int, taken: bool) -> None:
    sent = alipay()
    verdict = sent.signature.verify(sent.request, sent.at + apart)
    assert isinstance(verdict, Verified) is taken
    assert isinstance(verdict, Verified) or "this machine's clock" in verdict.reason


def test_the_notification_of_another_application_is_refused() -> None:
    sent = alipay()
    assert isinstance(Alipay([pem()], "2021000000000001").verify(sent.request, sent.at), Verified)
    assert isinstance(Alipay([pem()], "2021000000000002").verify(sent.request, sent.at), Refused)


def test_the_fixture_whose_signature_is_a_placeholder_is_refused() -> None:
    request = posted(fixture("bank/alipay_notify.form.txt"))
    assert isinstance(alipay().signature.verify(request, alipay().at), Refused)


def test_a_name_that_comes_twice_is_refused() -> None:
    sent = alipay()
    twice = sent.with_(body=sent.request.body + b"&out_trade_no=SO-1")
    assert isinstance(sent.signature.verify(twice, sent.at), Refused)
