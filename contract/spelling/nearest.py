"""What may have been meant by a name that names nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

_BETWEEN = re.compile(r"[\s_.\-]+")
#: What other systems put behind the name of what an id names.
_SUFFIXES = ("id", "no", "number", "num", "code", "key")
#: How alike two names are that differ by a slip of the hand, from 0 to 1; and two short ones that
#: begin alike: one letter more of them is different.
_SLIP, _SHORT_SLIP, _SHORT = 0.8, 0.72, 6


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean status?`, or nothing where nothing known is like it."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


@lru_cache(maxsize=4096)
def near_key(key: str, known: frozenset[str]) -> str | None:
    """The known key of a document that `key` probably stands for: in another case or with other
    separators (`payeeAccount`), with a suffix (`orderId`, `customer_no`), cut short (`cust`), or
    with a slip in it (`ammount`). Stricter than `nearest`: senders may have keys of their own."""
    bare = folded_key(key)
    if len(bare) < 3:
        return None
    ranked = [(_likeness(bare, folded_key(it)), it) for it in sorted(known)]
    best, found = max(ranked, key=lambda it: it[0], default=(0.0, ""))
    return found if best > 0 else None


def is_slip(key: str, known: str) -> bool:
    """Whether `key` is `known` with a slip in it, and not with something added or left out at an
    end, as a second field beside it would be."""
    one, other = folded_key(key), folded_key(known)
    if one.startswith(other) or other.startswith(one):
        return False
    return SequenceMatcher(None, one, other).ratio() >= 0.85


def folded_key(key: str) -> str:
    """A key without its case and separators."""
    return _BETWEEN.sub("", key).casefold()


def _likeness(bare: str, known: str) -> float:
    """How sure it is that one stands for the other; 0 for not at all."""
    if bare == known:
        return 3.0
    if any(bare == known + suffix for suffix in _SUFFIXES):
        return 2.0
    ratio = SequenceMatcher(None, bare, known).ratio()
    if known.startswith(bare):
        return 1.0 + ratio
    short = max(len(bare), len(known)) <= _SHORT and bare[:3] == known[:3]
    return ratio if ratio >= (_SHORT_SLIP if short else _SLIP) else 0.0
