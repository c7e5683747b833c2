"""The runbooks, as far as the program itself reads them."""

from __future__ import annotations

import re
from pathlib import Path

import offbook
from detectors.engine.running import OwnDetector
from detectors.language.detector import Detector

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def runbook_of(detector: Detector) -> str | None:
    """Where its runbook stands. One of the company's own has it beside it, or none."""
    if not isinstance(detector, OwnDetector):
        return f"docs/runbooks/{detector.id}.md"
    beside = Path(detector.file).with_suffix(".md")
    return str(beside) if beside.is_file() else None


def in_ten_seconds(detector: Detector | None) -> str | None:
    """What an alert of the detector means, in Chinese; None where its runbook is not there.

    Its runbook's first paragraph: in the wheel the runbooks lie in the package, in a checkout
    beside it.
    """
    if detector is None:
        return None
    package = Path(offbook.__file__).parent
    name = f"{detector.id}.md"
    files = [package / "runbooks" / name, package.parent / "docs" / "runbooks" / name]
    if isinstance(detector, OwnDetector):
        files = [Path(detector.file).with_suffix(".md")]
    for file in files:
        if file.is_file():
            _, _, after = file.read_text("utf-8").partition("### 十秒看懂\n\n")
            return _LINK.sub(r"\1", after.partition("\n\n")[0]) or None
    return None
