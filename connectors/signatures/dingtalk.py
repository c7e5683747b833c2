"""HTTP callbacks of DingTalk (钉钉). Its Stream mode needs none of this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.signatures.envelope import Credential, Envelope, Sealed
from connectors.signatures.freshness import milliseconds
from connectors.signatures.reading import json_object, json_text, plain
from connectors.signatures.signature import (
    Answered,
    Refused,
    Request,
    Signature,
    Verified,
    absent,
)

_UNPROVEN: Final = Refused(
    "that it is from DingTalk is not proven",
    "Compare token, aes_key and owner_key with the page of the event subscription: owner_key is the"
    " AppKey of an own application, or else the CorpId or SuiteKey.",
)


class DingTalk(Signature):
    """`owner_key` is the AppKey of an own application, else the CorpId or SuiteKey. Each answer is
    the encrypted word `success`; to the check of the address too, which is an event of its own.

    Raises `SignatureSettingError`."""

    def __init__(self, credentials: Sequence[Credential], owner_key: str) -> None:
        self._envelope = Envelope(credentials, owner_key, "owner_key", _UNPROVEN)

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        encrypt = json_text((json_object(request.body) or {}).get("encrypt"))
        if not encrypt:
            return absent("the field encrypt")
        query = request.query
        signature = query.get("msg_signature", query.get("signature"))
        timestamp, nonce = query.get("timestamp"), query.get("nonce")
        if signature is None or timestamp is None or nonce is None or plain(nonce) is None:
            return absent("msg_signature, timestamp or nonce in the query")
        sealed = Sealed(signature, timestamp, nonce, encrypt)
        opened = self._envelope.opened(sealed, milliseconds(timestamp), now)
        if isinstance(opened, Refused):
            return opened
        event = json_object(opened.body)
        if event is not None and json_text(event.get("EventType")) == "check_url":
            return self.accepted(now, nonce, opened.secret)
        return opened

    def accepted(self, now: float, nonce: str, secret: int = 0) -> Answered:
        sealed = self._envelope.sealed(b"success", str(int(now * 1000)), nonce, secret)
        answer = {
            "msg_signature": sealed.signature,
            "timeStamp": sealed.timestamp,
            "nonce": sealed.nonce,
            "encrypt": sealed.encrypt,
        }
        return Answered(200, msgspec.json.encode(answer), "application/json")
