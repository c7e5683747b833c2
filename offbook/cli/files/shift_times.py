"""Moves documents in time, all by the same amount, so that old ones can be played to a running
service.

Instants move exactly. Dates in `data` (an account's validity, when a notice takes effect) can only
move by whole days: of the two nearest whole days, the one is taken that keeps the events of the
account or employee on the side of the date where they were.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Raw

from contract.event import Event
from contract.times import DAY, micros, moment
from contract.types import HrChange, ReferenceAccount
from detectors.facts.entity import ABOUT, EntityKind, entity

_FIELDS = {ReferenceAccount: ("valid_from", "valid_to"), HrChange: ("effective_on",)}
_DATED: tuple[EntityKind, ...] = ("account", "employee")


class Chronicle:
    """When things happened: the newest event, and the times of each account and employee."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.newest: int | None = None
        self._times: dict[str, array[int]] = {}
        self._sorted = False

    def note(self, event: Event) -> None:
        """Take in an event that is no reference document."""
        if self.newest is None or event.time > self.newest:
            self.newest = event.time
        for kind in _DATED:
            about = ABOUT.get((type(event.data), kind))
            for id_ in about(event.data) if about else ():
                self._times.setdefault(entity(kind, id_), array("q")).append(event.time)

    def times(self, key: str) -> array[int]:
        """The event times of an entity, in order."""
        if not self._sorted:
            self._times = {key: array("q", sorted(times)) for key, times in self._times.items()}
            self._sorted = True
        return self._times.get(key, array("q"))

    def start_of(self, day: date) -> int:
        """The first microsecond of a company day."""
        return micros(datetime.combine(day, datetime.min.time(), self.zone))


class Rebase:
    """Moves documents by `delta` microseconds. `misplaced` counts the events that are on another
    side of a date than before, because no whole day would have kept them all."""

    def __init__(self, chronicle: Chronicle, delta: int) -> None:
        self._chronicle = chronicle
        self.delta = delta
        self.misplaced = 0

    def line(self, event: Event, line: bytes) -> bytes:
        """The document from which `event` was read, moved; everything else stays as it was
        written."""
        document = msgspec.json.decode(line, type=dict[str, Raw])
        document["time"] = _text(self._time(document["time"], event.time))
        if fields := _FIELDS.get(type(event.data)):
            data = msgspec.json.decode(document["data"], type=dict[str, Raw])
            for name in fields:
                day: date | None = getattr(event.data, name)
                if day is not None:
                    moved = self._date(_whose(event), day, starts=name == "valid_from")
                    data[name] = _text(moved.isoformat())
            document["data"] = Raw(msgspec.json.encode(data))
        return msgspec.json.encode(document)

    def _time(self, written: Raw, at: int) -> str:
        try:
            zone = datetime.fromisoformat(msgspec.json.decode(written, type=str)).tzinfo
        except ValueError:
            zone = None  # RFC 3339 in a form that Python 3.11 does not read, such as a small "z".
        moved = moment(at + self.delta).astimezone(zone or self._chronicle.zone)
        return moved.isoformat().replace("+00:00", "Z")

    def _date(self, key: str, day: date, *, starts: bool) -> date:
        # A date is a border between two company days: where it starts, or after it.
        border = day if starts else day + timedelta(days=1)
        times = self._chronicle.times(key)
        whole = self.delta // DAY
        days = sorted((whole, whole + 1), key=lambda days: abs(days * DAY - self.delta))
        wrong, best = min(
            ((self._crossing(times, border, days), days) for days in days), key=lambda pair: pair[0]
        )
        self.misplaced += wrong
        return day + timedelta(days=best)

    def _crossing(self, times: Iterable[int], border: date, days: int) -> int:
        """How many events the border passes over if it moves by `days`."""
        ordered = array("q", times)
        before = bisect_left(ordered, self._chronicle.start_of(border))
        moved = self._chronicle.start_of(border + timedelta(days=days)) - self.delta
        return abs(bisect_left(ordered, moved) - before)


def _whose(event: Event) -> str:
    data = event.data
    if isinstance(data, ReferenceAccount):
        return entity("account", data.account)
    assert isinstance(data, HrChange)
    return entity("employee", data.employee)


def _text(value: str) -> Raw:
    return Raw(msgspec.json.encode(value))
