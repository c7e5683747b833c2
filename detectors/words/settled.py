"""Why something is not to be alerted, or not any more."""

from __future__ import annotations

from msgspec import Struct

from contract.alert import Bilingual
from detectors.facts.fact import Fact


class Settled(Struct, frozen=True):
    """What came in time, or took it back, and the event that shows it."""

    why: Bilingual
    by: Fact


def settled_by(why: Bilingual, by: Fact | None) -> Settled | None:
    """Settled, if there is such an event."""
    return None if by is None else Settled(why, by)
