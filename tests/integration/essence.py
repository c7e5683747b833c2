"""What two runs over the same events have alike: the newest revision of each alert, but for when it
was detected."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contract.alert import Alert
from tests.cli.commands import depends_on_arrival
from tests.cli.company import Company

#: Everything an alert must have alike in two runs.
Essence = tuple[object, ...]


def essence(alert: Alert) -> Essence:
    return (
        alert.detector,
        alert.state,
        alert.severity,
        alert.score,
        alert.employee,
        alert.customer,
        alert.order,
        alert.account,
        tuple((piece.source, piece.id) for piece in alert.evidence),
    )


def expected_of(company: Company, until: int) -> dict[str, Essence]:
    return essences(company.expected(until).values())


def essences(
    alerts: Iterable[Alert], of: Callable[[Alert], Essence] = essence
) -> dict[str, Essence]:
    """What is said last of each."""
    return {
        alert.alert_id: of(alert)
        for alert in alerts
        if not depends_on_arrival(alert.detector, alert.state)
    }


def difference(expected: dict[str, Essence], found: dict[str, Essence]) -> str:
    lines = [f"{len(expected)} alerts expected, {len(found)} found"]
    for id_ in sorted(expected.keys() | found.keys()):
        if expected.get(id_) != found.get(id_):
            lines += [f"{id_}:", f"  expected {expected.get(id_)}", f"  found    {found.get(id_)}"]
    return "\n".join(lines[:40])
