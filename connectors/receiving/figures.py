"""What Prometheus sees of the connectors. Labels are names of pages and words of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from connectors.receiving.letters import RESULTS, Result
from contract import __version__

#: Why a request was not taken: its address, its size, its proof, too many of them; Kafka is away;
#: it, or we, took too long; we are ending; a fault of ours.
Refusal = Literal["address", "too_large", "unproven", "rate", "kafka", "slow", "closing", "failed"]
REFUSALS: Final[tuple[Refusal, ...]] = get_args(Refusal)


class Figures:
    """The figures of one process, in a registry of its own. Every counter starts at 0."""

    def __init__(self, connectors: Iterable[str], webhooks: Iterable[str] = ()) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        self._records = Counter(
            "offbook_connector_records",
            "Records that came in, by what became of them, once Kafka has it.",
            ["connector", "outcome"],
            registry=registry,
        )
        self._refused = Counter(
            "offbook_connector_refused",
            "Requests to a webhook that were not taken, by why.",
            ["connector", "reason"],
            registry=registry,
        )
        self._unknown = Counter(
            "offbook_connector_unknown_path",
            "Requests to paths where no connector is.",
            registry=registry,
        )
        self._last = Gauge(
            "offbook_connector_last_record_timestamp_seconds",
            "When a connector last kept something, in seconds since 1970; 0 if it never did.",
            ["connector"],
            registry=registry,
        )
        self._up = Gauge(
            "offbook_connector_up",
            "1 while a connector can take: its folder, topics, list or secrets can be read.",
            ["connector"],
            registry=registry,
        )
        self._lag = Gauge(
            "offbook_connector_lag_seconds",
            "How long the oldest file that waits has been there, or a whole poll is overdue.",
            ["connector"],
            registry=registry,
        )
        Info("offbook_build", "The running version.", registry=registry).info(
            {"version": __version__}
        )
        ProcessCollector(registry=registry)
        for name in connectors:
            self._last.labels(name)
            for result in RESULTS:
                self._records.labels(name, result)
        for name in webhooks:
            for reason in REFUSALS:
                self._refused.labels(name, reason)

    def kept(self, connector: str, result: Result) -> None:
        """What became of a record is on Kafka, as far as anything of it is."""
        self._records.labels(connector, result).inc()

    def came(self, connector: str) -> None:
        """Something was kept just now."""
        self._last.labels(connector).set_to_current_time()

    def refused(self, connector: str, reason: Refusal) -> None:
        """A request was not taken."""
        self._refused.labels(connector, reason).inc()

    def unknown_path(self) -> None:
        """A request came to a path where no connector is."""
        self._unknown.inc()

    def up(self, connector: str, is_up: Callable[[], bool]) -> None:
        """Ask `is_up` whether a connector can take whenever it is read."""
        self._up.labels(connector).set_function(is_up)

    def lag(self, connector: str, seconds: Callable[[], float]) -> None:
        """Ask `seconds` for the lag of a connector whenever it is read."""
        self._lag.labels(connector).set_function(seconds)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """The page Prometheus scrapes and its content type, for an `Accept` header."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type
