"""The laws that every detector keeps, held against one by playing its examples in other ways.

Tests hold ours to the same, on worlds that are drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations
from random import Random
from typing import Final

import msgspec
from msgspec import structs

from contract.alert import Alert
from contract.document import document
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.messages import Input
from detectors.engine.state import decode_state, encode_state
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.language.detector import Detector
from offbook.cli.check.standing import told

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
            error = failure.error
            on = ", ".join(event.id for event in failure.events) or "a deadline"
            raise FailedError(f"{type(error).__name__}: {error} (on {on})")
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
    """What happens to other people, customers, orders and accounts changes nothing."""
    came = in_time_order(events)
    ours = {event.id for event in came}
    mixed = [other for event in came for other in (_elsewhere(event), event)]
    expected = told(world.play(came))
    found = told(it for it in world.play(mixed) if it.evidence[0].id in ours)
    return None if found == expected else _differ(expected, found)


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
