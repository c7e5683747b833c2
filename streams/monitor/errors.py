"""Why a monitor cannot go on."""

from __future__ import annotations

from typing import ClassVar


class MonitorError(RuntimeError):
    """The monitor cannot go on. One line; `retryable` says whether a new start can help."""

    retryable: ClassVar[bool] = True


class StateGoneError(MonitorError):
    """Records that were never applied are gone from `offbook.keyed`; a new start does not help."""

    retryable: ClassVar[bool] = False
