"""HMAC-SHA256 over the body: our own way, and that of many others."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final, Literal

from connectors.signatures.freshness import seconds, stale
from connectors.signatures.reading import plain, same
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

Encoding = Literal["hex", "base64"]

#: Characters of a secret. With fewer, who has one signed body can try all secrets at home.
_LEAST: Final = 16
_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,100}")
_UNPROVEN: Final = Refused(
    "its signature does not hold",
    "Is the secret the sender's, and is the body signed as it is sent, byte for byte?",
)


class Hmac(Signature):
    """`header` has `prefix` and the signature, hex in small letters or base64. With
    `timestamp_header`, in seconds since 1970, what is signed is the timestamp, a dot and the body.
    Without it a replay is taken at any time.

    Raises `SignatureSettingError`."""

    def __init__(
        self,
        secrets: Sequence[Secret],
        header: str,
        encoding: Encoding = "hex",
        prefix: str = "",
        timestamp_header: str = "",
    ) -> None:
        self._secrets = held(secrets, "secret", _LEAST)
        if not _NAME.fullmatch(header):
            raise SignatureSettingError("header", "is no name of a header", "write X-Signature")
        if timestamp_header and not _NAME.fullmatch(timestamp_header):
            raise SignatureSettingError(
                "timestamp_header", "is no name of a header", "write X-Timestamp"
            )
        if encoding not in ("hex", "base64"):
            raise SignatureSettingError("encoding", "is neither hex nor base64", "write one")
        self._header = header.lower()
        self._encoding = encoding
        self._prefix = prefix
        self._timestamp_header = timestamp_header.lower()

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        sent = plain(request.headers.get(self._header))
        if sent is None:
            return absent(f"the header {self._header}")
        said, timestamp = request.body, b""
        if self._timestamp_header:
            found = plain(request.headers.get(self._timestamp_header))
            if found is None:
                return absent(f"the header {self._timestamp_header}")
            timestamp, said = found, found + b"." + request.body
        for number, secret in enumerate(self._secrets):
            if same(sent.decode(), self._prefix + signature(secret, said, self._encoding)):
                if self._timestamp_header and (late := stale(seconds(timestamp.decode()), now)):
                    return late
                return Verified(request.body, number)
        return _UNPROVEN


def signature(secret: Secret, said: bytes, encoding: Encoding) -> str:
    digest = hmac.new(secret.reveal().encode(), said, hashlib.sha256).digest()
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def ours(secrets: Sequence[Secret]) -> Hmac:
    """Of `X-Offbook-Timestamp`, a dot and the body, hex in `X-Offbook-Signature`."""
    return Hmac(secrets, "X-Offbook-Signature", timestamp_header="X-Offbook-Timestamp")
