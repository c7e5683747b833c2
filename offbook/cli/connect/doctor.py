"""`offbook doctor`: what stands on the topics, looked at as a mapping that is tried."""

from __future__ import annotations

from typing import Any

import msgspec

from contract.canary import is_canary
from contract.event import Event
from contract.kinds import REFERENCE_TOPICS, STREAM_TOPICS
from contract.rejected import Rejected
from contract.types import Heartbeat
from offbook.cli.connect.on_topics import read_topics
from offbook.cli.connect.trial import Trial
from streams.settings.settings import Settings


def examine(settings: Settings, most: int) -> Trial:
    """The newest `most` records of each partition of the source topics. Raises `TopicsError` and
    `KafkaAccessError`."""
    trial = Trial()

    def look(topic: str, record: Any, found: Event | Rejected) -> None:
        if record.value is None and topic in REFERENCE_TOPICS:
            return
        if isinstance(found, Rejected):
            trial.outcomes["dead letter"] += 1
            fault = (found.stage, found.field, found.reason, found.mend)
            trial.fault(fault, f"{topic}:{record.partition}:{record.offset}")
        elif not isinstance(found.data, Heartbeat) and not is_canary(found):
            trial.event(found, _filled(msgspec.to_builtins(found.data)), "good")

    read_topics(settings, (*REFERENCE_TOPICS, *STREAM_TOPICS), look, most)
    trial.ended()
    return trial


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """The fields that have a value, in an object too."""
    return {
        name: _filled(value) if isinstance(value, dict) else value
        for name, value in data.items()
        if value is not None and value != {}
    }
