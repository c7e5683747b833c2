from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from contract.label import decode_labels
from tests.cli.commands import environment, offbook
from tests.simulation.simulated import SMALL, lines

OPTIONS = (
    "--days", "25", "--reps", "8", "--customers", "120", "--fraud-rate", "1", "--seed", "5",
)  # fmt: skip


def test_events_go_to_standard_output_and_labels_to_the_file(tmp_path: Path) -> None:
    labels = tmp_path / "labels.json"
    done = offbook("simulate", *OPTIONS, "--start", "2026-01-05", "--labels", str(labels))
    assert done.returncode == 0
    text, expected = lines(SMALL)
    assert done.stdout.encode() == text
    assert decode_labels(labels.read_bytes()) == expected
    assert f"{len(expected.frauds)} frauds" in done.stderr
    assert f"labels in {labels}" in done.stderr
    assert labels.stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert list(tmp_path.iterdir()) == [labels]


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def test_what_it_writes_can_be_replayed_from_a_pipe(tmp_path: Path) -> None:
    made = offbook("simulate", *OPTIONS, "--labels", str(tmp_path / "labels.json"))
    done = offbook("replay", "-", stdin=made.stdout.encode())
    assert done.returncode == 0
    assert "0 bad lines" in done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--days", "0"], "offbook: --days: must be 1 to 3660\n"),
        (["--fraud-rate", "2"], "offbook: --fraud-rate: must be 0 to 1\n"),
        (["--start", "5.1.2026"], "offbook: --start: expected a day such as 2026-01-05\n"),
        (["--start", "1999-01-05"], "offbook: --start: must be a day from 2010 to 2040"),
        (["--labels", "/nowhere/labels.json"], "offbook: /nowhere/labels.json: cannot be written"),
        (["--labels", "/tmp"], "offbook: /tmp: cannot be written: Is a directory\n"),
        (["--days", "some"], "Invalid value for '--days'"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_status_two(
    arguments: list[str], says: str
) -> None:
    done = offbook("simulate", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", ["its reader goes away", "SIGTERM"])
def test_labels_of_before_stay_when_it_is_ended_by(how: str, tmp_path: Path) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text("of before")
    process = subprocess.Popen(
        [sys.executable, "-m", "offbook", "simulate", *OPTIONS, "--labels", str(labels)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    process.stdout.readline()
    if how == "SIGTERM":
        # The pipe is full, and it waits for a reader.
        process.terminate()
    else:
        process.stdout.close()
    with process:
        ended = {"SIGTERM": 128 + signal.SIGTERM, "its reader goes away": 128 + signal.SIGPIPE}
        assert process.wait(60) == ended[how]
    assert labels.read_text() == "of before"
    assert list(tmp_path.iterdir()) == [labels]
