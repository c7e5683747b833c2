"""Whether what a detector misses is ever told of at all.

A CRM that tells of orders and has never told of an activity, a quote, an opportunity or a contract
keeps no record of them, or does not send it: of a deal without any, nothing follows.
"""

from __future__ import annotations

from collections.abc import Iterable

from contract.event import Event
from contract.types import CrmEdit
from detectors.facts.fact import Fact


class Signs:
    """What the CRM has ever told of: the one thing that entities have in common, beside reference
    data. It only ever grows, and so is there again soon after a start."""

    def __init__(self) -> None:
        self._orders = False
        self._told: set[str] = set()

    @property
    def version(self) -> int:
        """Another number once something is told for the first time."""
        return len(self._told)

    def hear(self, event: Event, facts: Iterable[Fact]) -> None:
        """An event says these facts of an entity."""
        edit = event.data
        if type(edit) is CrmEdit:
            self._orders = self._orders or edit.object.type == "order"
            self._told.update(fact.role for fact in facts)

    def lack(self, role: str) -> bool:
        """Whether the CRM tells of orders, and never of this."""
        return self._orders and role not in self._told

    def has(self, role: str) -> bool:
        """Whether it was ever told."""
        return role in self._told
