"""Why there is an alert, by the detectors as the settings had them when the desk started."""

from __future__ import annotations

from collections.abc import Callable

from contract.alert import Alert
from desk.explain.explanation import Explanation, explain
from desk.explain.runbooks import in_ten_seconds
from streams.settings.loading import configured_detectors
from streams.settings.own_detectors import known_detectors
from streams.settings.settings import Settings


def explaining(settings: Settings) -> Callable[[Alert], Explanation]:
    """What lays out an alert. Raises `SettingsError`."""
    known = known_detectors(settings.detectors_path)
    enabled = {it.id: it for it in configured_detectors(settings, known)}

    def of(alert: Alert) -> Explanation:
        detector = enabled.get(alert.detector, known.by_id.get(alert.detector))
        return explain(
            alert,
            detector,
            enabled=alert.detector in enabled,
            timezone=settings.timezone,
            meaning=in_ten_seconds(detector),
            topic_prefix=settings.topic_prefix,
        )

    return of
