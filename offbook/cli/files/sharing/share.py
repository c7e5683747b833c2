"""A share of the entities, judged apart, with nothing done in another order than in one process.

Entities depend on each other by notes alone. What one process does is a sequence of looks at one
entity each; a look has a *place* in it. A share looks at its own entities in the order of their
places, and at what other shares tell them; so every entity has the state, the alerts and the notes
that it has in one process, whatever the other share does meanwhile, as long as no note comes that
belongs before a look that is over.

Hence the two shares: *people* (who does something) and *things* (what they do it to). What is found
of things is told to the people whom it names. People are asked for nothing and ask for nothing, so
nothing is told the other way, and people are judged once it is known what they are told. A detector
of the company's own may ask otherwise: `CoupledError`, and one process must judge everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Final

from msgspec import Struct

from contract.alert import Alert
from contract.event import Event
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.messages import Input, Note
from detectors.facts.entity import EntityKind
from detectors.language.detector import Detector
from offbook.cli.files.sharing.judge import Failed, Rules

#: By whom something is done. Half of all looks are at them, and a third of the time goes there.
PEOPLE: Final[frozenset[EntityKind]] = frozenset({"employee", "seller", "editor"})
_PREFIXES = tuple(f"{kind}:" for kind in sorted(PEOPLE))

#: When (µs), and then: an event by its number, or a deadline that passes with it by its entity;
#: which of the event's entities; how many notes lie between that entity and the one looked at, and
#: which ones of those that were sent. One process takes notes in the order in which they are sent,
#: so those with fewer between come first.
Place = tuple[int, int, int | str, int, int, tuple[int, ...]]
_EVENT, _DEADLINE = 0, 1
#: After all entities of an event: who waited for something to be told of for the first time.
_RELEASED = 1 << 30

#: A note, whom it goes to, and its place there.
Sent = tuple[Place, str, Note]


def is_about_people(key: str) -> bool:
    """Whether it is the key of one of them."""
    return key.startswith(_PREFIXES)


def can_be_shared(detectors: Iterable[Detector]) -> bool:
    """Whether what entities have in common beside notes is the business of things alone.

    That is what was ever told of by the CRM: people are told of by the HR system.
    """
    return all(PEOPLE.isdisjoint(_judged(it)) for it in detectors if it.misses is not None)


def _judged(detector: Detector) -> set[EntityKind]:
    kinds = {reads.entity for reads in detector.reads}
    return kinds | ({detector.dossier.entity} if detector.dossier is not None else set())


class CoupledError(Exception):
    """A person asked for something, or was asked."""


class Found(Struct, array_like=True):
    """What a share brought, each with its place: alerts, notes to others, and what failed."""

    alerts: list[tuple[Place, Alert]] = []
    notes: list[Sent] = []
    failures: list[tuple[Place, Failed]] = []


class Share(InMemoryRun):
    """Judges people, or things."""

    def __init__(self, rules: Rules, engine: Engine, *, people: bool) -> None:
        super().__init__(engine)
        self._rules = rules
        self._people = people
        self._waiting: list[Sent] = []
        self._found = Found()

    def hear(self, notes: Iterable[Sent]) -> None:
        """Take notes from the other share, none of which belongs before a look that is over."""
        for note in notes:
            heappush(self._waiting, note)

    def take(self, number: int, event: Event, keys: Sequence[str]) -> None:
        """Judge the event of this number, as far as the entities of `keys` belong to this share."""
        at = event.time
        self._upto((at, _EVENT, number))
        self._now = self._moment(at)
        inputs: list[Input] = [event]
        for which, key in enumerate(keys):
            if key.startswith(_PREFIXES) is self._people:
                if self._waiting:
                    self._upto((at, _EVENT, number, which))
                self._look((at, _EVENT, number, which, 0, ()), key, inputs)
        if self._signs is not None and self._signs.version != self._heard:
            self._heard = self._signs.version
            self._upto((at, _EVENT, number, _RELEASED))
            withheld = [key for key, state in self.states.items() if state.withheld]
            for which, key in enumerate(withheld, start=_RELEASED):
                self._upto((at, _EVENT, number, which))
                self._look((at, _EVENT, number, which, 0, ()), key, [])

    def upto(self, at: int) -> Found:
        """What was found since the last time, until a moment of which all events are taken."""
        self._upto((at, _DEADLINE))
        self._now = self._moment(at)
        found, self._found = self._found, Found()
        return found

    def _upto(self, place: tuple[int, ...]) -> None:
        """Hear all notes and let all deadlines pass that come before `place`."""
        waiting, timers = self._waiting, self.timers
        if not waiting and not timers.may_be_due(place[0]):
            return
        while True:
            told = waiting[0][0] if waiting and waiting[0][0] < place else None
            first = timers.first()
            if first is not None:
                due, key = first
                if (due, _DEADLINE, key) < (told or place):
                    timers.set(key, None)
                    self._now = self._moment(due + 1)
                    self._look((due, _DEADLINE, key, 0, 0, ()), key, [])
                    continue
            if told is None:
                return
            _, key, note = heappop(waiting)
            self._now = self._moment(told[0] + told[1])
            self._look(told, key, [note])

    def _look(self, place: Place, key: str, inputs: list[Input]) -> None:
        step = self._step_one(key, inputs)
        if step.alerts:
            self._found.alerts += [(place, alert) for alert in step.alerts]
        if step.failures:
            self._found.failures += [(place, self._rules.failed(it)) for it in step.failures]
        if not step.notes:
            return
        at, phase, cause, which, between, way = place
        for number, (to, note) in enumerate(step.notes):
            there = (at, phase, cause, which, between + 1, (*way, number))
            if to.startswith(_PREFIXES) is self._people:
                heappush(self._waiting, (there, to, note))
            elif self._people:
                raise CoupledError
            else:
                self._found.notes.append((there, to, note))
