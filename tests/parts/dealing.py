"""How the tests are shared out among processes: a third of the time they wait for servers."""

from __future__ import annotations

import os

import pytest

#: The databases of a Redis, one for each process.
_DATABASES = 16


def processes() -> int:
    """More than there are processors: of those that wait, none is used."""
    return min((os.cpu_count() or 1) + 3, _DATABASES)


def dealt(items: list[pytest.Item], hands: int) -> list[pytest.Item]:
    """The same, in the order in which a process begins with a part in a row: each has its share of
    those that wait, one of two at its beginning, the other at its end."""
    waiting = [it for it in items if it.get_closest_marker("integration")]
    working = [it for it in items if not it.get_closest_marker("integration")]
    found: list[pytest.Item] = []
    for hand in range(hands):
        share = waiting[hand::hands]
        size = (len(items) - len(found)) // (hands - hand)
        rest, working = _cut(working, max(size - len(share), 0))
        found += rest + share if hand % 2 else share + rest
    return found + working


def _cut(items: list[pytest.Item], size: int) -> tuple[list[pytest.Item], list[pytest.Item]]:
    return items[:size], items[size:]
