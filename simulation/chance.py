"""Random streams that do not disturb each other, and the few draws the simulation makes.

Draws rest on `Random.random` alone, whose sequence Python promises to keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, exp, log, pi, sqrt
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream(seed: int, *topic: object) -> Random:
    """The stream of `topic`: the same for the same seed, whatever the other streams drew."""
    return Random("/".join(map(str, (seed, *topic))))


def between(rng: Random, least: int, most: int) -> int:
    """A whole number, both ends included."""
    return least + int(rng.random() * (most - least + 1))


def pick(rng: Random, things: Sequence[T]) -> T:
    """One of `things`, which must not be empty."""
    return things[int(rng.random() * len(things))]


def some(rng: Random, things: Sequence[T], count: int) -> list[T]:
    """`count` different ones of `things`, or all if there are fewer, in a random order."""
    left = list(things)
    return [left.pop(int(rng.random() * len(left))) for _ in range(min(count, len(left)))]


def happens(rng: Random, share: float) -> bool:
    """True in `share` of the cases."""
    return rng.random() < share


def around(rng: Random, middle: float, spread: float) -> float:
    """Log-normal: half are below `middle`; two thirds within a factor of exp(`spread`)."""
    normal = sqrt(-2 * log(1 - rng.random())) * cos(2 * pi * rng.random())
    return middle * exp(spread * normal)
