"""Names for those who may not see who it is: stable, and of no use without the secret."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from msgspec import structs

from contract.alert import Alert, Bilingual

#: Of 2^40 there is no likely collision among a company's people, and it can be read out.
_DIGITS: Final = 10
_HIDDEN: Final = Bilingual("(not shown to viewers)", "（查看者不可见）")


class Pseudonyms:
    """Keyed by a secret: the same person has the same one everywhere, under another secret
    another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, kind: str, id_: str | None) -> str | None:
        """`employee-4f3a…` for an employee's id."""
        if id_ is None:
            return None
        digest = hmac.new(self._secret, f"{kind}\n{id_}".encode(), sha256).hexdigest()
        return f"{kind}-{digest[:_DIGITS]}"

    def alert(self, alert: Alert) -> Alert:
        """The alert without people and accounts. What is written in it as text may name anybody, so
        nothing of that is left but its title."""
        return structs.replace(
            alert,
            summary=_HIDDEN,
            employee=self.of("employee", alert.employee),
            customer=self.of("customer", alert.customer),
            order=self.of("order", alert.order),
            account=self.of("account", alert.account),
            account_holder=self.of("employee", alert.account_holder),
            evidence=tuple(
                structs.replace(it, id=self.of("event", it.id) or "", note="")
                for it in alert.evidence
            ),
            suppressed=alert.suppressed and structs.replace(alert.suppressed, reason=""),
        )
