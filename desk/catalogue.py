"""What the desk tells of the detectors: their names, whether they run and for whom, their numbers.

As the settings had it when the desk started; of those that are refused nothing can be told.
"""

from __future__ import annotations

from msgspec import Struct

from contract.alert import Bilingual, Mode, Severity
from desk.explain.detector_sheet import sheet
from detectors.language.detector import Detector
from streams.settings.loading import configured_detectors
from streams.settings.own_detectors import known_detectors
from streams.settings.settings import Settings


class Number(Struct, frozen=True):
    """One parameter of a detector. `value` is written as in the settings: `"72h"`, `20`."""

    name: str
    value: str
    meaning: Bilingual


class DetectorTold(Struct, frozen=True, kw_only=True):
    """One detector. `severity` is what its alerts have unless the rule says otherwise, `severities`
    all they can have; `mode` is `live`, or `shadow` for one on trial."""

    id: str
    title: Bilingual
    severity: Severity
    severities: tuple[Severity, ...]
    mode: Mode
    enabled: bool
    numbers: tuple[Number, ...]


def detectors_told(settings: Settings) -> tuple[DetectorTold, ...]:
    """All there are. Raises `SettingsError`."""
    known = known_detectors(settings.detectors_path)
    enabled = {it.id: it for it in configured_detectors(settings, known)}
    return tuple(_told(enabled.get(it.id, it), enabled=it.id in enabled) for it in known.detectors)


def _told(detector: Detector, *, enabled: bool) -> DetectorTold:
    return DetectorTold(
        id=detector.id,
        title=detector.title,
        severity=detector.severity,
        severities=detector.possible_severities(),
        mode="shadow" if detector.shadow else "live",
        enabled=enabled,
        numbers=tuple(
            Number(it.name, it.default, Bilingual(it.description, it.description_zh))
            for it in sheet(detector).params
        ),
    )
