"""A secret that is sent along: all that Zoho's notifications and many workflow tools can do.

It proves who sent the request, and not what: whoever reads one can send others. Where a sender can
sign, let it sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec

from connectors.signatures.reading import form, json_object, json_text, same, utf8
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

_LEAST: Final = 8
_FORM: Final = "application/x-www-form-urlencoded"
_UNPROVEN: Final = Refused(
    "its token is another one",
    "Compare it with the one in the settings of the sender's webhook or notification channel.",
)


class Token(Signature):
    """Where it stands is one of: `header`, `query`, or `field`, at the top of a JSON body or of a
    form. A body that has it is handed on without it, all else in it as it was written: bodies are
    kept where a record cannot be mapped, and a secret does not belong there.

    Raises `SignatureSettingError`."""

    def __init__(
        self, secrets: Sequence[Secret], *, header: str = "", query: str = "", field: str = ""
    ) -> None:
        self._secrets = held(secrets, "token", _LEAST)
        if sum(map(bool, (header, query, field))) != 1:
            raise SignatureSettingError(
                "header, query, field", "not exactly one is there", "write where the token stands"
            )
        self._header, self._query, self._field = header.lower(), query, field

    def _judged(self, request: Request, now: float) -> Verified | Answered | Refused:
        body: bytes | None = request.body
        if self._header:
            sent, where = request.headers.get(self._header), f"the header {self._header}"
        elif self._query:
            sent, where = request.query.get(self._query), f"{self._query} in the query"
        else:
            (sent, body), where = self._taken_out(request), f"the field {self._field}"
        if not sent or body is None:
            return absent(where)
        # Each is compared, whichever is the one.
        holds = [number for number, it in enumerate(self._secrets) if same(sent, it.reveal())]
        return Verified(body, holds[0]) if holds else _UNPROVEN

    def _taken_out(self, request: Request) -> tuple[str | None, bytes | None]:
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type == _FORM:
            fields = form(request.body) or {}
            sent = utf8(fields.pop(self._field.encode(), None))
            return sent, urlencode(fields).encode()
        table = json_object(request.body)
        if table is None:
            return None, None
        sent = json_text(table.pop(self._field, None))
        return sent, msgspec.json.encode(table)
