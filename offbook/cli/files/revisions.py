"""Finds lines that claim the same revision of an alert but differ in content."""

from __future__ import annotations

from contract.alert import Alert


class Revisions:
    """Knows for each revision the first line of a file that has it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._first: dict[tuple[str, int], tuple[bytes, int]] = {}

    def strange(self, alert: Alert, number: int) -> str | None:
        """`file:line: field: reason; mend` if line `number` has other content than the first."""
        content = alert.content()
        told, first = self._first.setdefault((alert.alert_id, alert.revision), (content, number))
        if told == content:
            return None
        return (
            f"{self._file}:{number}: revision: revision {alert.revision} of {alert.alert_id} stands"
            f" in line {first} with other content; give the alerts of one run"
        )
