"""`make detector`: what is laid out for a new detector, and what its test says then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from detectors.rules.catalogue import ROOMS
from scaffold.__main__ import LayoutError, lay_out

ROOT = Path(__file__).parents[2]
NAME = "two-managers-one-order"
PARTS = ("contract", "detectors", "offbook", "scaffold", "sinks", "streams", "scoring", "tests")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the repository, as far as a detector and its test need it."""
    for part in PARTS:
        copytree(ROOT / part, tmp_path / part, ignore=ignore_patterns("__pycache__"))
    copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "docs" / "runbooks").mkdir(parents=True)
    for file in ("pyproject.toml", "Makefile", "requirements.lock"):
        (tmp_path / file).write_bytes((ROOT / file).read_bytes())
    return tmp_path


def python(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_rule_test_and_runbook_are_laid_out_and_its_test_fails_until_it_says_something(
    checkout: Path,
) -> None:
    done = python(checkout, "-m", "scaffold", NAME, "orders")
    assert (done.returncode, done.stderr) == (0, "")
    for file in (
        "detectors/rules/orders/two_managers_one_order.py",
        "tests/detectors/orders/test_two_managers_one_order.py",
        "docs/runbooks/two-managers-one-order.md",
    ):
        assert f"  {file}\n" in done.stdout
        assert (checkout / file).is_file()
    assert f"{NAME}  warning" in python(checkout, "-m", "offbook", "detectors", NAME).stdout
    test = "tests/detectors/orders/test_two_managers_one_order.py"
    failed = python(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", test)
    assert failed.returncode == 1
    assert "say what makes it fire" in failed.stdout
    assert "write a test of its own for the near miss" in failed.stdout


def test_what_is_laid_out_keeps_the_style(checkout: Path) -> None:
    files = [str(file) for file in lay_out(checkout, NAME, "orders") if file.suffix == ".py"]
    for command in (["check"], ["format", "--check"]):
        done = python(checkout, "-m", "ruff", *command, *files)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "room", "says"),
    [
        ("Two Managers", "orders", "use two or more small words with hyphens"),
        ("ghost", "orders", "use two or more small words with hyphens"),
        ("", "", "use two or more small words with hyphens"),
        (NAME, "", f"say which room it is about (the rooms: {', '.join(ROOMS)})"),
        (NAME, "order", "there is no room order; did you mean orders? (the rooms: money, "),
        ("ghost-deal", "money", "detectors/rules/orders/ghost_deal.py is there already"),
    ],
)
def test_what_cannot_be_laid_out_is_told_with_what_can(name: str, room: str, says: str) -> None:
    with pytest.raises(LayoutError) as caught:
        lay_out(ROOT, name, room)
    assert says in str(caught.value)


def test_make_hands_on_name_and_room() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert '@$(PY) -m scaffold "$(NAME)" "$(ROOM)"' in makefile
