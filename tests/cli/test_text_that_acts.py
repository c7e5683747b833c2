"""Whatever others wrote, nothing that acts in a terminal reaches one."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contract.alert import Alert
from offbook.cli.terminal import AlertPrinter
from tests.cli.commands import alerts, offbook

#: A colour, a bell, a turned direction, a forged second line, a character nobody sees.
ACTS = "\x1b[31m\x07\u202e\n\u2028CRITICAL\u200b\x9b2J"
#: An attribute may have no control characters.
TURNS = "\u202e\u2066\u200b\ufeff\u2028"


def document(type_: str, id_: str, minute: int, **data: Any) -> bytes:
    whole = {
        "specversion": "1.0",
        "id": f"{id_}{TURNS}",
        "source": f"//crm{TURNS}.example",
        "type": f"offbook.{type_}.v1",
        "time": f"2026-03-02T09:{minute:02}:00+08:00",
        "data": data,
    }
    return json.dumps(whole, ensure_ascii=False).encode() + b"\n"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """Events whose names, differences, ids and file name all hold text that acts."""
    file = tmp_path / f"story{ACTS.replace('/', '')}.ndjson"
    file.write_bytes(
        document("reference.employee", "r-1", 0, employee="E-1", name=f"唐静{ACTS}")
        + document("endpoint.file", "f-1", 1, employee="E-1", action="delete", count=40)
        + document(
            "service.callback",
            "c-1",
            2,
            callback="CB-1",
            customer="C-1",
            employee="E-1",
            outcome="mismatch",
            differences={f"amount{ACTS}": {"company": f"8{ACTS}", "customer": [f"9{ACTS}"]}},
        )
        + b'{"specversion": "1.0"}\n'
    )
    return file


def assert_harmless(output: str) -> None:
    odd = {character for character in output if not character.isprintable()}
    acts = {character for character in odd - {"\n"} if unicodedata.category(character) != "Zs"}
    assert not acts, (acts, output)


def test_replay_and_explain(story: Path, tmp_path: Path) -> None:
    done = offbook("replay", str(story))
    assert_harmless(done.stdout)
    assert_harmless(done.stderr)
    told = alerts(done.stdout)
    assert {alert["detector"] for alert in told} >= {"bulk-delete", "callback-mismatch"}
    # To a machine the JSON says what was sent.
    assert told[0]["evidence"][0]["source"] == f"//crm{TURNS}.example"
    by_detector = {alert["detector"]: alert for alert in told}
    assert r"唐静\x1b[31m\x07\u202e\n" in by_detector["bulk-delete"]["summary"]["zh"]
    assert r"amount\x1b[31m" in by_detector["callback-mismatch"]["summary"]["en"]
    assert r"story\x1b[31m\x07\u202e\n\u2028CRITICAL\u200b\x9b2J.ndjson:4: " in done.stderr
    # One line a problem, whatever the file is called.
    assert len([line for line in done.stderr.splitlines() if "CRITICAL" in line]) == 1
    replayed = tmp_path / "alerts.ndjson"
    replayed.write_text(done.stdout, "utf-8")
    for alert in told:
        for more in (["--lang", "en"], ["--lang", "zh"], ["--json"]):
            said = offbook("explain", alert["alert_id"], "--from", str(replayed), *more)
            assert said.returncode == 0
            assert_harmless(said.stdout)
            assert_harmless(said.stderr)


def test_the_printer_of_the_demo(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printer = AlertPrinter("Asia/Shanghai")
    for line in offbook("replay", str(story)).stdout.splitlines():
        alert = msgspec.json.decode(line, type=Alert)
        printer.show(alert)
        # As an older version, or somebody else, may have written it.
        raw = msgspec.structs.replace(alert.summary, en=f"{alert.summary.en}{ACTS}")
        printer.show(msgspec.structs.replace(alert, alert_id="x", summary=raw, customer=ACTS))
    printer.line(f"Redis on {ACTS}")
    out = capsys.readouterr().out
    assert r"Redis on \x1b[31m" in out
    assert_harmless(out)


def test_validate_and_what_it_is_given(story: Path) -> None:
    done = offbook("validate", str(story))
    assert done.returncode == 1
    assert_harmless(done.stdout)
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay", f"/nowhere{ACTS}"],
        ["replay", "--until", ACTS, "/nowhere"],
        ["replay", f"--{ACTS}", "/nowhere"],
        ["replay", "--detector", ACTS, "/nowhere"],
        ["explain", ACTS, "--from", "/dev/null"],
        ["detectors", ACTS],
        ["detectors", "--config", f"/nowhere{ACTS}"],
        ["detectors", "--lang", ACTS],
        [f"replay{ACTS}"],
        ["worker", "--role", ACTS],
        ["score", f"/nowhere{ACTS}", "/nowhere"],
        ["tune", f"bulk-delete{ACTS}", "threshold", "/nowhere", "--values", "1"],
        ["tune", "bulk-delete", f"threshold{ACTS}", "/nowhere", "--values", ACTS],
    ],
)
def test_what_is_typed_is_quoted_harmlessly(arguments: list[str]) -> None:
    done = offbook(*arguments)
    assert done.returncode != 0
    assert_harmless(done.stderr)
    assert_harmless(done.stdout)


def test_settings(tmp_path: Path) -> None:
    config = tmp_path / "offbook.toml"
    quoted = json.dumps(ACTS)
    config.write_text(
        f"{quoted} = 1\ntimezone = {quoted}\nlog_format = {quoted}\n"
        f"[detectors.{quoted}]\n[detectors.bulk-delete]\n{quoted} = 1\nthreshold = {quoted}\n"
        f"[[detectors.bulk-delete.allow]]\n{quoted} = 1\n",
        encoding="utf-8",
    )
    done = offbook("detectors", "--config", str(config))
    assert done.returncode == 2
    assert_harmless(done.stderr)
    assert all(line.startswith("offbook: ") for line in done.stderr.splitlines())
    good = (
        f"[[detectors.bulk-delete.allow]]\nemployee = 'E'\nuntil = 2020-01-01\nreason = {quoted}\n"
    )
    config.write_text(good, encoding="utf-8")
    done = offbook("detectors", "bulk-delete", "--config", str(config))
    assert done.returncode == 0
    assert_harmless(done.stdout)
    assert r"\x1b[31m\x07\u202e\n" in done.stdout


def test_labels(story: Path, tmp_path: Path) -> None:
    replayed = tmp_path / "alerts.ndjson"
    replayed.write_text(offbook("replay", str(story)).stdout, "utf-8")
    for labels in ({ACTS: 1}, {"frauds": [ACTS]}, ACTS):
        file = tmp_path / "labels.json"
        file.write_text(json.dumps(labels), "utf-8")
        done = offbook("score", str(replayed), str(file))
        assert done.returncode == 2
        assert_harmless(done.stderr)
