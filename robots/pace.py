"""How often a robot may be sent something."""

from __future__ import annotations

from collections import deque
from typing import Final

_MINUTE: Final = 60.0
#: What our minute is longer than the vendor's: a message counts there when it arrives, here when
#: its answer does.
_SLACK: Final = 1.0


class Pace:
    """At most `per_minute` messages in any minute, and `per_second` in any second. Times are
    seconds of a clock that never goes back."""

    def __init__(self, per_minute: int, per_second: int | None = None) -> None:
        self._limits = [(per_minute, _MINUTE + _SLACK)]
        if per_second is not None:
            self._limits.append((per_second, 1.0 + _SLACK / 10))
        self._sent: deque[float] = deque(maxlen=max(most for most, _ in self._limits))
        self._held = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next message may be sent; 0 if it may be now."""
        until = self._held
        for most, span in self._limits:
            if len(self._sent) >= most:
                until = max(until, self._sent[-most] + span)
        return max(0.0, until - now)

    def sent(self, now: float) -> None:
        """A message was sent, whatever became of it: one that failed may have been counted."""
        self._sent.append(now)

    def hold(self, until: float) -> None:
        """Nothing may be sent before `until`."""
        self._held = max(self._held, until)
