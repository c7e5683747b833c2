from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterable
from itertools import permutations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from contract.alert import Alert
from contract.label import Fraud, Labels, encode_labels
from offbook.cli.files.ndjson import LONGEST
from offbook.cli.quality.scoring import read_and_score
from tests.cli.commands import REFERENCE, ROOT, STORY, environment, offbook, story_replayed
from tests.scoring.cases import COMPANY, alert, fraud


def alerts_file(folder: Path, alerts: Iterable[Alert]) -> str:
    file = folder / "alerts.ndjson"
    file.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in alerts))
    return str(file)


def labels_file(folder: Path, *frauds: Fraud) -> str:
    file = folder / "labels.json"
    file.write_bytes(encode_labels(Labels(COMPANY, frauds)))
    return str(file)


def story_labels(folder: Path) -> str:
    """The frauds of the bundled story; what gives each away is what its tale says is found."""
    known = {event["id"]: event for event in map(json.loads, Path(STORY).read_text().splitlines())}
    frauds = []
    for tale in json.loads((ROOT / "examples" / "frauds.json").read_text("utf-8"))["frauds"]:
        ids = sorted({id_ for one in tale["alerts"] for id_ in one["events"] if id_ in known})
        frauds.append(
            fraud(
                tale["name"],
                kind=tale["alerts"][0]["detector"],
                deed_at=known[ids[0]]["time"],
                events=tuple({"source": known[id_]["source"], "id": id_} for id_ in ids),
            )
        )
    file = folder / "story-labels.json"
    file.write_bytes(encode_labels(Labels(COMPANY, tuple(frauds))))
    return str(file)


def test_the_story_is_scored_from_a_pipe_as_documented(tmp_path: Path) -> None:
    replayed = story_replayed().encode()
    done = offbook("score", "-", story_labels(tmp_path), stdin=replayed)
    assert done.returncode == 0
    assert "caught by any detector" in done.stdout
    assert "100 % 8/8" in done.stdout
    assert "0 bad lines" in done.stderr
    assert max(len(line) for line in done.stdout.splitlines()) <= 100
    assert "\x1b" not in done.stdout
    assert "…" not in done.stdout, "a figure cut short is another figure"


def test_labels_written_while_the_alerts_come_in_are_read(tmp_path: Path) -> None:
    labels = tmp_path / "labels.json"
    command = [sys.executable, "-m", "offbook", "score", "-", str(labels), "--json"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(alert("A", "a")) + b"\n")
        process.stdin.flush()
        labels_file(tmp_path, fraud("F", "a"))
        process.stdin.close()
        found = json.loads(process.stdout.read())
    assert found["score"]["by_own"]["all"]["hits"] == 1


def test_machines_get_intervals_and_every_outcome(tmp_path: Path) -> None:
    labels = labels_file(tmp_path, fraud("F-1", "a"), fraud("F-2", "b", version="disguised"))
    alerts = alerts_file(tmp_path, [alert("A", "a"), alert("B", "x")])
    found = json.loads(offbook("score", alerts, labels, "--json").stdout)
    (row,) = found["score"]["detectors"]
    assert row["alerts"]["rate"]["rate"] == 0.5
    assert 0 < row["alerts"]["rate"]["low"] < 0.5 < row["alerts"]["rate"]["high"] < 1
    assert row["alerts"]["false_per_100_reps_week"] == 1.0
    assert [one["standing"] for one in found["outcomes"]["alerts"]] == ["right", "false"]
    assert [one["caught"] for one in found["outcomes"]["frauds"]] == [{"bulk-delete": 7200.0}, {}]


ALLOWED = """
[[detectors.bulk-delete.allow]]
employee = "E132"
until = 2099-12-31
reason = "Clears the archive, agreed with IT"
"""


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """E132 may delete in bulk, and offbook-payment is on trial."""
    config = tmp_path / "offbook.toml"
    config.write_text(f'{ALLOWED}\n[detectors.offbook-payment]\nmode = "shadow"\n', "utf-8")
    return str(config)


def test_an_allowance_that_blinds_and_a_trial_are_told_with_the_frauds_they_cost(
    tmp_path: Path, settings: str
) -> None:
    replayed = offbook("replay", REFERENCE, STORY, "--config", settings).stdout.encode()
    labels = story_labels(tmp_path)
    picture = tmp_path / "q.svg"
    done = offbook(
        *("score", "-", labels, "--config", settings, "--picture", str(picture)), stdin=replayed
    )
    assert done.returncode == 0
    told, _, apart = done.stdout.partition("On trial: ")
    assert "88 % 7/8" in told
    assert "offbook-payment" not in told
    assert "100 % 2/2" in apart
    assert "bulk-delete           1           1" in apart
    assert apart.endswith("  revenge (bulk-delete): under an allowance: bulk-delete\n")
    assert "offbook-payment (on trial)" in picture.read_text("utf-8")
    chinese = offbook("score", "-", labels, "--config", settings, "--lang", "zh", stdin=replayed)
    assert chinese.stdout.endswith("  revenge (bulk-delete): 豁免: bulk-delete\n")


