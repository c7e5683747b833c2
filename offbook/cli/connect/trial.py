"""What becomes of records, and what events are good for: of a mapping that is tried, and of what
stands on the topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from connectors.mapping.connector import Connector, Told
from connectors.mapping.rule import encode
from connectors.outcome import Empty, Mapped, Rejected, Skipped, Unmatched
from contract.event import Event
from contract.types import EventData
from detectors.facts.drawing import PROFILES
from detectors.facts.event_filter import Where
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from offbook.cli.connect.joins import Joins

#: Different faults, words and ids that are counted; of more it is said that there are more.
_MOST: Final = 10_000

Fault = tuple[str, str, str, str]


@dataclass
class Trial:
    """What became of some records. `first` says of each fault where it was met first, `filled` how
    often each field of a type is there, `drawn` from how many of the events each detector would
    keep something; `repeats` have the identity of another event, and those that say something else
    than it are in `conflicts`: the service takes the first, and the others are lost."""

    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: Counter[tuple[int, str]] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    first: dict[Fault, str] = field(default_factory=dict)
    words: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    filled: Counter[tuple[str, str]] = field(default_factory=Counter)
    drawn: Counter[str] = field(default_factory=Counter)
    joins: Joins = field(default_factory=Joins)
    repeats: int = 0
    conflicts: int = 0
    _said: dict[int, int] = field(default_factory=dict)
    _waiting: list[Event] = field(default_factory=list)

    def bad(self) -> int:
        """How many are dead letters, or for no rule: what a mapping has yet to learn."""
        return self.outcomes["dead letter"] + self.outcomes["unmatched"]

    def event(self, event: Event, data: Mapping[str, Any], outcome: str) -> None:
        """A good one, whose `data` as they were sent have these fields."""
        self.outcomes[outcome] += 1
        self.types[event.kind.type] += 1
        for name in _names(data):
            self.filled[event.kind.type, name] += 1
        identity = hash((event.kind.type, event.source, event.id))
        said = hash((event.time, encode(data)))
        if self._said.setdefault(identity, said) != said:
            self.conflicts += 1
        elif len(self._said) < self.types.total() - self.repeats - self.conflicts:
            self.repeats += 1
        self.drawn.update(it.id for it in DETECTORS if takes(it, event))
        self.joins.introduce(event)
        if len(self._waiting) < _MOST:
            self._waiting.append(event)

    def fault(self, fault: Fault, place: str) -> None:
        """A bad one, there."""
        if fault in self.faults or len(self.faults) < _MOST:
            self.faults[fault] += 1
            self.first.setdefault(fault, place)

    def ended(self) -> None:
        """No more is to come: only now it is known who is known."""
        for event in self._waiting:
            self.joins.count(event)
        self._waiting.clear()


def try_files(
    connector: Connector,
    files: Sequence[tuple[str, BinaryIO]],
    others: Iterable[Event],
    emit: Callable[[bytes], None],
    tell: Callable[[str, Told], None],
) -> Trial:
    """Map every record of these files (name, content). `others` are events known already, by which
    customers, orders and employees are met. `emit` takes each event, `tell` each record's outcome
    with its place. Nothing in the files raises."""
    trial = Trial()
    for event in others:
        trial.joins.introduce(event)
    for name, stream in files:
        for told in connector.read(stream):
            place = f"{name}:{told.line}" if told.line else name
            if isinstance(told.outcome, Mapped):
                emit(told.outcome.value)
                trial.event(told.outcome.event, told.outcome.document["data"], "mapped")
            else:
                _count(trial, told.outcome, place)
            tell(place, told)
    trial.ended()
    return trial


def _count(trial: Trial, outcome: Skipped | Unmatched | Empty | Rejected, place: str) -> None:
    if isinstance(outcome, Skipped):
        trial.outcomes["skipped"] += 1
        trial.skipped[outcome.rule, outcome.why] += 1
    elif isinstance(outcome, Unmatched):
        trial.outcomes["unmatched"] += 1
        trial.fault(("map", "", "No rule is for it.", "Write a rule, or one that skips it."), place)
    elif isinstance(outcome, Empty):
        trial.outcomes["empty"] += 1
    else:
        trial.outcomes["dead letter"] += 1
        trial.fault((outcome.stage, outcome.field, outcome.reason, outcome.mend), place)
        word = (outcome.field, outcome.table, outcome.word)
        if outcome.word and (word in trial.words or len(trial.words) < _MOST):
            trial.words[word] += 1


def _names(data: Mapping[str, Any], before: str = "") -> Iterable[str]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _names(value, f"{before}{name}.")
        else:
            yield before + name


def takes(detector: Detector, event: Event) -> bool:
    """Whether a detector would keep something of an event, or judge by what a profile keeps."""
    return any(where(event.data) for where in asked_of(detector, type(event.data)))


def asked_of(detector: Detector, kind: type[EventData]) -> list[Where]:
    """What is asked of events of a type before a detector, or a profile that it judges by, reads
    them. What it asks of other profiles, as further evidence, is not told."""
    judged_by = detector.watches | (detector.dossier.roles if detector.dossier else frozenset())
    wheres = [reads.where for reads in detector.reads if reads.data is kind]
    return wheres + [
        drawn.where for (_, of), drawn in PROFILES.items() if of is kind and drawn.roles & judged_by
    ]
