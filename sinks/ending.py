"""Ends tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

#: Seconds until a task that goes on is cancelled again.
_AGAIN: Final = 1.0


async def ended(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel tasks, and wait until each is over; what they raise is not raised here.

    More than once if need be: before Python 3.12 `asyncio.wait_for` loses a cancellation that comes
    just when what it waits for is done, and a task that loops would then go on for ever.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        over, pending = await asyncio.wait(pending, timeout=_AGAIN)
        for task in over:
            if not task.cancelled():
                task.exception()
