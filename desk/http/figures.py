"""The desk's figures for Prometheus. No label names a person, nor an id: routes are as written in
the document, with their braces."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from contract import __version__


class DeskFigures:
    """Requests by route and status, and how many alerts are known: `rows` says it."""

    def __init__(self, rows: Callable[[], float]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "offbook_desk_requests",
            "Requests answered, by route (`other` for addresses there are not) and status.",
            ("route", "status"),
            registry=registry,
        )
        Gauge(
            "offbook_desk_alerts", "Alerts that the desk knows, open or closed.", registry=registry
        ).set_function(rows)
        Info("offbook_build", "The running version.", registry=registry).info(
            {"version": __version__}
        )
        ProcessCollector(registry=registry)

    def count(self, route: str, status: int) -> None:
        """A request was answered."""
        self._requests.labels(route, str(status)).inc()

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """The page Prometheus scrapes and its content type, for an `Accept` header."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type
