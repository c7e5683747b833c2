"""Detectors as small as they come, to test a shape by: what they read and say, and runs of which it
is known what was judged and who was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.look import Step
from detectors.engine.messages import Input, Subscribe
from detectors.facts.reference import Reference
from detectors.facts.view import View
from detectors.language import (
    Bilingual,
    ChatHit,
    CrmEdit,
    Found,
    Sentence,
    ServiceCallback,
    edits,
    keep,
    read,
    says,
)
from detectors.language.detector import Detector
from tests.detectors.timeline import Moment, activity, at, callback, company, hit
from tests.parts.examples import examples

START = "2026-03-02 09:00"
#: What a tiny detector reads of an employee, and how it speaks: nothing of that is its shape's.
PLAIN: dict[str, Any] = {
    "reads": (
        read("employee", CrmEdit, lambda it: keep("delete", weight=it.count), edits("delete")),
        read("employee", ChatHit, lambda it: keep("hit", about=it.customer)),
    ),
    "says": says(Sentence("{employee}, at {at:time}.", "{employee}，{at:time}。")),
    "notes": {"delete": Bilingual("deleted", "删除"), "hit": Bilingual("talked", "谈及")},
}
#: The same of a customer: complaints, and calls.
COMPLAINTS: dict[str, Any] = PLAIN | {
    "reads": (
        read("customer", ServiceCallback, lambda it: keep("asked", order=it.order)),
        read("customer", CrmEdit, lambda _: keep("called"), edits("create", of="activity")),
    ),
    "notes": {"asked": Bilingual("complained", "投诉"), "called": Bilingual("called", "联系")},
}
TITLE = Bilingual("Tiny", "小")

_SPANS = st.sampled_from([0, 1, HOUR, DAY, 2 * DAY - 1, 2 * DAY, 2 * DAY + 1, 3 * DAY, 5 * DAY])
#: Complaints and calls of two customers, many of them two days apart or nearly so.
COMPLAINING = st.lists(
    st.builds(
        lambda a, b, complains, who: (
            callback(at(START) + a + b, f"B-{a}-{b}", who, "complaint", order="O-1")
            if complains
            else activity(at(START) + a + b, "E-1", who)
        ),
        _SPANS,
        _SPANS,
        st.sampled_from([False, False, True]),
        st.sampled_from(["C-1", "C-1", "C-2"]),
    ),
    max_size=9,
)

#: What is drawn at random is played several times over: fewer of it.
few = settings(max_examples=examples(100))
#: What costs next to nothing, and lies on an edge seldom.
more = settings(max_examples=examples(800))


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
