"""Plays the events of the demo to Kafka, and knows when each of them was sent."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import msgspec

from contract.alert import Alert
from contract.kinds import SOURCE_TOPICS
from offbook.cli.files.produce import Destination, kafka_destination, produce
from streams.settings.settings import Settings


class _StoppedError(Exception):
    """Raised to end the player because the demo is ending."""


class Player(threading.Thread):
    """Produces the events in the background, and notes when each of them was sent.

    `failed` is the error that ended it early.
    """

    def __init__(self, settings: Settings, events: Path, rate: float) -> None:
        super().__init__(name="player", daemon=True)
        self.failed: BaseException | None = None
        self._settings = settings
        self._events = events
        self._rate = rate
        self._destination: Destination | None = None
        self._sent_at: dict[tuple[str, str], float] = {}
        self._stopping = threading.Event()

    def run(self) -> None:
        try:
            with kafka_destination(self._settings, SOURCE_TOPICS) as self._destination:
                produce([str(self._events)], self._settings, self, lambda _: None, rate=self._rate)
        except _StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 - told by the thread that watches
            self.failed = error

    def stop(self) -> None:
        """End it, and return when it has."""
        self._stopping.set()
        self.join(timeout=5)

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        if self._stopping.is_set():
            raise _StoppedError
        assert self._destination is not None
        document = msgspec.json.decode(value, type=_Identity)
        self._sent_at.setdefault((document.source, document.id), time.monotonic())
        self._destination.send(topic, key, value)

    def flush(self) -> None:
        if self._destination is not None:
            self._destination.flush()

    def seconds_since(self, alert: Alert) -> float | None:
        """From when the newest event of its evidence was sent until now; None if it was not."""
        sent = [self._sent_at.get((fact.source, fact.id)) for fact in alert.evidence]
        known = [moment for moment in sent if moment is not None]
        return time.monotonic() - max(known) if known else None


class _Identity(msgspec.Struct):
    source: str
    id: str
