"""What is told of dead letters: how many, from where, and why. Nothing of an event is."""

from __future__ import annotations

from sinks.dead_letters import STAGE, TOPIC, Headers
from sinks.tally import Tally


class DeadLetterTally:
    """Counts letters by topic and stage."""

    def __init__(self) -> None:
        self._tally = Tally("dead letters; `offbook dlq list` shows them", "letters")
        self.tell = self._tally.tell

    def add(self, headers: Headers) -> None:
        """Count a letter with these headers."""
        # The last of a name is ours.
        named = dict(headers)
        topic, stage = ((named.get(it) or b"").decode("utf-8", "replace") for it in (TOPIC, STAGE))
        self._tally.add(topic, stage)
