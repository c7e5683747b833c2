"""`offbook dlq drop`: nothing more is to be done about letters, which stay where they are."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack

from contract.handled import LONGEST_REASON
from contract.spelling.shown import shown
from offbook.cli.dead_letters.letter import LetterError
from offbook.cli.dead_letters.reading import Letters, Wanted
from offbook.cli.dead_letters.sending import sender
from streams.settings.settings import Settings


async def drop(
    letters: Letters,
    wanted: Wanted,
    settings: Settings,
    *,
    by: str,
    reason: str,
    dry_run: bool = False,
) -> int:
    """Write down that the letters that are wanted were dropped by `by`, and why; how many. Raises
    `LetterError`, `SendError`, `KafkaError`."""
    why = shown(reason.strip())
    if not 0 < len(why) <= LONGEST_REASON:
        raise LetterError(f"--reason: must be said, in 1 to {LONGEST_REASON} characters")
    count = 0
    async with AsyncExitStack() as stack:
        to = None if dry_run else await stack.enter_async_context(sender(settings))
        async for some in letters.those(wanted):
            if to is not None:
                await to.handled(some, "dropped", by, time.time_ns() // 1000, why)
            count += len(some)
    return count
