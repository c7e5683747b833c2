"""All outboxes of one router together: how much they hold, and how far they have come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

from contract.times import SECOND
from streams.router.dead_letter_outbox import DeadLetterOutbox
from streams.router.keyed_outbox import KeyedOutbox
from streams.router.outbox import Outbox
from streams.settings.settings import Settings
from streams.wire.kafka import topic_name
from streams.wire.keyed_records import KEYED_TOPIC, Mark, WireEvent

#: Bytes that may wait for the broker before reading stops.
_ROOM: Final = 64 * 1024 * 1024


class Outboxes:
    """One outbox for each partition of `offbook.keyed`, and one for dead letters.

    `marks` returns the marks to send with a batch that is closed now; `refused` is called with an
    event that the broker finds too large.
    """

    def __init__(
        self,
        settings: Settings,
        producer: Any,
        marks: Callable[[], list[Mark]],
        refused: Callable[[WireEvent], None],
    ) -> None:
        self._something_left = asyncio.Event()
        self.keyed = [
            KeyedOutbox(
                producer,
                topic_name(settings, KEYED_TOPIC),
                partition,
                batch_events=settings.batch_events,
                linger=settings.batch_linger / SECOND,
                marks=marks,
                refused=refused,
                on_left=self._something_left.set,
            )
            for partition in range(settings.keyed_partitions)
        ]
        self.letters = DeadLetterOutbox(producer, self._something_left.set)
        self.all: list[Outbox] = [*self.keyed, self.letters]

    def entered(self) -> list[int]:
        """How many parcels have entered each."""
        return [outbox.entered for outbox in self.all]

    def left(self) -> list[int]:
        """How many parcels of each are acknowledged."""
        return [outbox.left for outbox in self.all]

    def has_room(self) -> bool:
        """Whether they hold little enough to continue reading."""
        return sum(outbox.weight for outbox in self.all) <= _ROOM

    async def room(self) -> None:
        """Wait until they hold little enough to continue reading."""
        while not self.has_room():
            self._something_left.clear()
            await self._something_left.wait()

    async def something_left(self, seconds: float) -> None:
        """Wait until the next parcel is acknowledged, at most so many seconds."""
        self._something_left.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._something_left.wait(), seconds)

    def tick(self) -> None:
        """Send the current marks even if no event comes."""
        for outbox in self.keyed:
            outbox.tick()

    def close(self) -> None:
        """Close all open batches."""
        for outbox in self.keyed:
            outbox.close()

    def slowest(self) -> Outbox:
        """The one that has waited longest for the broker."""
        return max(self.all, key=lambda outbox: outbox.stuck_for)
