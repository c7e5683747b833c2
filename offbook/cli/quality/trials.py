"""The same events by several rules at once, in this process and in others, read once for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final, get_args

import msgspec
from msgspec import Struct

from contract.alert import Alert, Severity
from contract.decoding.opened import Opened
from contract.event import Event
from contract.label import Labels
from detectors.facts.reference import Reference
from offbook.cli.files.sharing.alone import Alone
from offbook.cli.files.sharing.forked import Forked, Line
from offbook.cli.files.sharing.judge import Rules
from offbook.cli.files.sharing.messages import TOGETHER, End, Known, Taken, decode, encode
from offbook.cli.files.sharing.passed_on import PassedOn
from scoring.outcomes import Tally
from scoring.score import DetectorScore, score

#: What it takes to read the events, in trials of one detector: between two and twenty.
_READING: Final = 2


class Found(Struct):
    """What a detector found by some rules. `score` and `rep_weeks` are None without labels;
    `failed` says by detector on how many events it failed, and the first error."""

    firing: dict[Severity, int]
    withdrawn: int
    suppressed: int
    score: DetectorScore | None
    rep_weeks: float | None
    silent: dict[str, str]
    failed: dict[str, tuple[int, str]]


_decode_found = msgspec.msgpack.Decoder(list[Found]).decode


class _Trial:
    """What the detector with an `id_` finds by some `rules`."""

    def __init__(self, id_: str, rules: Rules, labels: Labels | None, reference: Reference) -> None:
        self._id = id_
        self._standing: dict[str, Alert] = {}
        self._tally = Tally(labels) if labels is not None else None
        self._judge = Alone(rules, self._tell, reference)

    def take(self, events: Iterable[tuple[Event, Sequence[str]]]) -> None:
        """Some more. Taken one by one, several trials would drive each other out of the processor's
        caches."""
        for event, keys in events:
            self._judge.take_at(event, keys)

    def _tell(self, alert: Alert) -> None:
        if alert.detector == self._id:
            self._standing[alert.alert_id] = alert
            if self._tally is not None:
                self._tally.take(alert)

    def end(self, until: int | None) -> Found:
        """All events are taken; stream time goes on to `until`."""
        ended = self._judge.end(until)
        told = [alert for alert in self._standing.values() if alert.suppressed is None]
        firing = Counter(alert.severity for alert in told if alert.state == "firing")
        scored = rep_weeks = None
        if self._tally is not None:
            outcomes = self._tally.outcomes()
            rep_weeks = outcomes.rep_weeks
            rows = score(outcomes).detectors
            scored = next((row for row in rows if row.detector == self._id), None)
        return Found(
            {severity: firing[severity] for severity in get_args(Severity)},
            len(told) - firing.total(),
            len(self._standing) - len(told),
            scored,
            rep_weeks,
            ended.silent,
            ended.failed(),
        )


class Trials:
    """Judges by each of `rules`; `others` do so for those with the numbers given with them."""

    def __init__(
        self,
        id_: str,
        rules: Sequence[Rules],
        labels: Labels | None,
        ours: Sequence[int],
        others: Sequence[tuple[Forked, Sequence[int]]],
    ) -> None:
        self._reference = Reference(rules[0].settings.timezone)
        # What is read of an event, and of whom, is the same by any values. With some, a detector
        # may be unable to run.
        engines = (it.engine(self._reference) for it in rules)
        self._engine = max(engines, key=lambda it: len(it.detectors))
        self._ours = {it: _Trial(id_, rules[it], labels, self._reference) for it in ours}
        self._others = others
        self._known, self._taken = PassedOn(), Taken(PassedOn())
        self._events: list[tuple[Event, list[str]]] = []
        self._newest: int | None = None

    def know(self, event: Event, document: Opened) -> None:
        """All of them need it."""
        self._reference.put(event)
        if self._others:
            self._known.add(document, event)
            if len(self._known.documents) >= TOGETHER:
                self._send()

    def take(self, event: Event, document: Opened) -> None:
        """All of them judge, if it is about anybody."""
        self._newest = event.time
        keys = self._engine.route(event, self._reference)
        if not keys:
            return
        self._events.append((event, keys))
        if self._others:
            self._taken.documents.add(document, event)
            self._taken.keys.append(keys)
        if len(self._events) >= TOGETHER:
            self._send()

    def end(self, until: int | None) -> list[Found]:
        """What was found by each of the rules."""
        until = self._newest if until is None else until
        self._send()
        for process, _ in self._others:
            process.send(encode(End(until)))
        found = {number: trial.end(until) for number, trial in self._ours.items()}
        for process, numbers in self._others:
            found.update(zip(numbers, _decode_found(process.receive()), strict=True))
        return [found[number] for number in sorted(found)]

    def _send(self) -> None:
        """Let the others have it first: they judge while we do."""
        for message in (Known(self._known), self._taken):
            if message.documents.documents:
                encoded = encode(message)
                for process, _ in self._others:
                    process.send(encoded)
        self._known, self._taken = PassedOn(), Taken(PassedOn())
        for trial in self._ours.values():
            trial.take(self._events)
        self._events = []


@contextmanager
def trials(id_: str, rules: Sequence[Rules], labels: Labels | None, jobs: int) -> Iterator[Trials]:
    """Try each of `rules`, in at most so many processes."""
    ours, *theirs = _dealt(len(rules), jobs)
    with ExitStack() as processes:
        others = []
        for numbers in filter(None, theirs):
            some = [rules[number] for number in numbers]
            process = Forked(
                "tries other values",
                lambda line, some=some: _serve(line, id_, some, labels),  # type: ignore[misc]
            )
            processes.callback(process.end)
            others.append((process, numbers))
        yield Trials(id_, rules, labels, ours, others)


def _dealt(count: int, jobs: int) -> list[list[int]]:
    """Who tries which: each has as much to do. The first one reads, too."""
    dealt: list[list[int]] = [[] for _ in range(jobs)]
    for number in range(count):
        min(dealt, key=lambda them: len(them) + _READING * (them is dealt[0])).append(number)
    return dealt


def _serve(line: Line, id_: str, rules: Sequence[Rules], labels: Labels | None) -> None:
    """The work of another process."""
    settings = rules[0].settings
    reference = Reference(settings.timezone)
    ours = [_Trial(id_, it, labels, reference) for it in rules]
    while not isinstance(message := decode(line.receive()), End):
        read = message.documents.read_again(settings.phone_region)
        if isinstance(message, Known):
            for event in read:
                reference.put(event)
        else:
            events = [*zip(read, message.keys, strict=True)]
            for trial in ours:
                trial.take(events)
    line.send(encode([trial.end(message.until) for trial in ours]))
