"""One log line a minute of dead letters, however many come: how many, from where, and why."""

from __future__ import annotations

from collections import Counter
from typing import Final

import structlog

from sinks.dead_letters import STAGE, TOPIC, Headers

#: Seconds between two lines.
EVERY: Final = 60.0

_log = structlog.get_logger(__name__)


class DeadLetterTally:
    """Counts letters by topic and stage, and tells of them. Nothing of an event is told."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._told_at: float | None = None

    def add(self, headers: Headers) -> None:
        """Count a letter with these headers."""
        # The last of a name is ours.
        named = dict(headers)
        topic, stage = ((named.get(it) or b"").decode("utf-8", "replace") for it in (TOPIC, STAGE))
        self._counts[topic, stage] += 1

    def tell(self, now: float, *, last: bool = False) -> None:
        """Log what was counted since the last line: at once if that was long ago, otherwise when
        `EVERY` seconds have passed, or with the `last` call. `now` is a clock of seconds that never
        goes back."""
        early = self._told_at is not None and now - self._told_at < EVERY
        if not self._counts or (early and not last):
            return
        counts, self._counts = self._counts, Counter()
        self._told_at = now
        _log.warning(
            "dead letters; `offbook dlq list` shows them",
            letters=counts.total(),
            by={f"{topic} {stage}": count for (topic, stage), count in sorted(counts.items())},
        )
