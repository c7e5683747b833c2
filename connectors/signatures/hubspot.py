"""Webhooks of HubSpot, signed in its third way (`X-HubSpot-Signature-v3`)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final

from connectors.signatures.freshness import milliseconds, stale
from connectors.signatures.reading import octets, plain, same
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
    "that it is from HubSpot is not proven",
    "Compare client_secret with the application's page, and url with the target URL there, to the"
    " letter: behind a proxy the address that arrives is another one.",
)
#: These are signed as they are, although the address has them escaped: `: / ? @ ! $ ' ( ) * , ;`
_READ: Final = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)


class HubSpot(Signature):
    """`url` is the target URL as HubSpot has it; where it is empty, that of the request is taken.
    Raises `SignatureSettingError`."""

    def __init__(self, client_secrets: Sequence[Secret], url: str = "") -> None:
        self._secrets = held(client_secrets, "client_secret")
        if url and not url.startswith("https://"):
            raise SignatureSettingError("url", "is no https:// address", "copy the target URL")
        self._url = url

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        sent = plain(request.headers.get("x-hubspot-signature-v3"))
        timestamp = plain(request.headers.get("x-hubspot-request-timestamp"))
        if sent is None or timestamp is None:
            return absent("the header x-hubspot-signature-v3 or -request-timestamp")
        url = _READ.sub(lambda it: chr(int(it[1], 16)), self._url or request.url)
        said = octets(request.method + url) + request.body + timestamp
        for number, secret in enumerate(self._secrets):
            right = hmac.new(secret.reveal().encode(), said, hashlib.sha256).digest()
            if same(sent.decode(), base64.b64encode(right)):
                late = stale(milliseconds(timestamp.decode()), now)
                return late or Verified(request.body, number)
        return _UNPROVEN
