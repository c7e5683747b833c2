"""All detectors there are: what lies in these rooms, by room and name."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

from detectors import rules
from detectors.language.detector import Detector

#: As they are listed and documented.
ROOMS = ("money", "goods", "orders", "figures", "customers", "data", "voices")


def _found() -> tuple[Detector, ...]:
    found: list[Detector] = []
    for room in ROOMS:
        package = import_module(f"{rules.__name__}.{room}")
        for entry in iter_modules(package.__path__, f"{package.__name__}."):
            if entry.name.rpartition(".")[2].startswith("_"):
                continue  # the other half of a rule
            module = import_module(entry.name)
            found.append(replace(module.DETECTOR, told=module.__doc__ or ""))
    # What only adds up the alerts of the others is told after them.
    return tuple(sorted(found, key=lambda it: it.weighs_alerts and not it.reads))


DETECTORS: tuple[Detector, ...] = _found()
BY_ID: dict[str, Detector] = {detector.id: detector for detector in DETECTORS}
