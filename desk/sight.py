"""What a reader gets to see: names, or pseudonyms in their place, in whatever is shown.

All that leaves the desk, as JSON or as a page, passes through here.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import structs

from cases.handling import Told
from contract.action import Action
from desk.index import Index
from desk.pseudonyms import Pseudonyms
from desk.readers import Reader
from desk.rights import sees_names
from desk.rows import Row
from desk.stored import Standing

Entity = Literal["employee", "customer", "order", "account", "alert"]
_PSEUDONYM: Final = re.compile(r"(employee|customer|order|account|alert)-[0-9a-f]{10}")
#: Pseudonyms kept, so that a list costs no digest a row: about 100 bytes each.
_KEPT: Final = 500_000


class Names:
    """Of those who see who it is: everything as it is. What a viewer passes on to them, an address
    say, names the same to them, where there are viewers: `veiled` is their sight."""

    hides = False

    def __init__(self, veiled: Names | None = None) -> None:
        self._veiled = veiled

    def of(self, kind: Entity, id_: str | None) -> str | None:
        """How an id is shown."""
        return id_

    def row(self, row: Row) -> Row:
        """A row as it is shown."""
        return row

    def standing(self, standing: Standing) -> Standing:
        """An alert and its history as they are shown."""
        return standing

    def may_ask(self, kind: Entity, shown: str) -> bool:
        """Whether this reader may ask for somebody by this."""
        return True

    def real(self, kind: Entity, shown: str, index: Index) -> str | None:
        """The id of what is shown as this; None if no alert there is names it. Raises
        `StaleError`."""
        if self._veiled is not None and is_pseudonym(kind, shown):
            return self._veiled.real(kind, shown, index) or shown
        return shown


class Veiled(Names):
    """Of viewers. Ids of alerts are veiled too: they follow from detector and cause, so whoever
    knows a company's ids could try which of them gives one."""

    hides = True

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        super().__init__()
        self._pseudonyms = pseudonyms
        self._known: dict[tuple[str, str], str] = {}

    def of(self, kind: Entity, id_: str | None) -> str | None:
        if id_ is None:
            return None
        found = self._known.get((kind, id_))
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[kind, id_] = self._pseudonyms.of(kind, id_) or ""
        return found

    def row(self, row: Row) -> Row:
        alert_id = self.of("alert", row.alert_id) or ""
        return structs.replace(
            row,
            alert_id=alert_id,
            rank=(*row.rank[:3], alert_id),
            employee=self.of("employee", row.employee),
            customer=self.of("customer", row.customer),
            order=self.of("order", row.order),
            account=self.of("account", row.account),
            account_holder=self.of("employee", row.account_holder),
            assignee=None,
        )

    def standing(self, standing: Standing) -> Standing:
        alert, handling = standing.alert, standing.handling
        id_ = self.of("alert", alert.alert_id) or ""
        return Standing(
            structs.replace(self._pseudonyms.alert(alert), alert_id=id_),
            structs.replace(
                handling,
                assignee=None,
                acknowledged=handling.acknowledged and _hidden(handling.acknowledged, id_),
                proposed=handling.proposed and _hidden(handling.proposed, id_),
                closed=handling.closed and _hidden(handling.closed, id_),
                history=tuple(Told(_hidden(it.action, id_), it.refused) for it in handling.history),
            ),
        )

    def may_ask(self, kind: Entity, shown: str) -> bool:
        return is_pseudonym(kind, shown)

    def real(self, kind: Entity, shown: str, index: Index) -> str | None:
        ids = (id_ for row in index.all() for id_ in _ids(kind, row))
        return next((it for it in ids if it is not None and self.of(kind, it) == shown), None)


class Sights:
    """The sight of each reader. `secret` is what pseudonyms come from, None where nobody is a
    viewer."""

    def __init__(self, secret: str | None) -> None:
        self._veiled = None if secret is None else Veiled(Pseudonyms(secret.encode()))
        self._names = Names(self._veiled)

    def of(self, reader: Reader) -> Names:
        """Raises `RuntimeError` for a viewer where there is no secret."""
        if sees_names(reader):
            return self._names
        if self._veiled is None:
            raise RuntimeError("a viewer without a pseudonym_secret")
        return self._veiled


def is_pseudonym(kind: Entity, text: str) -> bool:
    """Whether a text is a pseudonym of that kind of thing, by its form."""
    return _PSEUDONYM.fullmatch(text) is not None and text.startswith(f"{kind}-")


def _ids(kind: Entity, row: Row) -> tuple[str | None, ...]:
    if kind == "employee":
        return (row.employee, row.account_holder)
    return (row.alert_id if kind == "alert" else getattr(row, kind),)


def _hidden(action: Action, alert_id: str) -> Action:
    """An action without who took it, for whom, and what they wrote."""
    return structs.replace(action, action_id="", alert_id=alert_id, by="", assignee=None, note=None)
