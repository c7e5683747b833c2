"""An event loop whose clock is ours: what waits ten minutes is over at once, and the same in every
run."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


class _Leaping(selectors.DefaultSelector):
    """Instead of waiting, moves the clock to where the waiting would have ended."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if not found:
            assert timeout is not None, "nothing is left that could happen"
            self.now += timeout
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """Of real files and sockets, only those that are ready are seen."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def in_virtual_time(work: Coroutine[Any, Any, _T]) -> _T:
    """What comes of `work`."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
