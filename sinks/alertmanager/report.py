"""What is told of telling: readiness, metrics and log lines.

Readiness stays: a worker that cannot reach Alertmanager still brings alerts to Redis, and another
one in its place would not reach it either. The metrics are what a rule goes by.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import structlog

from sinks.faults import told
from sinks.health import Health
from sinks.metrics.metrics import Metrics

_CONDITION: Final = "alertmanager"
_log = structlog.get_logger(__name__)


class TellingReport:
    """Health condition: `alertmanager`, which holds in any case and says what is wrong."""

    def __init__(self, metrics: Metrics, health: Health) -> None:
        self._figures = metrics.alertmanager
        self._health = health
        self._away = False
        health.ok(_CONDITION, "not told of anything yet")
        # As of now: an Alertmanager that never answers is to be noticed, too.
        self._figures.full(time.time())

    def sent(self, firing: int, resolved: int) -> None:
        """Alertmanager has taken these."""
        self._figures.pushed("firing", firing)
        self._figures.pushed("resolved", resolved)
        self.up()

    def up(self) -> None:
        """Alertmanager has answered."""
        self._figures.up(True)
        if self._away:
            self._away = False
            _log.info("alerts are told to Alertmanager again")

    def refused(self, alert_ids: Sequence[str]) -> None:
        """Alertmanager does not take these, and will not as they are."""
        self._figures.pushed("refused", len(alert_ids))
        _log.error("Alertmanager refuses alerts", count=len(alert_ids), first=alert_ids[0])

    def full(self) -> None:
        """Alertmanager knows of all that is open."""
        self._figures.full(time.time())
        self._health.ok(_CONDITION)

    def away(self, error: Exception, failed: int) -> None:
        """Alertmanager does not answer; so many alerts were sent in vain."""
        self._figures.up(False)
        self._figures.pushed("failed", failed)
        self.waiting(error)

    def waiting(self, error: Exception) -> None:
        """It cannot be told, because of Redis or of something nobody foresaw."""
        why = told(error)
        self._health.ok(_CONDITION, f"is not told: {why}; alerts still reach Redis")
        if not self._away:
            self._away = True
            _log.warning("alerts are not told to Alertmanager; trying again", error=why)

    def over(self) -> None:
        """Nobody is told any more."""
        self._health.forget(_CONDITION)
