"""How alerts of each detector were worked: how many, closed as what, and how long it took.

Pure, of what stands: what is closed for longer than Redis keeps it is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Literal

from msgspec import Struct

from cases.handling import State
from contract.action import Verdict
from contract.times import SECOND


class Worked(Struct, frozen=True, kw_only=True):
    """What of an alert counts; times in µs. `detected` is when its newest revision was."""

    detector: str
    detected: int
    state: State
    verdict: Verdict | Literal["withdrawn"] | None
    acknowledged: int | None
    closed: int | None


class Wait(Struct, frozen=True):
    """Half of `of` alerts waited `median` seconds or less; None if there was none."""

    of: int
    median: float | None


class DetectorStats(Struct, frozen=True, kw_only=True):
    """How the alerts of one detector stand. `opened` are all of them, `verdicts` how many were
    closed as what.

    The waits are from detection to the first look and to the end. An alert revised after that is in
    neither: when its first revision was detected is no longer known, and a wait from the newest
    would be less than nothing.
    """

    detector: str
    opened: int
    open: int
    closed: int
    verdicts: dict[str, int]
    to_acknowledge: Wait
    to_close: Wait

    @property
    def confirmed(self) -> int:
        """How many were fraud: of `judged`, the share that is the precision."""
        return self.verdicts.get("confirmed", 0)

    @property
    def judged(self) -> int:
        """How many somebody called either fraud or none. `benign` and `duplicate` say nothing of
        whether the detector was right."""
        return self.confirmed + self.verdicts.get("false_positive", 0)


def stats_of(worked: Iterable[Worked]) -> tuple[DetectorStats, ...]:
    """Those of each detector that has any alert, by its id; the same whatever their order."""
    by_detector: dict[str, list[Worked]] = {}
    for it in worked:
        by_detector.setdefault(it.detector, []).append(it)
    return tuple(_of_one(id_, by_detector[id_]) for id_ in sorted(by_detector))


def _of_one(detector: str, worked: Sequence[Worked]) -> DetectorStats:
    closed = [it for it in worked if it.state == "closed"]
    verdicts: dict[str, int] = {}
    for verdict in sorted(it.verdict for it in closed if it.verdict is not None):
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    return DetectorStats(
        detector=detector,
        opened=len(worked),
        open=len(worked) - len(closed),
        closed=len(closed),
        verdicts=verdicts,
        to_acknowledge=_wait((it.detected, it.acknowledged) for it in worked),
        to_close=_wait((it.detected, it.closed) for it in worked),
    )


def _wait(spans: Iterable[tuple[int, int | None]]) -> Wait:
    seconds = [(end - begin) / SECOND for begin, end in spans if end is not None and end >= begin]
    return Wait(len(seconds), median(seconds) if seconds else None)
