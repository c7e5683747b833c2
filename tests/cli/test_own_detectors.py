"""A detector of one's own is listed, replayed, tuned, put on trial and explained as ours are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract.document import encode_document
from contract.label import Labels, encode_labels
from tests.cli.commands import alerts, offbook
from tests.detectors.timeline import deletes, edit
from tests.scoring.cases import COMPANY, fraud
from tests.streams.settings.own_rules import RULE, write

EVENTS = [
    *(edit(f"2026-03-02 09:0{n}", "E-1", "view", ("order", f"O-{n}")) for n in range(1, 5)),
    deletes("2026-03-02 10:00", "E-2", 60),
]


@pytest.fixture
def config(tmp_path: Path) -> str:
    write(tmp_path / "own")
    file = tmp_path / "offbook.toml"
    file.write_text(f"detectors_path = '{tmp_path / 'own'}'\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def events(tmp_path: Path) -> str:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"".join(encode_document(event) + b"\n" for event in EVENTS))
    return str(file)


def add(config: str, text: str) -> None:
    with Path(config).open("a", encoding="utf-8") as file:
        file.write(text)


def broken(config: str) -> None:
    write(Path(config).parent / "own", "broken.py", "x =")


def test_it_is_listed_among_ours(config: str) -> None:
    done = offbook("detectors", "--config", config)
    assert done.returncode == 0
    assert "own-many-looks  warning\n    Many looks · 频繁查看\n" in done.stdout
    assert "bulk-delete  critical" in done.stdout
    row = json.loads(offbook("detectors", "own-many-looks", "--json", "--config", config).stdout)[0]
    assert (row["id"], row["enabled"], row["runbook"]) == ("own-many-looks", True, None)


def test_all_is_told_of_it_and_its_runbook_stands_beside_it(config: str, tmp_path: Path) -> None:
    runbook = tmp_path / "own" / "many_looks.md"
    runbook.write_text("### 十秒看懂\n\n有人看得太多。\n\n", encoding="utf-8")
    add(config, "[detectors.own-many-looks]\nthreshold = 4\nmode = 'shadow'\n")
    said = offbook("detectors", "own-many-looks", "--config", config).stdout
    assert "own-many-looks  warning  (shadow: wakes nobody)" in said
    assert "threshold = 4  # whole number ≥ 1: looks in all (fires at 4 or more)" in said
    assert "Looks the same: a diligent one." in said
    assert f"runbook {runbook}" in said


def test_a_replay_finds_what_it_catches_and_explain_says_why(
    config: str, events: str, tmp_path: Path
) -> None:
    (tmp_path / "own" / "many_looks.md").write_text(
        "### 十秒看懂\n\n有人看得太多。\n\n", encoding="utf-8"
    )
    done = offbook("replay", events, "--config", config)
    assert done.returncode == 0
    newest = {alert["detector"]: alert for alert in alerts(done.stdout)}
    assert set(newest) == {"own-many-looks", "bulk-delete"}
    assert newest["own-many-looks"]["summary"]["zh"].endswith("1 小时内查看了 4 次。")
    file = tmp_path / "alerts.ndjson"
    file.write_text(done.stdout, encoding="utf-8")
    id_ = newest["own-many-looks"]["alert_id"]
    why = offbook("explain", id_, "--from", str(file), "--config", config).stdout
    assert "Catches an employee who looks at `threshold` records within `window`." in why
    assert "4 found, at least 3 needed" in why
    assert "many_looks.md" in why
    assert "有人看得太多。" in offbook(
        *("explain", id_, "--from", str(file), "--config", config, "--lang", "zh")
    ).stdout  # fmt: skip
    # Without the settings it is an alert of a detector that is not there.
    assert "no such detector" in offbook("explain", id_, "--from", str(file)).stdout


def test_it_can_be_replayed_alone_and_its_numbers_be_set_and_tuned(
    config: str, events: str
) -> None:
    alone = offbook("replay", events, "--detector", "own-many-looks", "--config", config)
    assert {alert["detector"] for alert in alerts(alone.stdout)} == {"own-many-looks"}
    wrong = offbook("replay", events, "--detector", "own-many-lok", "--config", config)
    assert "there is no detector own-many-lok; did you mean own-many-looks?" in wrong.stderr
    done = offbook(
        *("tune", "own-many-looks", "threshold", events, "--values", "5", "--config", config),
        "--json",
    )
    tried = {it["value"]: it["firing"]["warning"] for it in json.loads(done.stdout)["trials"]}
    assert tried == {"3": 1, "5": 0}
    add(config, "[detectors.own-many-looks]\nthreshold = 5\n")
    assert "own-many-looks" not in offbook("replay", events, "--config", config).stdout


def test_a_fraud_of_its_kind_can_be_labelled(config: str, events: str, tmp_path: Path) -> None:
    file, labels = tmp_path / "alerts.ndjson", tmp_path / "labels.json"
    file.write_text(offbook("replay", events, "--config", config).stdout, encoding="utf-8")
    looked = fraud("F-1", *(it.id for it in EVENTS[:4]), kind="own-many-looks")
    labels.write_bytes(encode_labels(Labels(COMPANY, (looked,))))
    done = offbook("score", str(file), str(labels), "--config", config, "--json")
    row = json.loads(done.stdout)["score"]["detectors"]
    assert "own-many-looks" in {it["detector"] for it in row}
    assert "no detector is called" not in done.stderr
    assert "no detector is called own-many-looks" in offbook("score", str(file), str(labels)).stderr


def test_one_that_is_refused_never_looks_like_nothing_found(config: str, events: str) -> None:
    broken(config)
    said = "REFUSED: detector own-broken: "
    done = offbook("replay", events, "--config", config)
    assert done.returncode == 1
    assert said in done.stderr
    assert "broken.py:1: is not Python: invalid syntax; mend that line" in done.stderr
    assert {alert["detector"] for alert in alerts(done.stdout)} == {"own-many-looks", "bulk-delete"}
    listed = offbook("detectors", "--config", config)
    assert (listed.returncode, said in listed.stderr) == (1, True)
    assert "own-many-looks  warning" in listed.stdout
    one = offbook("detectors", "own-broken", "--config", config)
    assert (one.returncode, said in one.stderr, one.stdout) == (1, True, "")
    tuned = offbook("tune", "own-broken", "n", events, "--values", "5", "--config", config)
    assert tuned.returncode == 2
    assert "broken.py:1: is not Python" in tuned.stderr
    chosen = offbook("replay", events, "--detector", "own-broken", "--config", config)
    assert (chosen.returncode, said in chosen.stderr) == (2, True)


def test_a_folder_that_is_not_there_stops_the_command(tmp_path: Path) -> None:
    file = tmp_path / "offbook.toml"
    file.write_text("detectors_path = '/nowhere'\n", encoding="utf-8")
    done = offbook("detectors", "--config", str(file))
    assert done.returncode == 2
    assert "detectors_path: there is no folder /nowhere; make it, or leave" in done.stderr


def test_one_that_raises_in_a_replay_is_told_with_its_line_and_no_word_of_the_data(
    config: str, events: str
) -> None:
    folder = Path(config).parent / "own"
    text = RULE.replace('keep("look")', 'keep({"x": 1}[edit.actor])')
    write(folder, text=text)
    done = offbook("replay", events, "--config", config)
    line = text[: text.index('{"x": 1}')].count("\n") + 1
    where = f"{folder / 'many_looks.py'}:{line}"
    assert f"FAILED: detector own-many-looks raised KeyError at {where} on " in done.stderr
    assert "E-1" not in done.stderr
    assert done.returncode == 1
