"""Notifications of WeChat Pay (微信支付), API v3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Raw

from connectors.signatures.freshness import seconds, stale
from connectors.signatures.reading import (
    from_base64,
    json_object,
    json_table,
    json_text,
    octets,
    plain,
)
from connectors.signatures.rsa import is_signed, public_key
from connectors.signatures.setting import SignatureSettingError, held
from connectors.signatures.signature import (
    Answered,
    Refused,
    Request,
    Signature,
    Verified,
    absent,
)
from contract.secret import Secret

_UNPROVEN: Final = Refused(
    "that it is from WeChat Pay is not proven",
    "Compare public_key, its serial and apiv3_key with the merchant platform's page of API"
    " security. A few wrong signatures are sent on purpose (WECHATPAY/SIGNTEST): they end here.",
)
_UNKNOWN: Final = Refused(
    "it is signed with a key whose serial is not in the settings",
    "WeChat Pay changes platform certificates: add the new one and its serial beside the old.",
)


class WeChatPay(Signature):
    """`platform_keys` are WeChat Pay's own, by serial: public keys or certificates, as PEM. An
    APIv3 key is of 32 characters.

    The verified body is the notification with the decrypted object as its `resource`. Raises
    `SignatureSettingError`."""

    def __init__(self, platform_keys: Mapping[str, str], apiv3_keys: Sequence[Secret]) -> None:
        if not platform_keys or not all(platform_keys):
            raise SignatureSettingError(
                "serial", "there is none", "write a public key's id, or a certificate's serial"
            )
        self._platform = {name: public_key(it, "public_key") for name, it in platform_keys.items()}
        self._keys = held(apiv3_keys, "apiv3_key")
        if any(len(it.reveal().encode()) != 32 for it in self._keys):
            raise SignatureSettingError(
                "apiv3_key", "is not 32 characters long", "it is the APIv3 key, not the old API key"
            )

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        timestamp = plain(request.headers.get("wechatpay-timestamp"))
        nonce = plain(request.headers.get("wechatpay-nonce"))
        serial = plain(request.headers.get("wechatpay-serial"))
        sent = plain(request.headers.get("wechatpay-signature"))
        if timestamp is None or nonce is None or serial is None or sent is None:
            return absent("the header wechatpay-timestamp, -nonce, -serial or -signature")
        key = self._platform.get(serial.decode())
        if key is None:
            return _UNKNOWN
        signature = from_base64(sent)
        said = timestamp + b"\n" + nonce + b"\n" + request.body + b"\n"
        if signature is None or not is_signed(key, signature, said):
            return _UNPROVEN
        if late := stale(seconds(timestamp.decode()), now):
            return late
        return self._opened(request.body)

    def _opened(self, body: bytes) -> Verified | Refused:
        notification = json_object(body)
        resource = json_table((notification or {}).get("resource"))
        if notification is None or resource is None:
            return absent("resource")
        sealed = from_base64(json_text(resource.get("ciphertext")) or "")
        nonce = octets(json_text(resource.get("nonce")) or "")
        about = octets(json_text(resource.get("associated_data")) or "")
        algorithm = json_text(resource.get("algorithm"))
        if algorithm != "AEAD_AES_256_GCM" or not sealed or len(nonce) != 12:
            return absent("algorithm, ciphertext or nonce of resource")
        for number, key in enumerate(self._keys):
            try:
                message = AESGCM(key.reveal().encode()).decrypt(nonce, sealed, about)
            except InvalidTag:
                continue
            if json_object(message) is None:
                return absent("a JSON object in resource")
            return Verified(msgspec.json.encode({**notification, "resource": Raw(message)}), number)
        return _UNPROVEN

    def accepted(self, now: float, nonce: str, secret: int = 0) -> Answered:
        return Answered(204, b"", "application/json")
