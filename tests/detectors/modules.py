"""A detector's two modules: its rule, and the tests of it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from detectors import rules
from detectors.language.detector import Detector


@cache
def _in_its_room(id_: str) -> tuple[str, str]:
    # Asked once for each example of a law: to search the folders each time was a twentieth of it.
    [file] = Path(rules.__file__).parent.glob(f"*/{id_.replace('-', '_')}.py")
    return file.parent.name, file.stem


def its_rule(detector: Detector) -> Any:
    room, name = _in_its_room(detector.id)
    return import_module(f"detectors.rules.{room}.{name}")


def its_tests(detector: Detector) -> Any:
    room, name = _in_its_room(detector.id)
    return import_module(f"tests.detectors.{room}.test_{name}")
