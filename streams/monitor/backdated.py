"""Critical alerts that are taken back by a record that claims an earlier day than it was written.

Whoever can enter an edit or a hiring of last month can excuse a deed with it. What holds is a
function of what happened when, so the alert goes; that it went so is told.
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
    """Whether a critical alert is withdrawn by a record written more than a day after the time that
    it claims, which is more than a day behind the stream too.

    `received` has when events of `items` were written (Kafka's ms), by `id()`; what another entity
    told came with a record of the time `stamp`. `reached` is stream time (µs).
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
    """How long before the time it was `known` (both µs) an event that took its alert back claims to
    have happened, if that is more than a day."""
    late = known - parse_rfc3339(entry.time)
    return late if late > DAY and taken_apart(entry.note)[1].withdrawn_by is not None else None
