"""A bounded memory of which events have been met."""

from __future__ import annotations


class Repeats:
    """Tells repeats by `source` and `id`, of the last `capacity` events and up to twice as many.

    A repeat is counted and goes no further. This is thrift, not safety: the memory begins empty
    after a restart or a rebalance, and the engine ignores repeats by itself.

    Two sets that take turns instead of an order of use: forgetting is then dropping a set, which
    costs nothing per event. About 100 bytes an event. What is remembered is Python's 64-bit hash
    of the pair: a chance of 10^-13 that a new event is taken for one of a million others.
    """

    def __init__(self, capacity: int = 250_000) -> None:
        if capacity < 1:
            raise ValueError("capacity must be 1 or more")
        self._capacity = capacity
        self._young: set[int] = set()
        self._old: set[int] = set()

    def __len__(self) -> int:
        return len(self._young | self._old)

    def seen(self, source: str, id_: str) -> bool:
        """Whether this event was met before; from now on it has been."""
        identity = hash((source, id_))
        young = self._young
        if identity in young:
            return True
        again = identity in self._old
        if len(young) >= self._capacity:
            self._old = young
            young = self._young = set()
        young.add(identity)
        return again
