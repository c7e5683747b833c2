"""How the tests are shared out among processes: a third of the time they wait for servers."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable

import pytest

#: The databases of a Redis, one for each process.
_DATABASES = 16

#: Whole installations, which take half a minute to two: what begins last must not be one of them.
_LONGEST = (
    "tests/integration/",
    "tests/sinks/test_redis_emptied.py",
    "tests/sinks/test_delivery.py",
    "tests/streams/monitor/test_watch.py",
    "tests/streams/service/",
    "tests/streams/router/test_router_feeds.py",
    "tests/streams/router/test_router_time.py",
    "tests/cli/alerts/",
    "tests/deploy/test_dashboard",
    "tests/deploy/test_robots.py",
    "tests/sinks/alertmanager/test_told_once.py",
    "tests/connectors/receiving/",
)

#: What each process would have to set up for itself: servers, workers, and what they have found.
_SHARED = frozenset(("module", "package"))


def processes() -> int:
    """More than there are processors: of those that wait, none is used."""
    return min(_processors() + 6, _DATABASES)


def dealt(items: list[pytest.Item], hands: int) -> list[pytest.Item]:
    """The same, in the order in which a process begins with a part in a row: what waits stands at
    the beginning, and as many as there are processors have none of it. So there is work from the
    first moment on, and what is left at the end can be shared out."""
    waiting = [it for it in items if it.get_closest_marker("integration")]
    working = [it for it in items if not it.get_closest_marker("integration")]
    shares = _shares(waiting, max(hands - _processors(), 1))
    found: list[pytest.Item] = []
    for hand in range(hands):
        size = (len(items) - len(found)) // (hands - hand)
        share = shares[hand] if hand < len(shares) else []
        rest, working = _cut(working, max(size - len(share), 0))
        found += share + rest
    return found + working


def _shares(waiting: Iterable[pytest.Item], hands: int) -> list[list[pytest.Item]]:
    """One to each in turn, and those that share what one of them sets up to one together."""
    together: dict[Hashable, list[pytest.Item]] = {}
    for item in waiting:
        together.setdefault(_set_up_once(item) or item.nodeid, []).append(item)
    shares: list[list[pytest.Item]] = [[] for _ in range(hands)]
    for group in sorted(together.values(), key=_first_to_be_dealt):
        min(shares, key=len).extend(group)
    return shares


def _first_to_be_dealt(group: list[pytest.Item]) -> tuple[bool, int]:
    return not _is_long(group), -len(group)


def _is_long(group: list[pytest.Item]) -> bool:
    return group[0].nodeid.startswith(_LONGEST)


def _set_up_once(item: pytest.Item) -> frozenset[tuple[str, str]]:
    """The fixtures of a module or a package that it uses."""
    info = getattr(item, "_fixtureinfo", None)
    used = {} if info is None else info.name2fixturedefs
    return frozenset(
        (name, defined[-1].baseid) for name, defined in used.items() if defined[-1].scope in _SHARED
    )


def _processors() -> int:
    return os.cpu_count() or 1


def _cut(items: list[pytest.Item], size: int) -> tuple[list[pytest.Item], list[pytest.Item]]:
    return items[:size], items[size:]
