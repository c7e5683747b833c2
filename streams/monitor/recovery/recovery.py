"""Tells how far the reading of states is: in readiness and in figures."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any, Final

from sinks.health import Health
from sinks.metrics.recovery import RecoveryFigures
from streams.monitor.recovery.reading import Reading

#: Seconds without anything new before that is told.
_QUIET: Final = 5.0
#: Seconds from which on what is left is told in minutes.
_LONG: Final = 120.0


class Recovery:
    """Health condition: `recovery`. While states are read, readiness shows `recovering`."""

    def __init__(self, reading: Reading, figures: RecoveryFigures, health: Health) -> None:
        self._reading = reading
        self._figures = figures
        self._health = health

    def waits(self) -> None:
        """It is not known which partitions are ours."""
        self._health.bad("recovery", "waiting for partitions to be assigned")

    def tell(self, assigned: Collection[int], loaded: Collection[int]) -> None:
        """The partitions that are ours, and those whose states are in memory."""
        reading = self._reading
        reading.only(assigned)
        left = {number: it.left for number, it in reading.extents.items()}
        self._figures.left(dict.fromkeys(assigned, 0) | left)
        if missing := set(assigned) - set(loaded):
            self._figures.progress(time.time() - reading.without_progress)
            self._health.bad("recovery", sentence(reading, missing))
            self._health.show("recovering", lambda: shown(reading))
        else:
            reading.only(())
            self.ends()
            self._health.ok("recovery")

    def ends(self) -> None:
        """Nothing is read any more."""
        self._health.show("recovering", None)


def sentence(reading: Reading, missing: Collection[int]) -> str:
    """How far it is while the states of the partitions `missing` are not there."""
    if not reading.extents:
        return f"reading states of partitions {sorted(missing)}: Kafka has not said how much it is"
    offsets = reading.offsets
    read = f"{_grouped(offsets - reading.left)} of {_grouped(offsets)} offsets"
    return f"reading states: {reading.percent} % ({read}){_where(reading, missing)}{_when(reading)}"


def _where(reading: Reading, missing: Collection[int]) -> str:
    number = reading.current
    waiting = len(set(missing) - {number})
    more = f", then {waiting} more" if waiting else ""
    if number is None:
        return more
    if reading.is_putting_together:
        seconds = round(reading.without_progress)
        return f", now putting partition {number} together for {seconds} s{more}"
    return f", now partition {number}{more}"


def _when(reading: Reading) -> str:
    if reading.is_putting_together:
        return ""
    if reading.without_progress >= _QUIET:
        return f"; nothing new for {reading.without_progress:.0f} s"
    seconds = reading.seconds_left
    if seconds is None:
        return ""
    if seconds >= _LONG:
        return f"; about {seconds / 60:.0f} min left"
    return f"; about {max(seconds, 1):.0f} s left"


def shown(reading: Reading) -> dict[str, Any]:
    """The same as figures, by partition and in all; seconds are None while not known."""
    seconds = reading.seconds_left
    return {
        "percent": reading.percent,
        "seconds_left": None if seconds is None else round(seconds),
        "seconds_without_progress": round(reading.without_progress, 1),
        "partitions": {
            str(number): {
                "offsets": it.end - it.first,
                "offsets_left": it.left,
                "records_read": it.records,
            }
            for number, it in sorted(reading.extents.items())
        },
    }


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")
