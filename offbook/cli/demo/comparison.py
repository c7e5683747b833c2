"""What arrived in Redis held against what `offbook replay` finds."""

from __future__ import annotations

from typing import Any

from contract.alert import Alert


def same(known: dict[str, Alert], expected: dict[str, Alert]) -> bool:
    """Whether the same fires, for the same reasons."""
    return what_fires(known) == what_fires(expected)


def what_fires(alerts: dict[str, Alert]) -> dict[str, tuple[Any, ...]]:
    """What fires, and what it says: severity, score and evidence.

    What is withdrawn is left out: what was settled before it was noticed was never raised, and
    that depends on which of two events was read first.
    """
    return {
        id_: (
            alert.severity,
            alert.score,
            sorted((fact.source, fact.id) for fact in alert.evidence),
        )
        for id_, alert in alerts.items()
        if alert.state == "firing"
    }
