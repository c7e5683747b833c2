"""All detectors there are: what lies in these rooms, by room and name."""

from __future__ import annotations

from collections.abc import Iterable
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
    return _in_order(found)


def _in_order(detectors: Iterable[Detector]) -> tuple[Detector, ...]:
    # What only adds up the alerts of the others is told after them.
    return tuple(sorted(detectors, key=lambda it: it.weighs_alerts and not it.reads))


DETECTORS: tuple[Detector, ...] = _found()
BY_ID: dict[str, Detector] = {detector.id: detector for detector in DETECTORS}


def with_own(own: Iterable[Detector]) -> tuple[Detector, ...]:
    """All there are, and those of a company's own. Raises `ValueError` where two have one id."""
    found = _in_order((*DETECTORS, *own))
    if len({detector.id for detector in found}) < len(found):
        raise ValueError("two detectors have one id")
    return found
