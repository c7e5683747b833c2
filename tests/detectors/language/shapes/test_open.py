"""Until when what each shape finds can still change: the engine forgets by it."""

from __future__ import annotations

from typing import Any

import pytest

from contract.times import DAY, HOUR
from tests.detectors.language.shapes.test_awaited import DEADLINE, DUE, complaint
from tests.detectors.language.shapes.test_awaited import detector as awaited
from tests.detectors.language.shapes.test_burst_kept import detector as burst
from tests.detectors.language.shapes.test_edge import detector as edge
from tests.detectors.language.shapes.test_outlier import detector as outlier
from tests.detectors.language.shapes.test_outlier import sold
from tests.detectors.language.shapes.test_pair import detector as pair
from tests.detectors.language.tiny import START
from tests.detectors.timeline import after, at, deletes, hit, local

GONE = [deletes(START, "E-1", 10)]


@pytest.mark.parametrize(
    "tiny, events, until",
    [
        (edge(open_for=0), GONE, at(START)),
        (edge(open_for="after"), GONE, at(START) + 2 * DAY),
        (awaited(), [complaint], DEADLINE),
        (awaited(open_for="after"), [complaint], DEADLINE + 3 * DAY),
        (burst(), GONE, at(START) + HOUR),
        (burst(open_for="after"), GONE, at(START) + HOUR + 2 * DAY),
        (pair(open_for=0), [hit(after(START, "-1h"), "E-1"), *GONE], at(START)),
        (pair(), [hit(after(START, "-1h"), "E-1"), *GONE], at(START) + 2 * DAY),
        (outlier(), [*sold(0, 1), *sold(1, 3)], at("2026-03-04 00:00") - 1),
    ],
)
def test_it_is_open_after_its_event_its_deadline_its_window_or_until_it_says(
    tiny: Any, events: list[Any], until: int
) -> None:
    run = local(tiny)
    run.run(events, DUE + 1)
    (raised,) = [
        it
        for state in run.states.values()
        for notebook in state.notebooks.values()
        for it in notebook.raised.values()
    ]
    assert raised.finding.until == until


def test_an_edge_keeps_facts_as_long_as_it_looks_back_and_is_open_and_never_no_time() -> None:
    for back, open_for, kept in (("before", "after", 3 * DAY), ("before", 0, DAY), (0, 0, 1)):
        tiny = edge(looks_back=back, open_for=open_for)
        assert tiny.keeps(tiny.params) == kept
