from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec import structs

from bench.quality import measurement
from bench.quality.curve import Curve, Place
from bench.quality.page import Run, page, pictures
from contract.alert import Alert
from contract.label import EventId, Fraud, Labels, encode_labels
from scoring.rates import rate
from scoring.score import Recall
from tests.cli.commands import REFERENCE, STORY
from tests.scoring.cases import COMPANY, alert, fraud, outcomes


def measured(seed: int, frauds: list[Fraud], alerts: list[Alert]) -> Run:
    return Run(seed, COMPANY, outcomes(frauds, alerts))


def place(value: str, hits: int, of: int, right: int, alerts: int, *, default: bool) -> Place:
    found = rate(hits, of)
    return Place(value, default, Recall(found, found, rate(0, 0)), rate(right, alerts), 0.0)


GOOD = measured(11, [fraud("F-1", "a")], [alert("A", "a")])
BLIND = measured(
    12, [fraud("F-1", "a")], [alert(f"A-{n}", "x", severity="warning") for n in range(6)]
)


def target(text: str, words: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {words}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_target_is_met_by_what_all_seeds_together_show() -> None:
    text = page([GOOD, BLIND], [], "the command")
    easy = target(text, "easy frauds caught by any detector")
    assert easy[1:3] == ["50 % 1/2 (9–91 %)", "**no**"]
    assert [cell.split(" (")[0] for cell in easy[3:]] == ["100 % 1/1", "0 % 0/1"]
    assert target(text, "false warnings and criticals")[1:3] == ["3.00", "yes"]
    assert target(text, "every critical detector")[1:3] == ["`bulk-delete` below", "**no**"]


def test_where_there_is_no_case_nothing_is_met_or_missed() -> None:
    text = page([GOOD], [], "the command")
    assert target(text, "disguised frauds caught by any detector")[1:3] == ["–", "–"]
    assert target(text, "easy frauds caught by any detector")[2] == "yes"


def test_the_page_names_the_command_each_seed_and_the_detectors_below_a_target() -> None:
    text = page([GOOD, BLIND], [], "python -m bench.quality --seeds 11 12")
    assert "\npython -m bench.quality --seeds 11 12\n" in text
    assert "| 11 | 10 | 50 | 2026-01-05 | 2026-03-16 | 1 | 1 |" in text
    assert text.index("## Seed 11") < text.index("## Seed 12")
    assert "- `bulk-delete`: recall of easy frauds 50 % 1/2" in text
    assert "No detector is below a target." in page([GOOD], [], "")


def test_a_fraud_that_no_detector_is_there_for_is_said_to_be_so() -> None:
    run = measured(11, [fraud("F-1", "a", kind="not-written")], [])
    assert "- `not-written`: recall of easy frauds 0 % 0/1" in page([run], [], "")
    assert "there is no such detector" in page([run], [], "")


def test_where_somebody_looked_the_page_says_why_a_detector_is_below() -> None:
    reason = "\n  - The simulation has one honest cause"
    assert reason in page([BLIND], [], "")
    assert reason not in page([GOOD], [], "")


def test_a_better_value_is_proposed_and_the_default_stays() -> None:
    curve = Curve(
        "bulk-delete",
        "threshold",
        (
            place("20", 5, 10, 5, 5, default=True),
            place("10", 9, 10, 9, 10, default=False),
            place("5", 10, 10, 10, 40, default=False),
        ),
    )
    assert "The default, `20`, stays (F1 0.67). Proposed: `threshold = 10` (F1 0.90)" in page(
        [BLIND], [curve], ""
    )
    drawn = pictures([BLIND], [curve])
    assert drawn.keys() == {"quality.svg", "quality-bulk-delete-threshold.svg"}
    for svg in drawn.values():
        assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_of_equal_values_the_default_is_the_better_one() -> None:
    same = (place("10", 1, 2, 1, 1, default=False), place("20", 1, 2, 1, 1, default=True))
    assert Curve("bulk-delete", "threshold", same).proposal().startswith("The default, `20`, has")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The story as if it had been simulated; its one labelled fraud is the wiped laptop."""
    (tmp_path / "events.ndjson").write_bytes(
        Path(REFERENCE).read_bytes() + Path(STORY).read_bytes()
    )
    known = {event["id"]: event for event in map(json.loads, Path(STORY).read_text().splitlines())}
    wiped = known["edr-0318-001"]
    event = EventId(wiped["source"], wiped["id"])
    labels = Labels(COMPANY, (fraud("wiped", deed_at=wiped["time"], events=(event,)),))
    (tmp_path / "labels.json").write_bytes(encode_labels(labels))
    return tmp_path


def test_events_and_labels_become_a_page_through_the_commands(folder: Path) -> None:
    run = measurement.measure(folder, 1)
    assert run.company == COMPANY
    assert "bulk-delete" in run.outcomes.frauds[0].caught
    curve = measurement.curve([folder, folder], "bulk-delete:threshold:20,45")
    assert [(one.value, one.in_force, one.recall.easy) for one in curve.places] == [
        ("20", True, rate(2, 2)),
        ("45", False, rate(0, 2)),
    ]
    measurement.write(folder, [run, structs.replace(run, seed=2)], [curve], "the command")
    text = (folder / "docs" / "quality.md").read_text("utf-8")
    for name in ("quality.svg", "quality-bulk-delete-threshold.svg"):
        assert f"![]({name})" in text
        assert (folder / "docs" / name).is_file()


def test_a_command_that_cannot_work_stops_the_measurement_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="cannot be read"):
        measurement.offbook("replay", "/nowhere", out=tmp_path / "out")
