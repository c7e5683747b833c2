"""How old a request may be, whose sender signed the time."""

from __future__ import annotations

import re
from typing import Final

from connectors.signatures.signature import Refused, absent

#: Seconds between the sender's clock and ours, either way.
MOST_APART: Final = 300.0
#: A fixed number of digits: where time and nonce are signed without anything between them, a digit
#: of one cannot be moved into the other.
_SECONDS: Final = re.compile(r"[0-9]{10}", re.ASCII)
_MILLISECONDS: Final = re.compile(r"[0-9]{13}", re.ASCII)


def seconds(sent: str) -> float | None:
    """Since 1970, of a timestamp in seconds."""
    return float(sent) if _SECONDS.fullmatch(sent) else None


def milliseconds(sent: str) -> float | None:
    """The same in seconds, of a timestamp in milliseconds."""
    return int(sent) / 1000 if _MILLISECONDS.fullmatch(sent) else None


def stale(at: float | None, now: float, most_old: float = MOST_APART) -> Refused | None:
    """Why a request that was signed at `at` is not taken at `now`, both in seconds since 1970."""
    if at is None:
        return absent("its timestamp")
    apart = now - at
    if -MOST_APART <= apart <= most_old:
        return None
    side, most = ("behind", most_old) if apart > 0 else ("ahead of", MOST_APART)
    return Refused(
        f"its timestamp is {abs(apart):.0f} s {side} this machine's clock, and {most:.0f} are"
        " allowed",
        "If it is so with every sender, set this machine's clock (NTP); if with this one only, its"
        " clock is off, or an old request was sent once more.",
    )
