"""What a detector forgets where that takes the engine: evidence that stays, joined facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract.times import DAY
from detectors.facts.view import Common
from detectors.language import (
    WITH_WHAT_IS_TOLD,
    Duration,
    Found,
    Params,
    edge,
    folded_within,
    number,
)
from detectors.language.detector import Detector
from detectors.language.memory import BY_AGE, Memory
from tests.detectors.language.tiny import PLAIN, START, TITLE, quiet
from tests.detectors.timeline import after, deletes, hit, local


class SpanParams(Params):
    """How long."""

    span: Duration = number("10s", "so long", "多久")


def found(view: Any, _: Any) -> Any:
    """The first delete, open for a month."""
    for gone in view.of("delete")[:1]:
        yield Found(by=gone, named=gone.anchor, until=gone.at + 30 * DAY)


def detector(memory: Memory, find: Callable[[Any, Any], Any] = found) -> Detector:
    return edge(
        "tiny", "info", TITLE, SpanParams(), find=find, looks_back="span", memory=memory, **PLAIN
    )


@pytest.mark.parametrize("memory, stays", [(BY_AGE, False), (WITH_WHAT_IS_TOLD, True)])
def test_what_a_raised_alert_rests_on_stays_until_it_is_over(memory: Memory, stays: bool) -> None:
    #   ● delete ── talk ── 25 d: of what is older than 10 s, what the alert rests on, or nothing
    gone, talk = deletes(START, "E-1"), hit(after(START, "5m"), "E-1")
    run = local(detector(memory))
    run.run([gone, talk, quiet(after(START, "25d"))])
    newest = hit(after(START, "25d"), "E-1")
    run.feed(newest)
    facts = [it.id for it in run.states["employee:E-1"].notebooks["tiny"].facts]
    assert facts == [*([gone.id] if stays else []), newest.id]


def test_of_too_many_those_that_say_the_same_within_the_time_are_joined() -> None:
    #   one every two seconds for ten minutes, where forty facts may be kept of one entity
    memory = folded_within(("span", 50_000_000))
    assert memory.folds is not None
    assert (memory.prune, memory.folds.within(SpanParams())) == (None, Duration("60s"))
    run = local(detector(memory, lambda _, __: ()), common=Common(max_facts=40))
    run.run([hit(after(START, f"{2 * n}s"), "E-1", f"C-{n % 2}") for n in range(300)])
    facts = run.states["employee:E-1"].notebooks["tiny"].facts
    assert len(facts) <= 40
    assert sum(it.weight for it in facts) == 300
    assert {it.about for it in facts} == {"C-0", "C-1"}
    assert all(it.lasts <= Duration("60s") for it in facts)
