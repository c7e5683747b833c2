"""Notifications of Alipay (支付宝), signed by RSA2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Final
from urllib.parse import urlencode

from connectors.signatures.freshness import stale
from connectors.signatures.reading import form, from_base64, same, utf8
from connectors.signatures.rsa import is_signed, public_key
from connectors.signatures.setting import SignatureSettingError
from connectors.signatures.signature import (
    Answered,
    Refused,
    Request,
    Signature,
    Verified,
    absent,
)

_UNPROVEN: Final = Refused(
    "that it is from Alipay is not proven",
    "Compare public_key with Alipay's own (支付宝公钥, not 应用公钥) on the application's page, and"
    " app_id; the page must say RSA2.",
)
_UNSIGNED: Final = (b"sign", b"sign_type")
_CODECS: Final[Mapping[bytes, str]] = {
    b"utf-8": "utf-8",
    b"utf8": "utf-8",
    b"gbk": "gb18030",
    b"gb2312": "gb18030",
    b"gb18030": "gb18030",
}
_CHINA: Final = timezone(timedelta(hours=8))
#: Seconds. Alipay tries again for 25 hours, and nothing says that it writes a new `notify_time`
#: then: with 300 s a payment would be lost whenever Kafka is away for longer. A replay is a repeat.
_MOST_OLD: Final = 26 * 3600.0


class Alipay(Signature):
    """`public_keys` are Alipay's, PEM or bare base64. With `app_id` only what is about this
    application is taken.

    The verified body is the form, in UTF-8. Raises `SignatureSettingError`."""

    def __init__(self, public_keys: Sequence[str], app_id: str = "") -> None:
        self._keys = [public_key(it, "public_key") for it in public_keys]
        if not self._keys:
            raise SignatureSettingError("public_key", "there is none", "nothing is proven without")
        self._app_id = app_id

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        fields = form(request.body)
        if fields is None or b"sign" not in fields:
            return absent("the field sign of the form")
        signature = from_base64(fields[b"sign"])
        if fields.get(b"sign_type") != b"RSA2" or signature is None:
            return _UNPROVEN
        signed = sorted((name, it) for name, it in fields.items() if name not in _UNSIGNED)
        said = b"&".join(name + b"=" + it for name, it in signed)
        for number, key in enumerate(self._keys):
            if is_signed(key, signature, said):
                return self._taken(request.body, fields, now, number)
        return _UNPROVEN

    def _taken(
        self, body: bytes, fields: Mapping[bytes, bytes], now: float, number: int
    ) -> Verified | Refused:
        if self._app_id and not same(self._app_id, fields.get(b"app_id", b"")):
            return _UNPROVEN
        if late := _late(utf8(fields.get(b"notify_time")), now):
            return late
        codec = _CODECS.get(fields.get(b"charset", b"utf-8").lower())
        if codec is None:
            return absent("charset as UTF-8 or GBK")
        try:
            texts = {name.decode(codec): it.decode(codec) for name, it in fields.items()}
        except UnicodeDecodeError:
            return absent("text in the charset that it says")
        if codec == "utf-8":
            return Verified(body, number)
        return Verified(urlencode({**texts, "charset": "utf-8"}).encode(), number)

    def accepted(self, now: float, nonce: str, secret: int = 0) -> Answered:
        return Answered(200, b"success", "text/plain")


def _late(sent: str | None, now: float) -> Refused | None:
    try:
        at = datetime.strptime(sent or "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CHINA).timestamp()
    except ValueError:
        return absent("notify_time")
    return stale(at, now, _MOST_OLD)
