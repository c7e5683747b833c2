"""What a Redis says of itself: which part of each partition of the alerts topic it holds.

Beside the alerts, so that it goes with them: a Redis that was emptied, restored from a backup or
replaced by another shows it here, whoever asks, and after any restart of whoever wrote there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from sinks.redis.keys import STREAM, held_key

#: As its end, of what was there before anybody kept such accounts.
WITHOUT_END: Final = 2**53


class Span(NamedTuple):
    """All that stands on a partition from offset `start` up to `end`, which is not in it."""

    start: int
    end: int


class Asking(Protocol):
    """Sends a command to Redis; raises `RedisSinkError`."""

    async def ask(self, command: tuple[Any, ...]) -> Any:
        """Its answer."""


class Held:
    """The spans that a Redis holds, one key for each partition: `GET` and `SET` are all it takes,
    and no two workers write the same one."""

    def __init__(self, redis: Asking) -> None:
        self._redis = redis

    async def read(self, partitions: Iterable[int]) -> Mapping[int, Span]:
        """Those that are there; what nobody can read counts as not there."""
        found = {}
        for partition in partitions:
            words = (await self._redis.ask(("GET", held_key(partition))) or b"").split()
            if len(words) == 2 and all(word.isdigit() for word in words):
                found[partition] = Span(*map(int, words))
        return found

    async def write(self, partition: int, span: Span) -> None:
        """It holds this much from now on."""
        await self._redis.ask(("SET", held_key(partition), f"{span.start} {span.end}"))

    async def has_alerts(self) -> bool:
        """Whether there is any revision at all."""
        return bool(await self._redis.ask(("XLEN", STREAM)))
