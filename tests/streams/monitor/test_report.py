"""Which detectors rest, and whether a worker is ready all the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from contract.event import Event, Origin
from contract.types import ReferenceEmployee
from detectors.facts.reference import Reference
from sinks.health import Health, Report
from sinks.metrics.metrics import Metrics
from streams.monitor.report import MonitorReport

HR = "no document on reference.employees has arrived yet"
NEEDS = {"needs-hr": ("employees",), "needs-nothing": ()}


def told(silent: dict[str, str], signless: dict[str, str], reference: Reference) -> Report:
    health = Health()
    engine: Any = SimpleNamespace(
        silent=lambda: silent,
        signless=lambda: signless,
        detectors={it: SimpleNamespace(needs=needs) for it, needs in NEEDS.items()},
        reference=reference,
    )
    settings: Any = None
    MonitorReport(settings, Metrics(detectors=dict.fromkeys(NEEDS, ())), health).reference(engine)
    return health.readiness()


def test_without_an_hr_feed_it_is_ready_and_says_what_rests() -> None:
    report = told({"needs-hr": HR}, {}, Reference())
    assert report.ok
    assert report.checks["reference"].reason == f"needs-hr rests: {HR}"
    assert report.shown == {"resting": {"needs-hr": HR}}


def test_a_detector_for_which_there_is_no_sign_rests_too() -> None:
    report = told({}, {"needs-nothing": "no quote has come yet"}, Reference())
    assert report.ok
    assert report.shown == {"resting": {"needs-nothing": "no quote has come yet"}}


def test_with_everything_there_nothing_rests() -> None:
    report = told({}, {}, Reference())
    assert report.ok
    assert report.shown == {"resting": {}}


@pytest.mark.parametrize("hr", [False, True])
def test_a_detector_that_its_settings_break_stops_a_rollout(hr: bool) -> None:
    reference = Reference()
    if hr:
        document = ReferenceEmployee(employee="E-1", name="n")
        reference.put(Event("", "", 0, document, Origin("reference.employees", 0, 0)))
    why = "cannot run: its settings make it raise ValueError"
    silent = {"needs-nothing": why} | ({} if hr else {"needs-hr": HR})
    report = told(silent, {}, reference)
    assert not report.ok
    assert report.checks["reference"].reason == f"needs-nothing: {why}"
