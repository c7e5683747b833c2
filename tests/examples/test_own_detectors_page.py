"""docs/own-detectors.md: its commands are run as they stand there, and say what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from detectors.facts.entity import ABOUT
from detectors.facts.view import View
from streams.settings.settings import Settings
from tests.cli.commands import ROOT, environment

PAGES = ["docs/own-detectors.md", "docs/own-detectors.zh.md"]
RULE = ROOT / "examples" / "own_detector" / "quote_peeking.py"

page = pytest.mark.parametrize("path", PAGES)


def blocks(path: str, kind: str) -> list[str]:
    """The fenced blocks of a kind, in order."""
    text = (ROOT / path).read_text("utf-8")
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [said for its, said in fences if its == kind]


@page
def test_the_file_it_shows_is_the_example(path: str) -> None:
    assert blocks(path, "python") == [RULE.read_text("utf-8")]


@page
def test_from_nothing_to_an_alert(path: str, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    offbook = f'offbook() {{ "{sys.executable}" -m offbook "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-c", "set -eu\n" + offbook + "".join(blocks(path, "sh"))],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    checked, told, refused = blocks(path, "")
    assert checked in done.stdout
    assert told in done.stdout
    assert "own-quote-peeking  warning  (shadow: wakes nobody)" in done.stdout
    # And what it says of a file that is none.
    with (tmp_path / "own_detectors" / "quote_peeking.py").open("a", encoding="utf-8") as file:
        file.write("x = (\n")
    broken = subprocess.run(
        ["bash", "-c", offbook + "offbook replay peeking.ndjson --config offbook.toml"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert broken.returncode == 1
    assert re.sub(r":\d+:", ":", refused) in re.sub(r":\d+:", ":", broken.stderr)


def test_both_pages_have_the_same_commands_and_tables_of_settings() -> None:
    one, other = (
        [re.sub(r" --lang zh|\s*#.*", "", it) for it in blocks(path, "sh")] for path in PAGES
    )
    assert one == other
    assert hasattr(Settings(), "detectors_path")


@page
def test_every_entity_that_an_event_is_about_is_in_its_row(path: str) -> None:
    rows = re.findall(
        r"^\| (`[A-Z]\w+`.*?) \| (.*) \|$", (ROOT / path).read_text("utf-8"), re.MULTILINE
    )
    told = {
        (type_, entity)
        for types, entities in rows
        for type_ in re.findall(r"`(\w+)`", types)
        for entity in re.findall(r"`(\w+)`", entities)
    }
    about = {(data.__name__, kind) for data, kind in ABOUT}
    types, kinds = {type_ for type_, _ in about}, {kind for _, kind in about}
    assert {it for it in told if it[0] in types and it[1] in kinds} == about


@page
def test_what_a_fact_and_a_view_have_is_there(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    fact, view = re.findall(r"^\| .*`(?:Fact|view)`.*$(?s:.*?)\n\n", text, re.MULTILINE)
    assert {"at", "role", "about", "weight", "fields", "anchor"} <= set(
        re.findall(r"`(\w+)`", fact)
    )
    for name in re.findall(r"^\| `(\w+)", view.partition("\n")[2], re.MULTILINE):
        assert name in View.__annotations__ or hasattr(View, name)


@pytest.mark.parametrize(
    "path", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/settings.md"]
)
def test_there_is_a_way_to_it(path: str) -> None:
    assert re.search(r"own-detectors(\.zh)?\.md", (ROOT / path).read_text("utf-8"))
