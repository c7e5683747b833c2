"""Pushes of SF Express (顺丰), in the way of its OpenAPI (丰桥).

From memory of its documents, and tried against nothing of theirs: the names of the fields, the
digest, the unit of the timestamp, and the answer. Some of its pushes are said to carry no digest;
they are refused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote_plus

from connectors.signatures.freshness import milliseconds, seconds, stale
from connectors.signatures.reading import form, same, utf8
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
    "that it is from SF is not proven",
    "Compare check_word with the one (校验码) of the application, production and not sandbox.",
)
_ANSWER: Final = '{"return_code":"0000","return_msg":"成功"}'.encode()


class SF(Signature):
    """The verified body is the JSON in the form's `msgData`. Raises `SignatureSettingError`."""

    def __init__(self, check_words: Sequence[Secret]) -> None:
        self._words = held(check_words, "check_word")

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        fields = form(request.body) or {}
        data, digest = utf8(fields.get(b"msgData")), utf8(fields.get(b"msgDigest"))
        timestamp = utf8(fields.get(b"timestamp"))
        if data is None or digest is None or timestamp is None:
            return absent("the field msgData, msgDigest or timestamp of the form")
        for number, word in enumerate(self._words):
            if same(digest, msg_digest(data, timestamp, word)):
                at = milliseconds(timestamp)
                late = stale(seconds(timestamp) if at is None else at, now)
                return late or Verified(data.encode(), number)
        return _UNPROVEN

    def accepted(self, now: float, nonce: str, secret: int = 0) -> Answered:
        return Answered(200, _ANSWER, "application/json")


def msg_digest(data: str, timestamp: str, word: Secret) -> str:
    said = quote_plus(data + timestamp + word.reveal(), safe="*")
    # Java's URLEncoder, which they use, leaves the star and escapes the tilde.
    said = said.replace("~", "%7E")
    return base64.b64encode(hashlib.md5(said.encode(), usedforsecurity=False).digest()).decode()
