"""Callbacks of Feishu (飞书) and Lark."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from msgspec import Raw

from connectors.signatures.freshness import seconds, stale
from connectors.signatures.reading import (
    from_base64,
    json_object,
    json_text,
    plain,
    same,
)
from connectors.signatures.setting import held
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
    "that it is from Feishu is not proven",
    "Compare encrypt_key with the Encrypt Key on the application's page of events and callbacks.",
)
#: Bytes of a check of the address, which is encrypted and not signed.
_MOST_OF_A_CHECK: Final = 4096
_BLOCK: Final = 16
_PADDING: Final = bytes(range(1, _BLOCK + 1))


class Feishu(Signature):
    """Without an Encrypt Key an application's callbacks are not signed: it cannot be made then.

    What has no signature may only be a check of the address, and it is read without looking at its
    padding: no answer and no delay tells whether that was right.

    Raises `SignatureSettingError`."""

    def __init__(self, encrypt_keys: Sequence[Secret]) -> None:
        self._keys = held(encrypt_keys, "encrypt_key")

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        headers = request.headers
        if "x-lark-signature" not in headers:
            return self._checked(request.body)
        signature = plain(headers["x-lark-signature"])
        timestamp = plain(headers.get("x-lark-request-timestamp"))
        nonce = plain(headers.get("x-lark-request-nonce"))
        if signature is None or timestamp is None or nonce is None:
            return absent("the header x-lark-signature, -request-timestamp or -request-nonce")
        for number, key in enumerate(self._keys):
            said = timestamp + nonce + key.reveal().encode() + request.body
            if not same(signature.decode(), hashlib.sha256(said).hexdigest()):
                continue
            if late := stale(seconds(timestamp.decode()), now):
                return late
            padded = _decrypted(request.body, key)
            message = None if padded is None else _unpadded(padded)
            event = None if message is None else json_object(message)
            if message is None or event is None:
                return _UNPROVEN
            return _challenge(event) or Verified(message, number)
        return _UNPROVEN

    def _checked(self, body: bytes) -> Answered | Refused:
        if len(body) > _MOST_OF_A_CHECK:
            return absent("the header x-lark-signature")
        for key in self._keys:
            padded = _decrypted(body, key)
            event = None if padded is None else json_object(padded.rstrip(_PADDING))
            if event is not None and (answer := _challenge(event)):
                return answer
        return _UNPROVEN

    def accepted(self, now: float, nonce: str, secret: int = 0) -> Answered:
        return Answered(200, b"{}", "application/json")


def _challenge(event: dict[str, Raw]) -> Answered | None:
    challenge = json_text(event.get("challenge"))
    if json_text(event.get("type")) != "url_verification" or challenge is None:
        return None
    return Answered(200, msgspec.json.encode({"challenge": challenge}), "application/json")


def _decrypted(body: bytes, key: Secret) -> bytes | None:
    encrypt = json_text((json_object(body) or {}).get("encrypt"))
    sealed = None if encrypt is None else from_base64(encrypt)
    if sealed is None or len(sealed) < 2 * _BLOCK or len(sealed) % _BLOCK:
        return None
    aes = AES256(hashlib.sha256(key.reveal().encode()).digest())
    cipher = Cipher(aes, CBC(sealed[:_BLOCK])).decryptor()
    return cipher.update(sealed[_BLOCK:]) + cipher.finalize()


def _unpadded(padded: bytes) -> bytes | None:
    wanting = padded[-1]
    if not 1 <= wanting <= _BLOCK or padded[-wanting:] != bytes([wanting]) * wanting:
        return None
    return padded[:-wanting]
