"""Finds critical alerts that were withdrawn by a record dated earlier than it was written.

Whoever can enter an edit or a hiring dated last month can explain a fraud away with it. Detectors
judge by when things happened, whenever they were recorded, so the alert is withdrawn all the same;
but that it was withdrawn in this way is reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract.alert import Alert, Evidence
from contract.event import Event
from contract.times import DAY, parse_rfc3339
from detectors.engine.messages import Input
from detectors.facts.evidence import taken_apart


def is_backdated(
    alert: Alert,
    items: Sequence[Input],
    received: Mapping[int, int],
    stamp: int | None,
    reached: int | None,
) -> bool:
    """Whether a critical alert was withdrawn by a record that was written more than a day after the
    time it claims, and that also lies more than a day behind stream time.

    `received` gives, by the `id()` of an event of `items`, when it was written (Kafka's ms). What
    another entity sent came with a record of the time `stamp`. `reached` is stream time (µs).
    """
    if alert.severity != "critical" or alert.state != "withdrawn" or reached is None:
        return False
    written = {
        (it.source, it.id): received[id(it)]
        for it in items
        if isinstance(it, Event) and id(it) in received
    }
    for entry in alert.evidence:
        at = written.get((entry.source, entry.id), stamp)
        if at is not None and dated_back(entry, at * 1000) and dated_back(entry, reached):
            return True
    return False


def dated_back(entry: Evidence, known: int) -> int | None:
    """How long before `known` (µs) an event that withdrew an alert claims to have happened, if that
    is more than a day; otherwise None."""
    late = known - parse_rfc3339(entry.time)
    return late if late > DAY and taken_apart(entry.note)[1].withdrawn_by is not None else None
