"""Keeps the first lines to complain about, by file and line, in whatever order they are found."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable

from offbook.cli.files.ndjson import Place

#: How many are told.
SHOWN = 20


class Complaints:
    """Keeps the first `SHOWN` by place, and how many there are."""

    def __init__(self) -> None:
        self._first: list[tuple[Place, str]] = []
        self.count = 0

    def add(self, place: Place, text: Callable[[], str]) -> None:
        """Add one; `text` is only called if it may be shown."""
        self.count += 1
        if len(self._first) < SHOWN:
            insort(self._first, (place, text()))
        elif place < self._first[-1][0]:
            insort(self._first, (place, text()))
            self._first.pop()

    def tell(self, say: Callable[[str], None]) -> None:
        """Report them in order, and where to find the rest."""
        for _, text in self._first:
            say(text)
        if self.count > len(self._first):
            say("more bad lines follow; `offbook validate` says what is wrong with each")
