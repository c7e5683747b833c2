"""The encrypted envelope of WeCom and DingTalk.

`msg_signature` is the hex SHA-1 of token, timestamp, nonce and ciphertext, sorted and joined. What
is encrypted is 16 random bytes, the length of the message in 4 bytes, the message, and whose it is;
by AES-256-CBC, whose IV is the beginning of the key, with PKCS#7 to 32 bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from msgspec import Struct

from connectors.signatures.freshness import stale
from connectors.signatures.reading import from_base64, octets, same
from connectors.signatures.setting import SignatureSettingError, held
from connectors.signatures.signature import Refused, Verified
from contract.secret import Secret

_AES_KEY: Final = re.compile(r"[0-9A-Za-z+/]{43}")
_BLOCK: Final = 32
_HEAD: Final = 16


class Credential(Struct, frozen=True):
    """What a callback's page shows: its token, and its AES key as 43 letters and digits."""

    token: Secret
    aes_key: Secret


class Sealed(Struct, frozen=True):
    """What is signed beside the ciphertext, as it came."""

    signature: str
    timestamp: str
    nonce: str
    encrypt: str


class Envelope:
    """`owner` is whom the message must be for. `setting` names it in an error."""

    def __init__(
        self, credentials: Sequence[Credential], owner: str, setting: str, unproven: Refused
    ) -> None:
        held([it.token for it in credentials], "token")
        for key in held([it.aes_key for it in credentials], "aes_key"):
            if not _AES_KEY.fullmatch(key.reveal()):
                raise SignatureSettingError(
                    "aes_key",
                    "is not 43 letters and digits",
                    "copy it whole from the page of the callback; it has no = at its end",
                )
        if not owner.strip():
            raise SignatureSettingError(setting, "is empty", "write whose callback it is")
        self._credentials = tuple(credentials)
        self._owner = owner.encode()
        self._unproven = unproven

    def opened(self, sealed: Sealed, at: float | None, now: float) -> Verified | Refused:
        """The message. `at` is the timestamp in seconds since 1970, or `None` if it is none."""
        ciphertext = from_base64(sealed.encrypt)
        for number, its in enumerate(self._credentials):
            right = signature(its.token, sealed.timestamp, sealed.nonce, sealed.encrypt)
            if not same(sealed.signature, right):
                continue
            if late := stale(at, now):
                return late
            message = None if ciphertext is None else _message(its, ciphertext, self._owner)
            if message is not None:
                return Verified(message, number)
        return self._unproven

    def sealed(self, message: bytes, timestamp: str, nonce: str, secret: int = 0) -> Sealed:
        """Of `message`, with the credential of that number."""
        its = self._credentials[secret]
        # Nobody without the key can tell it from random bytes, and it is another one each time.
        said = hmac.new(_key(its), octets(f"{timestamp}\n{nonce}"), hashlib.sha256)
        encrypt = sealed_with(its, self._owner, message, said.digest()[:_HEAD])
        return Sealed(signature(its.token, timestamp, nonce, encrypt), timestamp, nonce, encrypt)


def signature(token: Secret, timestamp: str, nonce: str, encrypt: str) -> str:
    parts = sorted(map(octets, (token.reveal(), timestamp, nonce, encrypt)))
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def sealed_with(its: Credential, owner: bytes, message: bytes, head: bytes) -> str:
    """In base64. `head` is 16 bytes."""
    plain = head + len(message).to_bytes(4, "big") + message + owner
    wanting = _BLOCK - len(plain) % _BLOCK
    cipher = _cipher(its).encryptor()
    ciphertext = cipher.update(plain + bytes([wanting]) * wanting) + cipher.finalize()
    return base64.b64encode(ciphertext).decode()


def _message(its: Credential, ciphertext: bytes, owner: bytes) -> bytes | None:
    if not ciphertext or len(ciphertext) % 16:
        return None
    cipher = _cipher(its).decryptor()
    padded = cipher.update(ciphertext) + cipher.finalize()
    wanting = padded[-1]
    if not 1 <= wanting <= _BLOCK or padded[-wanting:] != bytes([wanting]) * wanting:
        return None
    plain = padded[:-wanting]
    ends = _HEAD + 4 + int.from_bytes(plain[_HEAD : _HEAD + 4], "big")
    if not hmac.compare_digest(plain[ends:], owner):
        return None
    return plain[_HEAD + 4 : ends]


def _key(its: Credential) -> bytes:
    return base64.b64decode(its.aes_key.reveal() + "=")


def _cipher(its: Credential) -> Cipher[CBC]:
    key = _key(its)
    return Cipher(AES256(key), CBC(key[:16]))
