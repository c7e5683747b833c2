"""A gauge that appears when its value is first known."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge


class LateGauge:
    """Not on the page before `set`: a role that never learns the value does not claim 0."""

    def __init__(self, registry: CollectorRegistry, name: str, text: str) -> None:
        self._registry = registry
        self._gauge = Gauge(name, text, registry=None)
        self._appeared = False

    def set(self, value: float) -> None:
        """The value is known."""
        self._gauge.set(value)
        if not self._appeared:
            self._appeared = True
            self._registry.register(self._gauge)
