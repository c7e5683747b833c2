"""The laws that every detector keeps, held against one by playing its examples in other ways.

Tests hold ours to the same, on worlds that are drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations
from random import Random
from typing import Final, get_args

import msgspec
from msgspec import NODEFAULT, structs

from contract.alert import Alert
from contract.document import document
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit, Image, ObjectType, Op
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.messages import Input
from detectors.engine.running import OwnDetector
from detectors.engine.state import decode_state, encode_state
from detectors.facts.event_filter import Edits
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.language.detector import Detector
from offbook.cli.check.standing import told
from streams.settings.mends import line_in, mend_of

#: How long after the last event nothing is waited for any more.
OVER: Final = 400 * DAY
#: Orders of arrival that are tried of one example.
ORDERS: Final = 120
_DELAYS: Final = (0, 0, HOUR, DAY, 3 * DAY, 7 * DAY)

_IDS = {
    "actor", "id", "customer", "order", "owner", "employee", "payment", "shipment",
    "payee_account", "released_by", "recorded_by", "callback", "tip", "about_employee",
    "about_customer",
}  # fmt: skip


class FailedError(Exception):
    """A detector raised; the message says what, and on which event."""


class Forgetful(InMemoryRun):
    """Keeps nothing in memory: all states are encoded and decoded between any two steps."""

    def _step(self, key: str, inputs: list[Input]) -> list[Alert]:
        for known, state in self.states.items():
            self.engine.seal(state)
            self.states[known] = decode_state(encode_state(state))
        return super()._step(key, inputs)


def elsewhere(data: dict[str, object]) -> dict[str, object]:
    """The same of a company in which nobody and nothing has an id that it has in this one."""
    return {
        key: elsewhere(value)
        if isinstance(value, dict)
        else f"other {value}"
        if key in _IDS and value is not None
        else value
        for key, value in data.items()
    }


@dataclass(frozen=True)
class World:
    """A detector, and what its company is like."""

    detector: Detector
    reference: tuple[Event, ...] = ()
    timezone: str = "Asia/Shanghai"
    common: Common = field(default_factory=Common)

    def run(self, kind: Callable[[Engine], InMemoryRun] = InMemoryRun) -> InMemoryRun:
        """One that nothing has happened in yet."""
        reference = Reference(self.timezone)
        for known in self.reference:
            reference.put(known)
        return kind(Engine([self.detector], reference, self.common, mode="replay"))

    def play(
        self,
        events: Iterable[Event],
        until: int | None = None,
        kind: Callable[[Engine], InMemoryRun] = InMemoryRun,
    ) -> list[Alert]:
        """All revisions, up to `until` µs after the last event. Raises `FailedError`."""
        run = self.run(kind)
        alerts = run.run(events)
        if run.now is not None:
            alerts += run.advance(run.now + (OVER if until is None else until))
        for failure in run.failures:
            on = ", ".join(event.id for event in failure.events) or "a deadline"
            raise FailedError(f"{_raised(self.detector, failure.error)} (on {on})")
        return alerts


#: What is held against a world and what happens in it: what is wrong, None if nothing is.
Law = Callable[[World, Sequence[Event]], str | None]


def any_order(world: World, events: Sequence[Event]) -> str | None:
    """Every order of arrival, or many of them, ends in the same alerts."""
    expected = told(world.play(in_time_order(events)))
    for order in orders(events, world.common.lateness):
        found = told(world.play(order))
        if found != expected:
            ids = ", ".join(event.id for event in order)
            return f"in the order {ids}: {_differ(expected, found)}"
    return None


def repeats(world: World, events: Sequence[Event]) -> str | None:
    """An event that comes again changes nothing: at once, or when all come again."""
    came = in_time_order(events)
    expected = told(world.play(came))
    again = [*came, *came] if _span(came) <= world.common.lateness else came
    for order in ([event for event in came for _ in range(2)], again):
        found = told(world.play(order))
        if found != expected:
            return _differ(expected, found)
    return None


def snapshots(world: World, events: Sequence[Event]) -> str | None:
    """A state that is written down and read again says the same, revision by revision."""
    came = in_time_order(events)
    expected, found = world.play(came), world.play(came, kind=Forgetful)
    return None if found == expected else _differ(told(expected), told(found))


def other_keys(world: World, events: Sequence[Event]) -> str | None:
    """What happens to other people, customers, orders and accounts changes nothing, and what is
    found of them has ids of its own: under one id, the one alert would be told as the other."""
    came = in_time_order(events)
    ours = {event.id for event in came}
    mixed = [other for event in came for other in (_elsewhere(event), event)]
    expected = told(world.play(came))
    played = world.play(mixed)
    mine = [it for it in played if it.evidence[0].id in ours]
    theirs = {it.alert_id for it in played if it.evidence[0].id not in ours}
    if not theirs.isdisjoint(it.alert_id for it in mine):
        return (
            "alerts of two keys have one id; begin named= with view.entity_id, or name them by an"
            " event's anchor"
        )
    found = told(mine)
    return None if found == expected else _differ(expected, found)


def sparse(world: World, events: Sequence[Event]) -> str | None:
    """What a document may leave out may be missing: of none does the detector raise."""
    came = in_time_order(events)
    world.play(in_time_order([*came, *(it for event in came for it in _sparser(event, world))]))
    return None


def orders(events: Sequence[Event], lateness: int) -> Iterator[list[Event]]:
    """Orders of arrival, always the same ones: all, or as many as are tried. None brings an event
    later than it may come."""
    rng, came = Random(0), in_time_order(events)
    if _span(came) > lateness:
        for _ in range(ORDERS):
            late = [(event.time + rng.choice(_DELAYS), event.id, event) for event in came]
            yield [event for *_, event in sorted(late, key=lambda it: it[:2])]
    elif len(came) <= 5:
        yield from map(list, islice(permutations(came), ORDERS))
    else:
        yield came[::-1]
        for _ in range(ORDERS - 1):
            yield rng.sample(came, len(came))


def in_time_order(events: Iterable[Event]) -> list[Event]:
    """As they happened."""
    return sorted(events, key=lambda event: (event.time, event.id))


def _sparser(event: Event, world: World) -> Iterator[Event]:
    """The same event as others may tell it: without each thing that it may leave out, and without
    all; of an edit, too, with any other operation on any other object that is read."""
    data = event.data
    optional = {
        it.name: it.default for it in structs.fields(type(data)) if it.default is not NODEFAULT
    }
    said = [name for name, value in optional.items() if getattr(data, name) != value]
    told = {f"without {name}": structs.replace(data, **{name: optional[name]}) for name in said}
    told["without all that it need not say"] = structs.replace(data, **optional)
    if isinstance(data, CrmEdit):
        told["with an empty after"] = structs.replace(data, before=Image(), after=Image())
        bare = structs.replace(data, before=None, after=None)
        for op, kind in _edits_read(world.detector, data.object.type):
            touched = structs.replace(data.object, type=kind)
            told[f"as {op} of {kind}, without before and after"] = structs.replace(
                bare, op=op, object=touched
            )
    for how, it in told.items():
        yield structs.replace(event, id=f"{event.id} {how}", data=it, sent=())


def _edits_read(detector: Detector, told: ObjectType) -> set[tuple[Op, ObjectType]]:
    """By operation and type of object, the edits that it asks for; where it asks for any, those of
    the type that is `told`."""
    asked = [it.where for it in detector.reads if it.data is CrmEdit]
    return {
        (op, kind)
        for where in asked
        for op in (isinstance(where, Edits) and where.ops) or get_args(Op)
        for kind in (isinstance(where, Edits) and where.of) or (told,)
    }


def _raised(detector: Detector, error: Exception) -> str:
    """What, where in the detector's file, and the mend. Examples are nobody's data: all of it may
    be told."""
    if not isinstance(detector, OwnDetector):
        return f"{type(error).__name__}: {error}"
    line = line_in(detector.file, error)
    where = detector.file if line is None else f"{detector.file}:{line}"
    return f"{where}: {type(error).__name__}: {error}; {mend_of(error, line)}"


def _elsewhere(event: Event) -> Event:
    data = msgspec.convert(elsewhere(document(event)["data"]), type(event.data))
    return structs.replace(event, id=f"other {event.id}", data=data, sent=())


def _span(events: Sequence[Event]) -> int:
    times = [event.time for event in events]
    return max(times) - min(times) if times else 0


def _differ(expected: list[tuple[object, ...]], found: list[tuple[object, ...]]) -> str:
    if len(expected) != len(found):
        return f"{len(found)} alerts in the place of {len(expected)}"
    pairs = zip(expected, found, strict=True)
    one, other = next(((a, b) for a, b in pairs if a != b), (("",), ("",)))
    parts = [f"{b!r} in the place of {a!r}" for a, b in zip(one, other, strict=False) if a != b]
    return parts[0] if parts else "other revisions"
