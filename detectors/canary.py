"""The detector of the canary, which is none of fraud.

Whoever judges runs it beside the others; it is in no list, and its alerts are in none. It reads one
kind of event, of employees that do not exist, and finds each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from contract.alert import Bilingual
from contract.canary import DETECTOR, is_its
from contract.types import HrChange
from detectors.facts.reads import keep, read
from detectors.facts.view import View
from detectors.language.found import Found
from detectors.language.params import Params
from detectors.language.sentences import Sentence, says
from detectors.language.shapes.edge import edge


class CanaryParams(Params):
    """There is nothing to set."""


def _find(view: View, params: CanaryParams) -> Iterable[Found]:
    """One thing found an event."""
    return [Found(by=fact, named=fact.anchor) for fact in view.facts]


CANARY = replace(
    edge(
        DETECTOR,
        "info",
        Bilingual("Offbook is at work", "Offbook 运行正常"),
        CanaryParams(),
        find=_find,
        reads=(read("employee", HrChange, lambda _: keep("sung"), where=is_its),),
        says=says(Sentence("Nothing has happened: a test.", "没有发生任何事：仅为自检。")),
        notes={"sung": Bilingual("a test", "自检")},
    ),
    # Whoever else reads the topic of alerts wakes nobody for it.
    shadow=True,
)
