"""Two processes judge: the one that reads, people; the other, things.

The events of things go to the other process in batches. While that judges one, this one judges
people by the batch before, with all that they were told by things, and reads the next. In each
batch, what either found is told by its place.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import merge
from operator import itemgetter
from typing import Final

from contract.decoding.opened import Opened
from contract.event import Event
from detectors.facts.reference import Reference
from offbook.cli.files.sharing.forked import Forked, Line, Post
from offbook.cli.files.sharing.judge import Ended, Failed, Rules, Tell
from offbook.cli.files.sharing.messages import (
    TOGETHER,
    End,
    Known,
    Last,
    Taken,
    decode,
    decode_found,
    decode_last,
    encode,
)
from offbook.cli.files.sharing.passed_on import PassedOn
from offbook.cli.files.sharing.share import Found, Share, is_about_people

#: Batches that things may be behind: what one takes is uneven.
_AHEAD: Final = 4

_place = itemgetter(0)


@contextmanager
def divided(rules: Rules, tell: Tell) -> Iterator[Divided]:
    """Judge with a process that is forked now, when there is next to nothing to take along."""
    process = Forked("judges half of it", lambda line: _serve(line, rules))
    try:
        yield Divided(rules, tell, process)
    finally:
        process.end()


class Divided:
    """Judges people, and has the `process` judge things."""

    def __init__(self, rules: Rules, tell: Tell, process: Forked) -> None:
        self._tell = tell
        self._process = process
        self._reference = Reference(rules.settings.timezone)
        self._engine = rules.engine(self._reference)
        self._people = Share(rules, self._engine, people=True)
        self._known = PassedOn()
        self._number = 0
        self._batch = _Batch()
        self._sent: deque[_Batch] = deque()
        self._failures: list[Failed] = []

    def know(self, event: Event, document: Opened) -> None:
        """Both processes need it."""
        self._reference.put(event)
        self._known.add(document, event)
        if len(self._known.documents) >= TOGETHER:
            self._send_known()

    def take(self, event: Event, document: Opened) -> None:
        """One more of a batch."""
        batch, keys = self._batch, self._engine.route(event, self._reference)
        self._number += 1
        batch.events.append((self._number, event, keys))
        for key in keys:
            if not is_about_people(key):
                batch.things.documents.add(document, event)
                batch.things.keys.append(keys)
                batch.things.numbers.append(self._number)
                break
        if len(batch.events) >= TOGETHER:
            self._send()

    def end(self, until: int | None) -> Ended:
        """Wait for the rest."""
        self._send_known()
        if self._batch.events:
            self._send()
        self._process.send(encode(End(until)))
        while self._sent:
            self._settle(self._sent.popleft())
        last = decode_last(self._process.receive())
        if until is not None:
            self._tell_of(last.found, self._people.upto(until))
        evicted = self._people.evicted + Counter(last.evicted)
        return Ended(last.silent, evicted, self._failures)

    def _send_known(self) -> None:
        if self._known.documents:
            self._process.send(encode(Known(self._known)))
            self._known = PassedOn()

    def _send(self) -> None:
        self._send_known()
        batch, self._batch = self._batch, _Batch()
        batch.things.upto = batch.upto
        self._process.send(encode(batch.things))
        self._sent.append(batch)
        if len(self._sent) > _AHEAD:
            self._settle(self._sent.popleft())

    def _settle(self, batch: _Batch) -> None:
        """Judge people by a batch of which all things are judged."""
        things, people = decode_found(self._process.receive()), self._people
        people.hear(things.notes)
        for number, event, keys in batch.events:
            people.take(number, event, keys)
        self._tell_of(things, people.upto(batch.upto))

    def _tell_of(self, things: Found, people: Found) -> None:
        for _, alert in merge(things.alerts, people.alerts, key=_place):
            self._tell(alert)
        failures = merge(things.failures, people.failures, key=_place)
        self._failures += [failed for _, failed in failures]


class _Batch:
    """Events by their numbers, with the keys of their entities; and those of them, for the other
    process, that are about things."""

    def __init__(self) -> None:
        self.events: list[tuple[int, Event, list[str]]] = []
        self.things = Taken(PassedOn())

    @property
    def upto(self) -> int:
        """All that came before this moment is here, or was sent before (µs)."""
        return self.events[-1][1].time


def _serve(line: Line, rules: Rules) -> None:
    """The work of the other process."""
    region = rules.settings.phone_region
    reference = Reference(rules.settings.timezone)
    engine = rules.engine(reference)
    things = Share(rules, engine, people=False)
    post = Post(line)
    while not isinstance(message := decode(line.receive()), End):
        if isinstance(message, Known):
            for document in message.documents.read_again(region):
                reference.put(document)
            continue
        events = message.documents.read_again(region)
        for number, keys, event in zip(message.numbers, message.keys, events, strict=True):
            things.take(number, event, keys)
        post.send(encode(things.upto(message.upto)))
    rest = Found() if message.until is None else things.upto(message.until)
    silent = engine.silent() | engine.signless()
    post.send(encode(Last(rest, silent, dict(things.evicted))))
    post.end()
