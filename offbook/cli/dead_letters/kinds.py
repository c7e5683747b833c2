"""Letters summed up by where they come from and why they were set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from contract.spelling.shown import shown
from contract.times import moment, rfc3339
from offbook.cli.dead_letters.letter import Letter, Place, connector_of, without_places

#: How many kinds are told apart, and how many are shown.
APART: Final = 10_000
SHOWN: Final = 50
#: Characters of a message that are kept: ours are shorter, but anybody may write to a topic.
_LONGEST: Final = 600


class Kind(NamedTuple):
    """What letters have in common. `message` never holds a value of an event."""

    topic: str
    stage: str
    field: str
    message: str


class Sum(Struct):
    """How many there are, how many of them without their value, when the first and the last were
    set aside (ms), and where the last is."""

    count: int
    withheld: int
    first: int
    last: int
    newest: Place


class Kinds:
    """Sums up letters, in bounded memory. `beyond` counts those of kinds that came when there were
    `APART` already."""

    def __init__(self) -> None:
        self._sums: dict[Kind, Sum] = {}
        self.letters = 0
        self.withheld = 0
        self.beyond = 0

    def add(self, letter: Letter, why: str | None = None) -> None:
        """Count it in, under what its headers say, or for another reason."""
        self.letters += 1
        self.withheld += letter.withheld
        message = letter.kind if why is None else without_places(why)
        kind = Kind(letter.place.topic, letter.stage, letter.field, message[:_LONGEST])
        found = self._sums.get(kind)
        if found is None:
            if len(self._sums) >= APART:
                self.beyond += 1
                return
            found = Sum(0, 0, letter.stamped, letter.stamped, letter.place)
            self._sums[kind] = found
        found.count += 1
        found.withheld += letter.withheld
        found.first = min(found.first, letter.stamped)
        if letter.stamped >= found.last:
            found.last, found.newest = letter.stamped, letter.place

    @property
    def connectors(self) -> list[str]:
        """Those whose letters are among them."""
        return sorted({name for it in self._sums if (name := connector_of(it.topic))})

    def __len__(self) -> int:
        return len(self._sums)

    def newest_first(self, most: int = SHOWN) -> list[tuple[Kind, Sum]]:
        """At most so many kinds, those with the newest letter first."""
        return sorted(self._sums.items(), key=lambda it: (-it[1].last, it[0]))[:most]

    def as_dict(self, handled: int) -> dict[str, Any]:
        """For machines."""
        return {
            "letters": self.letters,
            "withheld": self.withheld,
            "handled": handled,
            "kinds": len(self),
            "not_told_apart": self.beyond,
            "shown": [
                {
                    **kind._asdict(),
                    "count": found.count,
                    "withheld": found.withheld,
                    "first": at(found.first),
                    "last": at(found.last),
                    "newest": str(found.newest),
                }
                for kind, found in self.newest_first()
            ],
        }


def lines(kinds: Iterable[tuple[Kind, Sum]], timezone: str) -> Iterator[str]:
    """Three lines a kind, for people."""
    zone = ZoneInfo(timezone)
    for kind, found in kinds:
        span = _local(found.last, zone)
        if found.first != found.last:
            span = f"{_local(found.first, zone)} to {span}"
        withheld = f"  WITHHELD {found.withheld}" if found.withheld else ""
        yield shown(
            f"{found.count:>7}  {kind.topic}  {kind.stage}  {kind.field or '-'}  {span}{withheld}"
        )
        yield shown(f"         {kind.message or 'no reason given: not written by Offbook'}")
        yield f"         newest: {found.newest}"


def at(stamped: int) -> str | None:
    """A timestamp (ms) as RFC 3339; None where no clock has it."""
    try:
        return rfc3339(stamped * 1000) if stamped >= 0 else None
    except (OverflowError, ValueError):
        return None


def _local(stamped: int, zone: ZoneInfo) -> str:
    try:
        return moment(stamped * 1000).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):
        return "?"