def test_the_highest_revision_decides_on_whatever_line_it_stands(tmp_path: Path) -> None:
    revisions = [
        alert("A", "a", revision=3, state="withdrawn"),
        alert("A", "a"),
        alert("A", "a", revision=2),
        alert("B", "b"),
    ]
    labels = labels_file(tmp_path, fraud("F-1", "a"), fraud("F-2", "b"))
    said = set()
    for order in permutations(revisions):
        done = read_and_score(alerts_file(tmp_path, order), labels, lambda _: None)
        assert (done.revisions, done.strange) == (4, [])
        assert [one.standing for one in done.outcomes.alerts] == ["withdrawn", "right"]
        assert [bool(one.caught) for one in done.outcomes.frauds] == [False, True]
        said.add(msgspec.json.encode(done.outcomes))
    assert len(said) == 1


def test_a_revision_that_is_told_otherwise_is_strange_and_named_by_its_line(
    tmp_path: Path,
) -> None:
    same, other = alert("A", "a"), alert("A", "a", score=61)
    alerts = alerts_file(tmp_path, [same, same, other, same, alert("A", "a", revision=2)])
    done = offbook("score", alerts, labels_file(tmp_path, fraud("F", "a")))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "5 alert revisions, 0 bad lines",
        f"{alerts}:3: revision: revision 1 of A stands in line 1 with other content; give the"
        " alerts of one run",
    ]


def test_of_many_strange_lines_the_first_are_named_and_all_counted(tmp_path: Path) -> None:
    alerts = alerts_file(tmp_path, [alert("A", "a", score=score) for score in range(51)])
    done = read_and_score(alerts, labels_file(tmp_path), lambda _: None)
    assert len(done.strange) == 21
    assert done.strange[-1] == f"{alerts}: 50 lines in all tell a revision otherwise"


def test_labels_may_be_longer_than_a_line_of_events_may(tmp_path: Path) -> None:
    many = tuple(fraud(f"F-{n}", *(f"event-{n}-{m}" for m in range(40))) for n in range(600))
    labels = labels_file(tmp_path, *many)
    assert Path(labels).stat().st_size > LONGEST
    done = read_and_score(alerts_file(tmp_path, [alert("A", "event-7-3")]), labels, print)
    assert sum(bool(one.caught) for one in done.outcomes.frauds) == 1


def test_a_line_longer_than_any_alert_is_bad(tmp_path: Path) -> None:
    alerts = alerts_file(tmp_path, [alert("A", "a")])
    with Path(alerts).open("ab") as file:
        file.write(b'"' + b"x" * 3 * LONGEST + b'"\n')
    done = offbook("score", alerts, labels_file(tmp_path, fraud("F", "a")))
    assert done.returncode == 1
    assert (
        f"{alerts}:2: json: the line is longer than 1088 KiB; give one alert a line" in done.stderr
    )


def test_packed_alerts_and_labels_are_read_as_they_are(tmp_path: Path) -> None:
    packed = tmp_path / "alerts.gz"
    packed.write_bytes(gzip.compress(msgspec.json.encode(alert("A", "a")) + b"\n"))
    labels = tmp_path / "labels.gz"
    labels.write_bytes(gzip.compress(encode_labels(Labels(COMPANY, (fraud("F", "a"),)))))
    assert "100 % 1/1" in offbook("score", str(packed), str(labels)).stdout


def test_what_has_no_cases_is_a_dash(tmp_path: Path) -> None:
    done = offbook("score", alerts_file(tmp_path, []), labels_file(tmp_path))
    assert done.returncode == 0
    (line,) = [line for line in done.stdout.splitlines() if "any detector" in line]
    assert line.split("detector")[1].split() == ["–", "–", "–"]
    assert " 100 % " not in done.stdout


def test_the_table_speaks_chinese(tmp_path: Path) -> None:
    files = alerts_file(tmp_path, [alert("A", "a")]), labels_file(tmp_path, fraud("F", "a"))
    done = offbook("score", *files, "--lang", "zh")
    assert "任一检测器查出" in done.stdout
    assert "准确率" in done.stdout


