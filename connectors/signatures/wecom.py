"""Callbacks of WeCom (企业微信): contacts, customers, approvals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, cast
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import DefusedXMLParser

from connectors.signatures.envelope import Credential, Envelope, Sealed
from connectors.signatures.freshness import seconds
from connectors.signatures.reading import plain
from connectors.signatures.signature import (
    Answered,
    Refused,
    Request,
    Signature,
    Verified,
    absent,
)

_UNPROVEN: Final = Refused(
    "that it is from WeCom is not proven",
    "Compare token, aes_key and receive_id with the page of the callback: receive_id is the CorpID,"
    " or a third party's SuiteID.",
)
_MOST_DEEP: Final = 8


class WeCom(Signature):
    """`receive_id` is the CorpID; for a third party's application the SuiteID. What is signed is
    an element, so the XML around it is read first: flat, without DTD and entities.

    Raises `SignatureSettingError`."""

    methods: ClassVar[tuple[str, ...]] = ("POST", "GET")

    def __init__(self, credentials: Sequence[Credential], receive_id: str) -> None:
        self._envelope = Envelope(credentials, receive_id, "receive_id", _UNPROVEN)

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        checks = request.method == "GET"
        encrypt = request.query.get("echostr") if checks else _encrypted(request.body)
        if not encrypt:
            return absent("echostr" if checks else "the element Encrypt")
        query = request.query
        signature, timestamp = query.get("msg_signature"), query.get("timestamp")
        nonce = query.get("nonce")
        if signature is None or timestamp is None or nonce is None or plain(nonce) is None:
            return absent("msg_signature, timestamp or nonce in the query")
        sealed = Sealed(signature, timestamp, nonce, encrypt)
        opened = self._envelope.opened(sealed, seconds(timestamp), now)
        if checks and isinstance(opened, Verified):
            return Answered(200, opened.body, "text/plain")
        return opened


class _Reader:
    """Keeps the text of `/xml/Encrypt`, and no tree."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.found: list[str] = []
        self.times = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(tag)
        self.times += self.path == ["xml", "Encrypt"]
        if len(self.path) > _MOST_DEEP:
            raise ValueError("too deep")

    def end(self, tag: str) -> None:
        self.path.pop()

    def data(self, text: str) -> None:
        if self.path == ["xml", "Encrypt"]:
            self.found.append(text)

    def close(self) -> str | None:
        return "".join(self.found) if self.times == 1 else None


def _encrypted(body: bytes) -> str | None:
    parser = DefusedXMLParser(target=_Reader(), forbid_dtd=True)
    try:
        parser.feed(body)
        return cast("str | None", parser.close())
    except (ParseError, ValueError, LookupError):
        return None
