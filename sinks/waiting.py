"""Waits patiently for a server that is away: readiness reports it all the while, the log now and
then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from sinks.backoff import Backoff
from sinks.faults import told
from sinks.health import Health

#: Seconds between log lines about the same wait.
_SAY_EVERY: Final = 60.0

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


def can_pass(error: Exception) -> bool:
    """Whether `error` may pass by itself: a server that is away, not one that refuses us."""
    if isinstance(error, KafkaError):
        return bool(error.retriable) or isinstance(error, KafkaConnectionError | KafkaTimeoutError)
    return bool(getattr(error, "retryable", False))


async def until_it_works(
    attempt: Callable[[], Awaitable[_T]], what: str, health: Health, *conditions: str
) -> _T:
    """Repeat `attempt` until it succeeds, and return its result; in the meantime the `conditions`
    of `health` say that `what` is waited for. Raises errors that cannot pass; ends by
    cancellation."""
    began = time.monotonic()
    said: float | None = None
    backoff = Backoff()
    while True:
        try:
            done = await attempt()
        except Exception as error:
            if not can_pass(error):
                raise
            for condition in conditions:
                health.bad(condition, f"waits for {what}: {told(error)}")
            now = time.monotonic()
            if said is None or now - said >= _SAY_EVERY:
                said = now
                _log.warning(f"waiting for {what}", error=told(error), seconds=round(now - began))
            await asyncio.sleep(backoff.longer())
        else:
            if said is not None:
                _log.info(f"{what} is there", seconds=round(time.monotonic() - began))
            return done
