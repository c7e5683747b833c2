"""Pushes of Kuaidi100 (快递100): where a parcel is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

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
    "that it is from Kuaidi100 is not proven",
    "Compare salt with the one that the subscription was made with; one without a salt is not"
    " signed.",
)
_ANSWER: Final = '{"result":true,"returnCode":"200","message":"成功"}'.encode()


class Kuaidi100(Signature):
    """The verified body is the JSON in the form's `param`. No time is signed: a replay is taken,
    and is a repeat of records that are known. Raises `SignatureSettingError`."""

    def __init__(self, salts: Sequence[Secret]) -> None:
        self._salts = held(salts, "salt")

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        fields = form(request.body) or {}
        sign, param = utf8(fields.get(b"sign")), fields.get(b"param")
        if sign is None or param is None or utf8(param) is None:
            return absent("the field sign or param of the form")
        for number, salt in enumerate(self._salts):
            said = hashlib.md5(param + salt.reveal().encode(), usedforsecurity=False)
            if same(sign, said.hexdigest().upper()):
                return Verified(param, number)
        return _UNPROVEN

    def accepted(self, now: float, nonce: str, secret: int = 0) -> Answered:
        return Answered(200, _ANSWER, "application/json")
