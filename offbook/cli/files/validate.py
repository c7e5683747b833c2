"""`offbook validate`: says, line by line, why a document is not an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from contract.decoding.decode import NOWHERE, decode_structured
from contract.decoding.readings import readings
from contract.event import Event
from contract.kinds import HEARTBEAT, KIND_OF_DATA, KINDS
from contract.rejected import Rejected
from contract.spelling.folding import REGION
from contract.spelling.shown import shown
from offbook.cli.files.doubles import Doubles, contradiction, id_in
from offbook.cli.files.gaps import Gaps
from offbook.cli.files.joins import Joins
from offbook.cli.files.ndjson import Advance, Place, Source, problem, sources
from offbook.cli.files.stray_keys import StrayKeys

#: Types that are neither heartbeats nor reference documents, of which the last one counts.
_HAPPEN: Final = frozenset(kind.type for kind in KINDS if not kind.is_reference)
#: Warnings that are told.
SHOWN: Final = 50


@dataclass
class Validation:
    """The result: how many are good, by type; how many of these repeat another or contradict it;
    how many are bad. `warnings` are lines on what is probably a mistake, `notes` on what is good
    but deserves a look."""

    good: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    conflicts: int = 0
    bad: int = 0
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def summary(self) -> list[str]:
        """Lines for people."""
        says = [f"{self.good.total()} good", f"{self.bad} bad"]
        if self.conflicts:
            says.append(f"{self.conflicts} of the good conflict with another (one of each counts)")
        if self.repeats:
            says.append(f"{self.repeats} of the good repeat another (no harm: counted once)")
        if heartbeats := self.good[HEARTBEAT.type]:
            says.append(f"{heartbeats} of the good are heartbeats (for topics, not for files)")
        if self.warnings:
            count = len(self.warnings)
            says.append(f"{count} warning{'' if count == 1 else 's'}")
        left = len(self.warnings) - SHOWN
        more = [f"{left} more warnings"] if left > 0 else []
        return [", ".join(says), *self.warnings[:SHOWN], *more, *self.notes]


def validate(
    files: Sequence[str],
    say: Callable[[str], None],
    advance: Advance | None = None,
    *,
    region: str = REGION,
) -> Validation:
    """Read all of `files` and `say` one line for each document that is not an event.

    `region` is where phones without a country code belong. Raises `InputError` for a file that
    cannot be read.
    """
    found, doubles, gaps, readings_ = Validation(), Doubles(), Gaps(), _Readings(region)
    stray, joins = StrayKeys(), Joins()
    with sources(files) as inputs:
        names = [source.name for source in inputs]
        for place, line in _lines(inputs, advance):
            event = decode_structured(line, NOWHERE, region=region)
            if isinstance(event, Rejected):
                found.bad += 1
                if event.stage == "data" and not event.withhold:
                    stray.note_bad(line, place)
                say(problem(names[place[0]], place[1], event))
                continue
            data = event.data
            type_ = KIND_OF_DATA[type(data)].type
            found.good[type_] += 1
            stray.note(type_, line, place)
            joins.takes[type(data)](data, place)
            if event.sent:
                readings_.note(event, place)
            if type_ in _HAPPEN:
                doubles.note(type_, event.source, event.id)
                gaps.note(event.time, place)
        doubles.noted()
        if doubles.ids:
            for place, line in _lines(inputs):
                _compare(line, place, doubles, found, names, say, region)
    warned = sorted([*stray.told(), *joins.told()])
    found.warnings = [
        shown(f"{names[which]}:{number}: warning: {text}") for (which, number), text in warned
    ]
    found.notes = [*readings_.told(names), *gaps.told(names)]
    return found


def _lines(
    inputs: Sequence[Source], advance: Advance | None = None
) -> Iterator[tuple[Place, bytes]]:
    for which, source in enumerate(inputs):
        for number, line in source.lines(advance):
            yield (which, number), line


def _compare(
    line: bytes,
    place: Place,
    doubles: Doubles,
    found: Validation,
    names: Sequence[str],
    say: Callable[[str], None],
    region: str,
) -> None:
    """Second reading of a line: whether it says the same as an earlier one with its identity."""
    if id_in(line) not in doubles.ids:
        return
    event = decode_structured(line, NOWHERE, region=region)
    if isinstance(event, Rejected) or event.kind.type not in _HAPPEN:
        return
    double = doubles.meet(event, place)
    if double is None:
        return
    if double.same:
        found.repeats += 1
    else:
        found.conflicts += 1
        say(contradiction(names, place, double.first))


class _Readings:
    """Counts what is read otherwise than it was sent, by field and way."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._counts: Counter[tuple[str, str]] = Counter()
        self._first: dict[tuple[str, str], Place] = {}

    def note(self, event: Event, place: Place) -> None:
        for reading in readings(event, self._region):
            self._counts[reading] += 1
            self._first.setdefault(reading, place)

    def told(self, names: Sequence[str]) -> Iterator[str]:
        for (path, way), count in sorted(self._counts.items()):
            which, number = self._first[path, way]
            yield f"{path}: {count} {way} (first in {names[which]}:{number})"
