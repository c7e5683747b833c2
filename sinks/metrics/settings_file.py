"""The settings file: whether it was taken as it stands."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from sinks.metrics.late_gauge import LateGauge


class SettingsFileFigures:
    """How the last reload went; nothing without a file."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._taken = LateGauge(
            registry,
            "offbook_config_last_reload_successful",
            "1 if the settings file as it stands was taken, 0 if it was refused and the settings"
            " taken before go on. Absent without a file.",
        )
        self._taken_at = LateGauge(
            registry,
            "offbook_config_last_reload_success_timestamp_seconds",
            "When a settings file was last taken, in seconds since 1970.",
        )

    def taken(self, at: float) -> None:
        """The settings file was taken at `at`, in seconds since 1970."""
        self._taken.set(1)
        self._taken_at.set(at)

    def refused(self) -> None:
        """The settings file as it stands cannot be used."""
        self._taken.set(0)
