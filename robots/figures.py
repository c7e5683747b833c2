"""What Prometheus sees of the receiver. Labels are names from the settings and words of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from robots.answer import VERDICTS, Verdict

#: What Alertmanager was told of a notification: delivered now, or before; refused by the robot;
#: later than the deadline; the robot must be left alone for longer than that; we are ending; a
#: fault of ours.
Outcome = Literal["delivered", "repeat", "refused", "late", "held", "closing", "failed"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
#: Why a request came to no robot.
Turned = Literal["unauthorized", "unknown_robot", "too_large", "unreadable"]
_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Figures:
    """The figures of one receiver, in a registry of its own. Every counter starts at 0."""

    def __init__(self, robots: Iterable[str]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        self._messages = Counter(
            "offbook_robot_messages",
            "Messages posted to a robot, each attempt, by what its answer means.",
            ["robot", "outcome"],
            registry=registry,
        )
        self._notifications = Counter(
            "offbook_robot_notifications",
            "Notifications of Alertmanager, each attempt, by what it was told.",
            ["robot", "outcome"],
            registry=registry,
        )
        self._alerts = Counter(
            "offbook_robot_alerts",
            "Alerts in messages that a robot accepted: told in full or by their first line, or"
            " only counted for want of room.",
            ["robot", "shown"],
            registry=registry,
        )
        self._waiting = Gauge(
            "offbook_robot_waiting",
            "Notifications that wait for a robot now.",
            ["robot"],
            registry=registry,
        )
        self._accepted = Gauge(
            "offbook_robot_last_accepted_timestamp_seconds",
            "When a robot last accepted a message, in seconds since 1970; 0 if it never did.",
            ["robot"],
            registry=registry,
        )
        self._seconds = Histogram(
            "offbook_robot_answer_seconds",
            "How long a robot took to answer, or was waited for.",
            ["robot"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._turned = Counter(
            "offbook_robot_requests_turned_away",
            "Requests that came to no robot, by why.",
            ["reason"],
            registry=registry,
        )
        ProcessCollector(registry=registry)
        for reason in get_args(Turned):
            self._turned.labels(reason)
        for robot in robots:
            for verdict in VERDICTS:
                self._messages.labels(robot, verdict)
            for outcome in OUTCOMES:
                self._notifications.labels(robot, outcome)
            for shown in ("yes", "no"):
                self._alerts.labels(robot, shown)
            for it in (self._waiting, self._accepted, self._seconds):
                it.labels(robot)

    def posted(self, robot: str, verdict: Verdict, seconds: float) -> None:
        """A robot answered after so long."""
        self._messages.labels(robot, verdict).inc()
        self._seconds.labels(robot).observe(seconds)

    def accepted(self, robot: str, shown: int, hidden: int) -> None:
        """A robot accepted a message that shows so many alerts, and counts so many more."""
        self._alerts.labels(robot, "yes").inc(shown)
        self._alerts.labels(robot, "no").inc(hidden)
        self._accepted.labels(robot).set_to_current_time()

    def told(self, robot: str, outcome: Outcome) -> None:
        """Alertmanager was told what became of a notification."""
        self._notifications.labels(robot, outcome).inc()

    def waiting(self, robot: str, count: int) -> None:
        """So many notifications wait."""
        self._waiting.labels(robot).set(count)

    def turned_away(self, reason: Turned) -> None:
        """A request came to no robot."""
        self._turned.labels(reason).inc()

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """The page Prometheus scrapes and its content type, for an `Accept` header."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type
