"""Simulated companies, made once for all tests that look at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from contract.label import Labels
from contract.rejected import Rejected
from simulation.plan import Plan
from simulation.simulate import Simulation

#: Big enough for every kind of fraud in both versions, and for the New Year holidays.
QUARTER = Plan(days=90, reps=80, customers=2000, fraud_rate=0.75, seed=4, start=date(2026, 1, 5))
SMALL = Plan(days=25, reps=8, customers=120, fraud_rate=1.0, seed=5)


@dataclass
class Company:
    """What a simulation gave out, in order: `reference` before `events`; repeats are counted."""

    labels: Labels
    reference: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    repeats: int = 0
    changed_repeats: int = 0
    reference_after_events: int = 0

    def of_kind(self, type_: str) -> list[Event]:
        return [event for event in self.events if event.kind.type == type_]


def lines(plan: Plan) -> tuple[bytes, Labels]:
    simulation = Simulation(plan)
    return b"".join(simulation.lines()), simulation.labels()


@cache
def company(plan: Plan) -> Company:
    """The company of `plan`, read back as any consumer would."""
    simulation = Simulation(plan)
    seen: dict[tuple[str, str], int] = {}
    whole = Company(Labels(None, ()))  # type: ignore[arg-type]
    for number, line in enumerate(simulation.lines(), start=1):
        event = decode_structured(line, Origin("", -1, number))
        if isinstance(event, Rejected):
            whole.rejected.append(event)
        elif event.kind.is_reference:
            whole.reference_after_events += bool(whole.events)
            whole.reference.append(event)
        elif (event.source, event.id) in seen:
            whole.repeats += 1
            whole.changed_repeats += seen[event.source, event.id] != hash(line)
        else:
            seen[event.source, event.id] = hash(line)
            whole.events.append(event)
    whole.labels = simulation.labels()
    return whole


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
