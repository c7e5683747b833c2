"""Tells which of the company's own detectors were refused: nothing they would find is found."""

from __future__ import annotations

import structlog

from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.settings.own_detectors import Known

_log = structlog.get_logger(__name__)


def tell_refused(known: Known, metrics: Metrics, health: Health) -> None:
    """In the log, as a figure, and in readiness under `detectors`: it does not hold while one of
    them does not run at all. Of a changed file that is refused, the code before it goes on."""
    metrics.know({it.id: it.possible_severities() for it in known.detectors})
    metrics.detectors.own(known.own, known.refused)
    for id_, problem in known.refused.items():
        _log.error(
            "a detector of your own was refused; the others go on",
            detector=id_,
            problem=str(problem),
            before_goes_on=id_ in known.own,
        )
    missing = "; ".join(str(it) for id_, it in known.refused.items() if id_ not in known.own)
    changed = "; ".join(str(it) for id_, it in known.refused.items() if id_ in known.own)
    if missing:
        health.bad("detectors", f"do not run: {missing}")
    elif changed:
        health.ok("detectors", f"the code before goes on: {changed}")
    else:
        health.ok("detectors")
