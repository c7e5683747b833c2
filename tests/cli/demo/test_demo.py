from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from offbook.cli.demo.story import story
from tests.cli.commands import ROOT, environment

pytestmark = pytest.mark.integration


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "offbook", "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(OFFBOOK_KAFKA_BOOTSTRAP="127.0.0.1:1"),
    )


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_the_demo_shows_the_frauds_and_ends_by_itself() -> None:
    process = start("--rate", "60")
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors
    assert "Redis has exactly what `offbook replay` finds firing in the same events." in output
    for shown in ("CRITICAL 60", "offbook-payment", "离职前后删除资料", "郑凯", "docs/runbooks/"):
        assert shown in output
    assert re.search(r"The worst case: http://127\.0\.0\.1:\d+/alerts/[a-z-]+-[0-9a-f]{16}", output)
    assert "What to try next:" in output
    assert "\x1b" not in output, "no colours in a pipe"
    first = re.search(r"the first after (\d+) s", output)
    assert first is not None
    assert int(first[1]) < 60, "20 s on a machine of its own; tests share theirs"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_behind(how: signal.Signals) -> None:
    process = start()
    deadline = time.monotonic() + 30
    while len(found := children(process)) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(found) >= 3, "broker, Redis and worker are up"
    directories = {child.cwd() for child in found}
    os.kill(process.pid, how)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + how
    assert "Traceback" not in errors
    _, alive = psutil.wait_procs(found, timeout=10)
    assert alive == []
    assert not any(Path(directory).exists() for directory in directories if "offbook" in directory)


def test_the_bundled_story_is_found() -> None:
    assert all(file.is_file() for file in story())


def test_make_demo_is_the_demo() -> None:
    """`python -m` of a module without a main does nothing at all, and that successfully."""
    planned = subprocess.run(
        ["make", "--no-print-directory", "-n", "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert planned.stdout.splitlines()[-1].endswith("python -m offbook demo")