def test_the_picture_is_drawn_and_other_formats_are_refused_before_the_work(
    tmp_path: Path,
) -> None:
    files = alerts_file(tmp_path, [alert("A", "a")]), labels_file(tmp_path, fraud("F", "a"))
    assert offbook("score", *files, "--picture", str(tmp_path / "q.svg")).returncode == 0
    assert ElementTree.parse(tmp_path / "q.svg").getroot().tag.endswith("}svg")
    done = offbook("score", "/nowhere", files[1], "--picture", "q.png")
    assert done.returncode == 2
    assert "q.png: only SVG can be drawn: name it q.svg" in done.stderr
    done = offbook("score", *files, "--picture", str(tmp_path / "none" / "q.svg"))
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "json: Input data was truncated; give one alert a line"),
        ('{"alert_id": 1}', "alert_id: Expected `str`, got `int`; give the lines as"),
        ('{"alert_id": "A"}', "revision: Object missing required field `revision`; give the lines"),
        ('{"specversion": "1.0"}', "type: this is an event; run `offbook replay` over it"),
    ],
)
def test_a_line_that_is_no_alert_is_named_and_passed_over(
    tmp_path: Path, line: str, says: str
) -> None:
    alerts = alerts_file(tmp_path, [alert("A", "a")])
    with Path(alerts).open("a") as file:
        file.write(f"\n{line}\n")
    done = offbook("score", alerts, labels_file(tmp_path, fraud("F", "a")))
    assert done.returncode == 1
    assert done.stderr.startswith(f"{alerts}:3: {says}")
    assert "100 % 1/1" in done.stdout


def test_an_impossible_time_of_an_alert_is_named(tmp_path: Path) -> None:
    alerts = alerts_file(tmp_path, [alert("A", "a", detected_at="noon")])
    done = offbook("score", alerts, labels_file(tmp_path))
    assert done.returncode == 1
    assert f"{alerts}:1: detected_at: " in done.stderr


def test_of_many_bad_lines_the_first_are_shown_and_all_counted(tmp_path: Path) -> None:
    done = offbook("score", "-", labels_file(tmp_path), stdin=b"{\n" * 300)
    assert len(done.stderr.splitlines()) == 22
    assert "300 bad lines" in done.stderr


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", "Input data was truncated; labels are one JSON document"),
        ('{"company": {}}', "company.reps: Object missing required field `reps`"),
        ('{"company": []}', "company: Expected `object`, got `array`"),
    ],
)
def test_labels_that_do_not_fit_are_refused_with_the_place(
    tmp_path: Path, document: str, says: str
) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text(document)
    done = offbook("score", alerts_file(tmp_path, []), str(labels))
    assert done.returncode == 2
    assert done.stderr.startswith(f"offbook: {labels}: {says}")
    assert done.stdout == ""


def test_a_wrong_fraud_is_named_by_its_place(tmp_path: Path) -> None:
    labels = labels_file(tmp_path, fraud("F", "a", version="subtle"))
    done = offbook("score", alerts_file(tmp_path, []), labels)
    assert (done.returncode, "frauds[0].version: Invalid enum" in done.stderr) == (2, True)


def test_a_kind_that_no_detector_has_is_told(tmp_path: Path) -> None:
    labels = labels_file(tmp_path, fraud("F", "a", kind="bulk-delte"))
    done = offbook("score", alerts_file(tmp_path, [alert("A", "a")]), labels)
    assert done.returncode == 1
    assert "no detector is called bulk-delte; did you mean bulk-delete?" in done.stderr


