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


#: Sets a span, and never takes its end back: a worker that was paused writes late, when the one
#: that has the partition now is further.
_WRITE: Final = """
local stored = redis.call('GET', KEYS[1])
if stored then
  local start, stop = string.match(stored, '^(%d+) (%d+)$')
  if start == ARGV[1] and tonumber(stop) > tonumber(ARGV[2]) and stop ~= ARGV[3] then return end
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
"""


#: Joins a span to what is there, if nothing lies between the two.
_JOIN: Final = """
local stored = redis.call('GET', KEYS[1])
local start, stop = tonumber(ARGV[1]), tonumber(ARGV[2])
if stored then
  local first, last = string.match(stored, '^(%d+) (%d+)$')
  if first and tonumber(first) <= stop and tonumber(last) >= start then
    start, stop = math.min(start, tonumber(first)), math.max(stop, tonumber(last))
  end
end
redis.call('SET', KEYS[1], string.format('%.0f %.0f', start, stop))
"""


class Span(NamedTuple):
    """All that stands on a partition from offset `start` up to `end`, which is not in it."""

    start: int
    end: int


class Asking(Protocol):
    """Sends a command to Redis; raises `RedisSinkError`."""

    async def ask(self, command: tuple[Any, ...]) -> Any:
        """Its answer."""


class Held:
    """The spans that a Redis holds, one key for each partition."""

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
        """It holds this much from now on, or more where it says so already."""
        key, (start, end) = held_key(partition), map(str, span)
        await self._redis.ask(("EVAL", _WRITE, 1, key, start, end, str(WITHOUT_END)))

    async def join(self, partition: int, span: Span) -> None:
        """It holds this much too, from whoever filled it anew."""
        await self._redis.ask(("EVAL", _JOIN, 1, held_key(partition), *map(str, span)))

    async def has_alerts(self) -> bool:
        """Whether there is any revision at all."""
        return bool(await self._redis.ask(("XLEN", STREAM)))
