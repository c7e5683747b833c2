"""Customers entered twice, by different employees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detectors.facts.fact import Fact


def entered_by_another(creations: Sequence[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Each first entry of a customer (`about`) before which somebody else (`actor`) had entered
    one, after the latest of theirs."""
    entered: set[str] = set()
    newest: Fact | None = None
    by_another: Fact | None = None
    for second in creations:
        first = newest if newest is None or newest.actor != second.actor else by_another
        if first is newest:
            by_another = newest
        newest = second
        if first is not None and second.about not in entered:
            yield first, second
        entered.add(second.about)