@pytest.mark.parametrize("missing", ["alerts", "labels"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, missing: str) -> None:
    files = [alerts_file(tmp_path, []), labels_file(tmp_path)]
    files[missing == "labels"] = "/nowhere"
    done = offbook("score", *files)
    assert done.returncode == 2
    assert done.stderr == "offbook: /nowhere: cannot be read: No such file or directory\n"


def tuned(*arguments: str) -> dict[str, Any]:
    done = offbook("tune", *arguments, STORY, REFERENCE, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_tune_shows_what_each_value_finds_and_marks_the_one_in_force() -> None:
    found = tuned("bulk-delete", "threshold", "--values", "20,45")
    assert [(one["value"], one["in_force"], one["firing"]) for one in found["trials"]] == [
        ("20", True, {"critical": 1, "warning": 0, "info": 0}),
        ("45", False, {"critical": 0, "warning": 0, "info": 0}),
    ]
    assert {one["score"] for one in found["trials"]} == {None}


def test_tune_counts_what_an_allowance_covers_apart(settings: str) -> None:
    arguments = ("bulk-delete", "threshold", "--values", "45", "--config", settings)
    trials = tuned(*arguments)["trials"]
    assert [(one["firing"]["critical"], one["suppressed"]) for one in trials] == [(0, 1), (0, 0)]
    table = offbook("tune", *arguments, STORY, REFERENCE).stdout
    assert table.endswith("suppressed: 1 (threshold = 20), 0 (threshold = 45)\n")


def test_tune_takes_the_value_in_force_along_from_the_settings(tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text('[detectors.bulk-delete]\nwindow = "2h"\n', encoding="utf-8")
    found = tuned("bulk-delete", "window", "--values", "10m, 1h", "--config", str(config))
    assert [(one["value"], one["in_force"]) for one in found["trials"]] == [
        ('"2h"', True),
        ('"10m"', False),
        ('"1h"', False),
    ]


def test_tune_with_labels_shows_recall_and_precision(tmp_path: Path) -> None:
    labels = story_labels(tmp_path)
    picture = tmp_path / "tune.svg"
    arguments = ("bulk-delete", "threshold", "--values", "45", "--labels", labels)
    now, higher = tuned(*arguments, "--picture", str(picture))["trials"]
    assert now["score"]["recall"]["easy"]["rate"] == 1.0
    assert higher["score"]["recall"]["easy"]["rate"] == 0.0
    assert higher["score"]["alerts"]["rate"]["rate"] is None
    assert "threshold = 45" in picture.read_text("utf-8")
    table = offbook("tune", *arguments, STORY, REFERENCE).stdout
    (line,) = [line for line in table.splitlines() if "in force" in line]
    assert line.split()[:3] == ["20", "in", "force"]
    assert "100 % 1/1" in line


def test_tune_says_which_lines_are_bad_once(tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    events.write_text("{\n")
    done = offbook("tune", "bulk-delete", "threshold", "--values", "1,2,3", str(events))
    assert done.returncode == 0
    assert done.stderr.count(f"{events}:1: ") == 1


def test_tune_finds_the_same_whatever_the_order_of_lines_and_files(tmp_path: Path) -> None:
    turned = tmp_path / "turned.ndjson"
    turned.write_bytes(b"\n".join(reversed(Path(STORY).read_bytes().splitlines())))
    arguments = ("bulk-delete", "threshold", "--values", "5,45", "--json")
    once = offbook("tune", *arguments, STORY, REFERENCE)
    other = offbook("tune", *arguments, REFERENCE, str(turned))
    assert other.stdout == once.stdout
    assert other.stderr == once.stderr


def test_tune_takes_what_lies_ahead_of_the_clock_for_a_bad_line(tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    ahead = json.loads(Path(STORY).read_bytes().splitlines()[0]) | {"time": "2099-01-01T00:00:00Z"}
    events.write_text(json.dumps(ahead), "utf-8")
    done = offbook("tune", "bulk-delete", "threshold", "--values", "5,45", str(events))
    assert done.stderr.count(f"{events}:1: time: ") == 1
    assert "0 events, 0 reference documents, 1 bad lines" in done.stderr


def test_tune_tells_why_a_detector_is_silent(tmp_path: Path) -> None:
    done = offbook("tune", "chat-burst", "hits", "--values", "4", STORY)
    assert "silent" not in done.stderr
    params = ("account-ring", "customers", "--values", "4")
    assert "silent: account-ring: " in offbook("tune", *params, STORY).stderr


def test_tune_reads_once_and_so_from_a_pipe(tmp_path: Path) -> None:
    arguments = ("bulk-delete", "threshold", "--values", "5,45", "--json")
    told = offbook("tune", *arguments, STORY, REFERENCE)
    both = Path(STORY).read_bytes() + Path(REFERENCE).read_bytes()
    assert offbook("tune", *arguments, "-", stdin=both).stdout == told.stdout != ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bulk-delte", "threshold", STORY], "no detector bulk-delte; did you mean bulk-delete?"),
        (["bulk-delete", "treshold", STORY], "no parameter treshold; did you mean threshold?"),
        (["bulk-delete", "threshold", "/nowhere"], "/nowhere: cannot be read: No such file"),
        (["bulk-delete", "window", STORY], "--values: 30: expected a duration in quotes"),
        (["bulk-delete", "threshold", STORY, "--picture", "q.svg"], "give --labels too"),
        (["bulk-delete", "threshold", STORY, "--labels", "/nowhere"], "/nowhere: cannot be read"),
    ],
)
def test_tune_says_what_it_cannot_do(arguments: list[str], says: str) -> None:
    done = offbook("tune", *arguments, "--values", "30")
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_tune_says_of_each_value_what_is_wrong_with_it() -> None:
    done = offbook("tune", "bulk-delete", "threshold", STORY, "--values", "30,0,many")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "offbook: --values: 0: expected a whole number >= 1; now it is 20",
        "offbook: --values: many: expected a whole number, got text; now it is 20",
    ]


def test_tune_does_not_run_a_detector_that_is_stopped(tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text("[detectors.bulk-delete]\nenabled = false\n", encoding="utf-8")
    done = offbook(
        "tune", "bulk-delete", "threshold", STORY, "--values", "30", "--config", str(config)
    )
    assert done.returncode == 2
    assert "bulk-delete is stopped by the settings" in done.stderr
