"""Evidence as a timeline drawn to scale: one line for each kind of event, a dot for each event.

Places are percentages, sizes are pixels: it is as wide as the page, and as readable on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from contract.alert import Bilingual, Evidence
from contract.kinds import KIND_OF_TYPE
from contract.publishing.meanings import NAMES
from contract.times import moment, parse_rfc3339

#: Percent of the width left free at both ends, so that no dot is cut.
_MARGIN: Final = 2.0
#: Marks of time at most, beside the first and the last.
_MOST_MARKS: Final = 4
_STEPS: Final = tuple(
    timedelta(seconds=it)
    for it in (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86400, 3 * 86400, 7 * 86400, 14 * 86400)
) + tuple(timedelta(days=it) for it in (30, 91, 182, 365))


class Dot(Struct, frozen=True):
    """An event: where it lies (percent of the width), when (company time), and what it adds."""

    x: float
    at: str
    note: str


class Line(Struct, frozen=True):
    """All events of one kind."""

    what: Bilingual
    dots: tuple[Dot, ...]


class Mark(Struct, frozen=True):
    """A time on the axis."""

    x: float
    label: str


class Picture(Struct, frozen=True):
    """The lines, in the order of their first events, and the axis."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]


def picture(evidence: Sequence[Evidence], timezone: str) -> Picture:
    """Raises `ValueError` for a time that is none."""
    zone = ZoneInfo(timezone)
    times = [parse_rfc3339(it.time) for it in evidence]
    if not times:
        return Picture((), ())
    first, last = min(times), max(times)

    def place(at: int) -> float:
        share = (at - first) / (last - first) if last > first else 0.5
        return round(_MARGIN + share * (100 - 2 * _MARGIN), 3)

    lines: dict[str, list[Dot]] = {}
    for at, it in sorted(zip(times, evidence, strict=True), key=lambda pair: pair[0]):
        local = moment(at).astimezone(zone)
        dot = Dot(place(at), local.strftime("%Y-%m-%d %H:%M:%S"), it.note)
        lines.setdefault(it.type, []).append(dot)
    return Picture(
        tuple(Line(_named(type_), tuple(dots)) for type_, dots in lines.items()),
        tuple(Mark(place(at), label) for at, label in _axis(first, last, zone)),
    )


def _named(type_: str) -> Bilingual:
    kind = KIND_OF_TYPE.get(type_)
    return Bilingual(*NAMES[kind.data]) if kind is not None else Bilingual(type_, type_)


def _axis(first: int, last: int, zone: ZoneInfo) -> list[tuple[int, str]]:
    """Round times between the first and the last; those two alone where there is no room."""
    begin, end = (moment(it).astimezone(zone) for it in (first, last))
    step = next((it for it in _STEPS if (end - begin) / it <= _MOST_MARKS), _STEPS[-1])
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + -((midnight - begin) // step) * step
    marks: list[datetime] = []
    while at <= end:
        marks.append(at)
        at += step
    whole = step >= timedelta(days=1)
    label = "%m-%d" if whole else "%H:%M" if begin.date() == end.date() else "%m-%d %H:%M"
    return [(int(it.timestamp() * 1_000_000), it.strftime(label)) for it in marks]
