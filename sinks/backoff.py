"""How long to wait before something that failed is tried again."""

from __future__ import annotations

from typing import Final

#: Seconds before the second attempt, and at most.
FIRST: Final = 0.1
LAST: Final = 5.0


class Backoff:
    """Seconds between attempts: doubled from `first` to `last`."""

    def __init__(self, first: float = FIRST, last: float = LAST) -> None:
        self._first, self._last = first, last
        self._next = first

    def longer(self) -> float:
        """Seconds to wait after one more failure."""
        seconds = self._next
        self._next = min(2 * seconds, self._last)
        return seconds

    def over(self) -> None:
        """It worked: the next failure counts as the first."""
        self._next = self._first
