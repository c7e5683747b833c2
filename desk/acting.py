"""Acts on an alert: the action goes to the log, and what became of it is told.

What is on the log counts, whatever else fails: whoever is cut off after that finds it done, once.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import ClassVar, Final

import msgspec

from cases.handling import Handling, Told, refusal
from contract.action import LONGEST_NOTE, Action, Step, Verdict
from contract.alert import Alert
from contract.times import rfc3339
from desk.kafka_log import KafkaLog
from desk.readers import Reader
from desk.rights import denial
from desk.stored import Standing, one
from sinks.redis.reading import RedisReading
from streams.settings.settings import Settings
from streams.wire.kafka import ACTIONS_TOPIC, topic_name

#: Seconds until an action that is on the log is in Redis, if delivery runs.
_PATIENCE: Final = 10.0
_LOOK_EVERY: Final = 0.05
#: Actions on one alert. Each is kept and read with it.
MOST_ACTIONS: Final = 500


class ActionError(RuntimeError):
    """An action that was not taken. One line."""

    retryable: ClassVar[bool] = False


class NoAlertError(ActionError):
    """There is no such alert."""


class DeniedError(ActionError):
    """The reader may not do that."""


class ConflictError(ActionError):
    """It would change nothing as the alert stands now: look at it again first."""


class NotThereYetError(ActionError):
    """It is on the log and counts, but Redis does not show it yet."""

    retryable = True


async def existing(reading: RedisReading, alert_id: str) -> Standing:
    """An alert by its id. Raises `NoAlertError` or `RedisSinkError`."""
    found = await one(reading, alert_id)
    if found is None:
        raise NoAlertError(f"there is no alert {alert_id}")
    return found


class Acting:
    """Takes the actions of readers. `four_eyes` are the detectors whose critical alerts need two to
    be closed as false."""

    def __init__(
        self,
        settings: Settings,
        reading: RedisReading,
        four_eyes: frozenset[str] = frozenset(),
        kafka: KafkaLog | None = None,
    ) -> None:
        self._reading = reading
        self._four_eyes = four_eyes
        self._topic = topic_name(settings, ACTIONS_TOPIC)
        self._kafka = KafkaLog(settings) if kafka is None else kafka

    async def act(
        self,
        reader: Reader,
        alert_id: str,
        step: Step,
        *,
        verdict: Verdict | None = None,
        assignee: str | None = None,
        note: str | None = None,
        seen: int | None = None,
        patience: float = _PATIENCE,
    ) -> Standing:
        """Take an action, and return how the alert stands after it. `seen` is how many actions the
        reader had seen on it; without, they have seen it as it is now. Raises `ActionError`,
        `RedisSinkError` or `KafkaError`."""
        found = await existing(self._reading, alert_id)
        alert, handling = found.alert, found.handling
        action = Action(
            action_id=uuid.uuid4().hex,
            alert_id=alert_id,
            step=step,
            by=reader.name,
            at=rfc3339(time.time_ns() // 1_000_000 * 1000),
            revision=alert.revision,
            severity=alert.severity,
            seen=handling.seen if seen is None else seen,
            verdict=verdict,
            assignee=assignee,
            note=note,
        )
        self._refuse(reader, action, alert, handling)
        await self._log(action)
        return await self._outcome(action, patience)

    async def close(self) -> None:
        """Close the connections to Kafka."""
        await self._kafka.close()

    def _refuse(self, reader: Reader, action: Action, alert: Alert, handling: Handling) -> None:
        four_eyes = alert.detector in self._four_eyes
        if why := denial(reader, action, alert, handling, four_eyes=four_eyes):
            raise DeniedError(f"{action.alert_id}: {why}")
        if action.step == "note" and not (action.note or "").strip():
            raise ConflictError("a note needs words")
        if len(action.note or "") > LONGEST_NOTE:
            raise ConflictError(f"a note may have {LONGEST_NOTE} characters")
        if len(handling.history) >= MOST_ACTIONS:
            raise ConflictError(f"{action.alert_id}: it has {MOST_ACTIONS} actions already")
        if handling.withdrawn and action.step == "reopen":
            raise ConflictError(f"{action.alert_id}: it is withdrawn, there is nothing to work on")
        if why := refusal(handling, action):
            raise ConflictError(f"{action.alert_id}: {why}")

    async def _log(self, action: Action) -> None:
        await self._kafka.put(ACTIONS_TOPIC, action.alert_id, msgspec.json.encode(action))

    async def _outcome(self, action: Action, patience: float) -> Standing:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            found = await one(self._reading, action.alert_id)
            told = None if found is None else _told(found.handling, action.action_id)
            if found is not None and told is not None:
                if told.refused is not None:
                    raise ConflictError(f"{action.alert_id}: {told.refused}")
                return found
            await asyncio.sleep(_LOOK_EVERY)
        raise NotThereYetError(
            f"{action.alert_id}: it is on {self._topic} and counts, but Redis does not show it"
            f" after {patience:.0f} s: does the delivery role run?"
        )


def _told(handling: Handling, action_id: str) -> Told | None:
    return next((it for it in handling.history if it.action.action_id == action_id), None)
