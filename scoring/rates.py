"""Shares of a count, with how far the true share may differ from what so few cases show."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from msgspec import Struct

_Z = NormalDist().inv_cdf(0.975)


class Rate(Struct, frozen=True):
    """`hits` of `of` cases. `rate` and its 95 % interval `low` to `high` are shares from 0 to 1.

    All three are None if there was no case: then nothing is known, neither 0 nor 1.
    """

    hits: int
    of: int
    rate: float | None
    low: float | None
    high: float | None


def rate(hits: int, of: int) -> Rate:
    """The share with its Wilson score interval (E. B. Wilson 1927), which unlike the textbook's
    ± keeps within 0 and 1 and says something even of four cases out of four."""
    if of == 0:
        return Rate(0, 0, None, None, None)
    share = hits / of
    slack = _Z**2 / of
    middle = (share + slack / 2) / (1 + slack)
    reach = sqrt(share * (1 - share) * slack + slack**2 / 4) / (1 + slack)
    # Exact at both ends, where rounding would leave 0.9999999999999999.
    low = middle - reach if hits else 0.0
    high = middle + reach if hits < of else 1.0
    return Rate(hits, of, share, low, high)
