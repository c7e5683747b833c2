"""Detectors as small as they come, to test a shape by: what they read and say, and runs of which it
is known what was judged and who was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import settings

from contract.event import Event
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.look import Step
from detectors.engine.messages import Input, Subscribe
from detectors.facts.reference import Reference
from detectors.facts.view import View
from detectors.language import Bilingual, ChatHit, CrmEdit, Found, Sentence, edits, keep, read, says
from detectors.language.detector import Detector
from tests.detectors.timeline import Moment, company, hit
from tests.parts.examples import examples

#: What a tiny detector reads of an employee, and how it speaks: nothing of that is its shape's.
PLAIN: dict[str, Any] = {
    "reads": (
        read("employee", CrmEdit, lambda it: keep("delete", weight=it.count), edits("delete")),
        read("employee", ChatHit, lambda it: keep("hit", about=it.customer)),
    ),
    "says": says(Sentence("{employee}, at {at:time}.", "{employee}，{at:time}。")),
    "notes": {"delete": Bilingual("deleted", "删除"), "hit": Bilingual("talked", "谈及")},
}
TITLE = Bilingual("Tiny", "小")

#: What is drawn at random is played several times over: fewer of it.
few = settings(max_examples=examples(100))


def quiet(moment: Moment) -> Event:
    """Only says that time has passed."""
    return hit(moment, "E-QUIET", category="other")


class Overheard(InMemoryRun):
    """Knows whose profile anybody asked for, in order."""

    def __init__(self, *detectors: Detector, reference: Reference | None = None) -> None:
        super().__init__(Engine(detectors, reference or company(), mode="replay"))
        self.questions: list[str] = []

    def _step_one(self, key: str, inputs: list[Input]) -> Step:
        step = super()._step_one(key, inputs)
        self.questions += [to for to, note in step.notes if isinstance(note, Subscribe)]
        return step


class Judged:
    """What a rule is asked, passed on; and of which entities it was asked, in order."""

    def __init__(self, find: Callable[[Any, Any], Iterable[Found]]) -> None:
        self._find = find
        self.entities: list[str] = []

    def __call__(self, view: View, params: Any) -> Iterable[Found]:
        self.entities.append(view.entity_id)
        return self._find(view, params)
