"""One process judges everything."""

from __future__ import annotations

from collections.abc import Sequence

from contract.decoding.opened import Opened
from contract.event import Event
from detectors.engine.in_memory import InMemoryRun
from detectors.facts.reference import Reference
from offbook.cli.files.sharing.judge import Ended, Rules, Tell


class Alone:
    """Tells of each alert revision by `tell`. Several may share one `reference`, and one of them is
    let know."""

    def __init__(self, rules: Rules, tell: Tell, reference: Reference | None = None) -> None:
        self._rules = rules
        self._tell = tell
        self._reference = reference or Reference(rules.settings.timezone)
        self._run = InMemoryRun(rules.engine(self._reference))

    def know(self, event: Event, _: Opened) -> None:
        """Put it into the reference data."""
        self._reference.put(event)

    def take(self, event: Event, _: Opened) -> None:
        """Judge."""
        for alert in self._run.feed(event):
            self._tell(alert)

    def take_at(self, event: Event, keys: Sequence[str]) -> None:
        """Judge at the entities with these keys."""
        for alert in self._run.feed(event, keys):
            self._tell(alert)

    def end(self, until: int | None) -> Ended:
        """Judge what goes missing until then."""
        run = self._run
        if until is not None:
            for alert in run.advance(until):
                self._tell(alert)
        silent = run.engine.silent() | run.engine.signless()
        return Ended(silent, run.evicted, [self._rules.failed(it) for it in run.failures])
