"""One log line a minute of what comes often, however often that is: how many, and why."""

from __future__ import annotations

from collections import Counter
from typing import Final

import structlog

#: Seconds between two lines.
EVERY: Final = 60.0
#: Different texts that are told apart.
_MOST: Final = 200

_log = structlog.get_logger(__name__)


class Tally:
    """Counts what is told in the line `event`, whose field `counted` has how many there are. What
    is counted goes into the log as it is: nothing of a record."""

    def __init__(self, event: str, counted: str = "count") -> None:
        self._event, self._counted = event, counted
        self._counts: Counter[str] = Counter()
        self._told_at: float | None = None

    def add(self, about: str, why: str) -> None:
        """One more. Where there are too many different ones, the rest are others of `about`."""
        its = f"{about} {why}"
        known = its in self._counts or len(self._counts) < _MOST
        self._counts[its if known else f"{about} other"] += 1

    def tell(self, now: float, *, last: bool = False) -> None:
        """Log what was counted since the last line: at once if that was long ago, otherwise when
        `EVERY` seconds have passed, or with the `last` call. `now` is a clock of seconds that never
        goes back."""
        early = self._told_at is not None and now - self._told_at < EVERY
        if not self._counts or (early and not last):
            return
        counts, self._counts = self._counts, Counter()
        self._told_at = now
        figures = {self._counted: counts.total(), "by": dict(sorted(counts.items()))}
        _log.warning(self._event, **figures)
