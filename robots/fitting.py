"""Makes a message fit into what its vendor takes: first the long texts go, then whole alerts, and
what went is marked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, Final

from msgspec import Struct

from robots.entries import Entry
from robots.words import Language

#: Characters that each text of a message may have, from the most to the least.
_STEPS: Final = (4000, 2000, 1000, 500, 250, 120, 60, 0)

#: Renders entries and how many more there are; what comes of it, and its size in bytes.
Render = Callable[[Sequence[Entry], int], tuple[dict[str, Any], int]]


class Fitted(Struct, frozen=True):
    """A message's body, and how many alerts it only counts."""

    body: dict[str, Any]
    hidden: int


def fitted(
    entries: Sequence[Entry], more: int, language: Language, limit: int, render: Render
) -> Fitted:
    """The fullest message of at most `limit` bytes. `more` alerts are counted in it in any case.

    At least one alert is in it, by its first line: a limit below 1000 bytes may be exceeded.
    """
    for most in _STEPS:
        # To render thousands of alerts only to find them too many would keep every robot waiting.
        if sum(it.least(most) for it in entries) > limit:
            continue
        body, size = render([it.shortened(most, language) for it in entries], more)
        if size <= limit:
            return Fitted(body, 0)
    short = [it.shortened(0, language) for it in entries]
    sizes = list(accumulate(it.least(0) for it in entries))
    fits, too_many = 1, max(2, min(len(short), bisect_right(sizes, limit) + 1))
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if render(short[:middle], more + len(short) - middle)[1] <= limit:
            fits = middle
        else:
            too_many = middle
    hidden = len(short) - fits
    return Fitted(render(short[:fits], more + hidden)[0], hidden)
