"""Stream time: up to when the source topics have been read. It comes in as data.

Each topic has a time of its own, for a deadline waits only for the topics that could bring what it
misses: an outage of the bank's feed says nothing of a customer whom nobody calls. Forgetting goes
by the slowest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contract.kinds import STREAM_TOPICS

_BIT = {topic: 1 << number for number, topic in enumerate(STREAM_TOPICS)}
#: A set of source topics, as bits: sets are compared, and keys, at every step.
Topics = int
EVERY_TOPIC: Topics = (1 << len(STREAM_TOPICS)) - 1
#: No topic of its own: by the clock of forgetting.
FORGETTING: Topics = 0


def topics(names: Iterable[str]) -> Topics:
    """The set of the source topics with these names. Raises `KeyError` for any other."""
    found = 0
    for name in names:
        found |= _BIT[name]
    return found


class Now:
    """One moment of stream time, in microseconds.

    `times` has the time of each topic of which one is known. `forgets` is what forgetting goes by,
    None while that is not known; without it, the time of the slowest topic.
    """

    __slots__ = ("_known", "_times", "forgets", "latest")

    def __init__(self, times: Mapping[str, int], forgets: int | None = None) -> None:
        self._times = {_BIT[topic]: at for topic, at in times.items()}
        self._known: dict[Topics, int | None] = {}
        self.forgets = self.of(EVERY_TOPIC) if forgets is None else forgets
        self._known[FORGETTING] = self.forgets
        #: No clock has reached a later time.
        self.latest = max((*self._times.values(), self.forgets or 0), default=None)

    def of(self, which: Topics) -> int | None:
        """Up to when all of these topics have been read; None while that is not known of one."""
        if which not in self._known:
            slowest: int | None = None
            for bit in _BIT.values():
                if which & bit:
                    at = self._times.get(bit)
                    if at is None:
                        slowest = None
                        break
                    slowest = at if slowest is None else min(slowest, at)
            self._known[which] = slowest
        return self._known[which]

    def passed(self, due: int, which: Topics) -> bool:
        """Whether a deadline has passed that waits for these topics."""
        at = self.of(which)
        return at is not None and at > due


class Everywhere(Now):
    """All topics are read up to the same time, as in a replay, for each event of which one is made:
    it costs nothing to make, and nothing to ask."""

    __slots__ = ()

    def __init__(self, at: int) -> None:
        self.forgets = self.latest = at

    def of(self, which: Topics) -> int | None:
        return self.forgets


#: While nothing is known.
UNKNOWN = Now({})
