"""What delivery tells of Redis and of what waits for it."""

from __future__ import annotations

import structlog

from sinks.delivery.holding import OffsetsUnknownError
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.connection import RedisSinkError
from sinks.redis.sink import RedisSink

_log = structlog.get_logger(__name__)


class DeliveryReport:
    """Tells in health, metrics and log lines. `topic` is where alerts wait. Health conditions:
    `redis` and `dead letters`."""

    def __init__(self, sink: RedisSink, metrics: Metrics, health: Health, topic: str) -> None:
        self._sink = sink
        self._metrics = metrics
        self._health = health
        self._topic = topic
        self._redis_away = False
        self._missing = 0

    def missing(self, revisions: int) -> None:
        """Redis lacks so many revisions that were delivered to it."""
        self._missing = revisions
        self._metrics.alerts.missing(revisions)

    def waiting(self, error: Exception) -> None:
        """An attempt failed and is to be repeated."""
        if isinstance(error, RedisSinkError):
            self.redis_is_down(error)
        elif isinstance(error, OffsetsUnknownError):
            self._health.bad("delivery", str(error))
        else:
            self._health.bad("dead letters", f"cannot be sent, alerts wait behind them: {error}")
            _log.error("cannot send a dead letter; waiting", error=str(error))

    def redis_is_up(self) -> None:
        """Redis has answered."""
        if self._redis_away:
            self._redis_away = False
            _log.info("Redis takes alerts again")
        # Ready all the same: no restart brings them back, and what is new arrives.
        lacks = f"lacks {self._missing} revisions that were delivered: see OffbookRedisEmptied"
        self._health.ok("redis", lacks if self._missing else "")
        self._metrics.alerts.redis_up(True)
        if (firing := self._sink.open_alerts()) is not None:
            self._metrics.alerts.open(firing)
        if (firing := self._sink.open_alerts(shadow=True)) is not None:
            self._metrics.alerts.open_shadow(firing)

    def redis_is_down(self, error: RedisSinkError) -> None:
        """Redis has not answered, or refused."""
        self._health.bad("redis", f"{error}; alerts wait in {self._topic}, none is lost")
        self._metrics.alerts.redis_up(False)
        if not self._redis_away:
            self._redis_away = True
            _log.warning("Redis does not take alerts; they wait", error=str(error))
