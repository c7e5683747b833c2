"""The runbooks, as far as the program itself reads them."""

from __future__ import annotations

import re
from pathlib import Path

from contract.alert import Bilingual
from detectors.engine.running import OwnDetector
from detectors.language.detector import Detector

_ROOT = Path(__file__).parents[2]
_HEADINGS = ("In ten seconds", "十秒看懂")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def runbook_of(detector: Detector) -> str | None:
    """Where its runbook stands. One of the company's own has it beside it, or none."""
    if not isinstance(detector, OwnDetector):
        return f"docs/runbooks/{detector.id}.md"
    beside = Path(detector.file).with_suffix(".md")
    return str(beside) if beside.is_file() else None


def in_ten_seconds(detector: Detector | None) -> Bilingual | None:
    """What an alert of the detector means and what to do first; None where its runbook is not
    there, empty in a language that it lacks.

    Its runbook's first paragraph: in the wheel the runbooks lie in the command line's package, in a
    checkout beside it.
    """
    if detector is None:
        return None
    name = f"{detector.id}.md"
    files = [_ROOT / "offbook" / "runbooks" / name, _ROOT / "docs" / "runbooks" / name]
    if isinstance(detector, OwnDetector):
        files = [Path(detector.file).with_suffix(".md")]
    for file in files:
        if file.is_file():
            text = file.read_text("utf-8")
            english, chinese = (_paragraph(text, it) for it in _HEADINGS)
            return Bilingual(" ".join(english.split()), chinese)
    return None


def _paragraph(text: str, heading: str) -> str:
    _, _, after = text.partition(f"### {heading}\n\n")
    return _LINK.sub(r"\1", after.partition("\n\n")[0])
