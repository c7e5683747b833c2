"""Requests as each vendor sends them: the vectors where there are some, else signed here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct
from msgspec.structs import replace

from connectors.signatures.alipay import Alipay
from connectors.signatures.dingtalk import DingTalk
from connectors.signatures.envelope import Credential
from connectors.signatures.feishu import Feishu
from connectors.signatures.hmac import Hmac, ours
from connectors.signatures.hubspot import HubSpot
from connectors.signatures.kuaidi100 import Kuaidi100
from connectors.signatures.sf import SF, msg_digest
from connectors.signatures.signature import Request, Signature
from connectors.signatures.token import Token
from connectors.signatures.wechatpay import WeChatPay
from connectors.signatures.wecom import WeCom
from contract.secret import Secret

FIXTURES = Path(__file__).parent.parent / "fixtures"
NOW = 1772937900.0
LONG = Secret("0123456789abcdef")


def fixture(path: str) -> bytes:
    """Without the line break that ends a file, and no request."""
    return (FIXTURES / path).read_bytes().rstrip(b"\n")


def table(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fixture(path))
    return found


def posted(
    body: bytes, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> Request:
    lowered = {name.lower(): it for name, it in (headers or {}).items()}
    url = "https://connect.example.com/in/hubspot"
    return Request("POST", "/in/hubspot", url, dict(query or {}), lowered, body)


class Sent(Struct, frozen=True):
    """What comes, whose it is, and what stands in it. `at` is when it was signed."""

    signature: Signature
    request: Request
    body: bytes
    at: float = NOW
    #: Whether each byte of the body counts, and not only what is signed in it.
    strict: bool = True

    def with_(self, **changes: Any) -> Request:
        return replace(self.request, **changes)


@cache
def private_key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(number: int = 0) -> str:
    public = private_key(number).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def rsa_signed(said: bytes, number: int = 0) -> str:
    return base64.b64encode(private_key(number).sign(said, PKCS1v15(), SHA256())).decode()


def wecom_credential() -> Credential:
    vector = table("wecom/crypto_vector.json")
    return Credential(Secret(vector["token"]), Secret(vector["EncodingAESKey"]))


def wecom() -> Sent:
    vector = table("wecom/crypto_vector.json")
    return Sent(
        WeCom([wecom_credential()], vector["receive_id"]),
        posted(fixture("wecom/callback_encrypted.xml"), query=vector["query"]),
        fixture("wecom/change_contact_delete_user.xml"),
        float(vector["query"]["timestamp"]),
        strict=False,
    )


def dingtalk_credential() -> Credential:
    vector = table("dingtalk/crypto_vector.json")
    return Credential(Secret(vector["token"]), Secret(vector["aes_key"]))


def dingtalk() -> Sent:
    vector = table("dingtalk/crypto_vector.json")
    query = {it: vector["query"][it] for it in ("msg_signature", "timestamp", "nonce")}
    return Sent(
        DingTalk([dingtalk_credential()], vector["owner_key"]),
        posted(fixture("dingtalk/callback_encrypted.json"), query=query),
        fixture("dingtalk/user_leave_org_http.json"),
        float(query["timestamp"]) / 1000,
        strict=False,
    )


def feishu() -> Sent:
    vector = table("feishu/crypto_vector.json")
    return Sent(
        Feishu([Secret(vector["encrypt_key"])]),
        posted(fixture("feishu/callback_encrypted.json"), vector["headers"]),
        fixture("feishu/contact_user_deleted_v3.json"),
        float(vector["headers"]["X-Lark-Request-Timestamp"]),
    )


def wechatpay_headers(body: bytes, at: int, number: int = 0) -> dict[str, str]:
    vector = table("bank/wechatpay_vector.json")["headers"]
    nonce = vector["Wechatpay-Nonce"]
    said = f"{at}\n{nonce}\n".encode() + body + b"\n"
    return {
        **vector,
        "Wechatpay-Timestamp": str(at),
        "Wechatpay-Signature": rsa_signed(said, number),
    }


def wechatpay() -> Sent:
    vector = table("bank/wechatpay_vector.json")
    at = int(vector["headers"]["Wechatpay-Timestamp"])
    body = fixture("bank/wechatpay_notify.json")
    headers = wechatpay_headers(body, at)
    return Sent(
        WeChatPay({headers["Wechatpay-Serial"]: pem()}, [Secret(vector["apiv3_key"])]),
        posted(body, headers),
        json.dumps(
            {
                **table("bank/wechatpay_notify.json"),
                "resource": table("bank/wechatpay_notify_decrypted.json"),
            }
        ).encode(),
        at,
    )


def alipay_form(fields: Mapping[str, str], charset: str = "utf-8", number: int = 0) -> bytes:
    signed = sorted((k, v) for k, v in fields.items() if k not in ("sign", "sign_type"))
    said = "&".join(f"{name}={it}" for name, it in signed).encode(charset)
    all_ = {**fields, "sign": rsa_signed(said, number)}
    return urlencode(all_, encoding=charset).encode()


def alipay_fields() -> dict[str, str]:
    return dict(parse_qsl(fixture("bank/alipay_notify.form.txt").decode(), strict_parsing=True))


def alipay() -> Sent:
    body = alipay_form(alipay_fields())
    # 2026-03-05 14:22:31 in China.
    return Sent(Alipay([pem()]), posted(body), body, 1772691751.0, strict=False)


def kuaidi100() -> Sent:
    salt = Secret(table("shipping/kuaidi100_vector.json")["salt"])
    return Sent(
        Kuaidi100([salt]),
        posted(fixture("shipping/kuaidi100_push.form.txt")),
        fixture("shipping/kuaidi100_param.json"),
        strict=False,
    )


def sf_form(data: str, at: str, word: Secret) -> bytes:
    fields = {"msgData": data, "timestamp": at, "msgDigest": msg_digest(data, at, word)}
    return urlencode(fields).encode()


def sf() -> Sent:
    data = fixture("shipping/sf_route_push.json")
    body = sf_form(data.decode(), f"{NOW * 1000:.0f}", LONG)
    return Sent(SF([LONG]), posted(body), data, strict=False)


def hubspot() -> Sent:
    vector, body = table("hubspot/signature.json"), fixture("hubspot/webhook.json")
    request = posted(body, {it: vector[it] for it in vector if it.startswith("X-")})
    return Sent(
        HubSpot([Secret(vector["client_secret"])], vector["url"]),
        replace(request, headers={k: v for k, v in request.headers.items() if "v1" not in k}),
        body,
        float(vector["X-HubSpot-Request-Timestamp"]) / 1000,
    )


def offbook() -> Sent:
    body = fixture("fxiaoke/apl_webhook.OUR_OWN.json")
    at = f"{NOW:.0f}"
    said = hmac.new(LONG.reveal().encode(), at.encode() + b"." + body, hashlib.sha256)
    headers = {"X-Offbook-Timestamp": at, "X-Offbook-Signature": said.hexdigest()}
    return Sent(ours([LONG]), posted(body, headers), body)


def prefixed() -> Sent:
    body = fixture("fxiaoke/apl_webhook.OUR_OWN.json")
    said = hmac.new(LONG.reveal().encode(), body, hashlib.sha256)
    signature = Hmac([LONG], "X-Hub-Signature-256", prefix="sha256=")
    return Sent(
        signature, posted(body, {"X-Hub-Signature-256": f"sha256={said.hexdigest()}"}), body
    )


def token() -> Sent:
    body = fixture("zoho/notification.json")
    its = json.loads(body)
    secret = Secret(its.pop("token"))
    return Sent(Token([secret], field="token"), posted(body), json.dumps(its).encode())


SIGNED: Mapping[str, Callable[[], Sent]] = {
    "wecom": wecom,
    "dingtalk": dingtalk,
    "feishu": feishu,
    "wechatpay": wechatpay,
    "alipay": alipay,
    "kuaidi100": kuaidi100,
    "sf": sf,
    "hubspot": hubspot,
    "offbook": offbook,
    "hmac": prefixed,
}
#: A token says nothing about what stands beside it.
ALL: Mapping[str, Callable[[], Sent]] = {**SIGNED, "token": token}
