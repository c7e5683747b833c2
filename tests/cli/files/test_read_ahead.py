"""Reading in a process of its own: the same to the last word, and no end of either hangs the other.

Each test forks from a process of one thread, as the command is, and not from pytest's.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from offbook.cli.files.ndjson import sources
from offbook.cli.files.read_ahead import WORTH_A_PROCESS, worth_it
from tests.cli.commands import environment
from tests.cli.files.test_in_time_order import LINES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")

BEGINNING = """
import os, signal, sys
from contextlib import contextmanager, nullcontext
from multiprocessing import active_children
from offbook.cli.files.in_time_order import InTimeOrder
from offbook.cli.files.ndjson import InputError, sources
from offbook.cli.files.read_ahead import read_ahead

def all_of(how, files, limit):
    bad, went = [], []
    complain = lambda place, rejected: bad.append((place, rejected))
    with (
        sources(files, once=True) as inputs,
        InTimeOrder(inputs, complain, limit=limit) as here,
        how(here) as documents,
    ):
        documents.read(went.append)
        reference = [*documents.reference(went.append)]
        others = [*documents.others(went.append)]
        return documents.count, reference, others, bad, sum(went)

@contextmanager
def reading(files):
    with (
        sources(files, once=True) as inputs,
        InTimeOrder(inputs, lambda *_: None) as here,
        read_ahead(here) as documents,
    ):
        yield documents
"""


def view(number: int) -> bytes:
    data = {"actor": f"E-{number % 40}", "op": "view", "object": {"type": "contact", "id": "K-1"}}
    head = {"specversion": "1.0", "source": "//crm.example", "type": "offbook.crm.edit.v1"}
    moment = f"2026-03-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
    return json.dumps({**head, "id": f"view-{number}", "time": moment, "data": data}).encode()


def begun(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BEGINNING + script, *arguments],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(script: str, *arguments: str) -> tuple[str, str]:
    with begun(script, *arguments) as process:
        return process.communicate(timeout=120)


@pytest.fixture
def much(tmp_path: Path) -> str:
    """More than a pipe holds, with something of everything in it, in no order."""
    lines = [*LINES, *map(view, range(5000))]
    Random(1).shuffle(lines)
    (tmp_path / "much").write_bytes(b"\n".join(lines))
    return str(tmp_path / "much")


def test_it_gives_what_is_read_without_it(tmp_path: Path, much: str) -> None:
    lines = Random(2).sample(LINES, len(LINES))
    packed = tmp_path / "some.gz"
    packed.write_bytes(gzip.compress(b"\n".join(lines)))
    script = """
for limit in (1, 20_000, 1 << 30):
    apart = all_of(read_ahead, sys.argv[1:], limit)
    assert apart == all_of(nullcontext, sys.argv[1:], limit)
    assert apart[1] and apart[2] and apart[3] and any(double for *_, double, _ in apart[2])
    print(active_children())
"""
    assert said(script, much, str(packed)) == ("[]\n" * 3, "")


def test_a_file_that_is_cut_off_is_told_as_without_it(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(b"\n".join(LINES))[:-100])
    script = """
for how in (read_ahead, nullcontext):
    try:
        all_of(how, sys.argv[1:], 1 << 30)
    except InputError as error:
        print(error)
"""
    out, err = said(script, str(cut))
    apart, without = out.splitlines()
    assert apart == without
    assert "cut.gz: cannot be read" in apart
    assert err == ""


def test_who_reads_is_killed_and_who_waits_says_so(much: str) -> None:
    script = """
with reading(sys.argv[1:]) as documents:
    documents.read()
    [child] = active_children()
    os.kill(child.pid, signal.SIGKILL)
    try:
        print(len([*documents.reference()] + [*documents.others()]))
    except InputError as error:
        print(error)
"""
    assert said(script, much) == ("the process that reads the files was ended by signal 9\n", "")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_who_waits_is_ended_and_nobody_goes_on_reading(much: str, end: signal.Signals) -> None:
    script = """
with reading(sys.argv[1:]) as documents:
    documents.read()
    [child] = active_children()
    print(child.pid, flush=True)
    signal.pause()
"""
    with begun(script, much) as process:
        assert process.stdout is not None
        reader = int(process.stdout.readline())
        process.send_signal(end)
        process.wait(30)
        deadline = time.monotonic() + 30
        while Path(f"/proc/{reader}").exists():
            assert time.monotonic() < deadline, "it reads on"
            time.sleep(0.02)


def test_of_an_error_nobody_foresaw_no_text_is_told(much: str) -> None:
    script = """
def fails(*_):
    raise KeyError("C-1 of Zhang San")

InTimeOrder.read = fails
try:
    all_of(read_ahead, sys.argv[1:], 1 << 30)
except InputError as error:
    print(error)
"""
    out, err = said(script, much)
    assert out == "the process that reads the files failed\n"
    assert "KeyError" in err
    assert "in fails" in err
    assert "C-1" not in err
    assert "Zhang" not in err


def test_a_large_replay_has_it_where_there_is_a_second_core_and_says_the_same(
    tmp_path: Path,
) -> None:
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        pytest.skip("there is one core")
    file, number = tmp_path / "large.ndjson", 0
    with file.open("wb") as lines:
        lines.write(b"\n".join(LINES) + b"\n")
        while lines.tell() < WORTH_A_PROCESS:
            lines.write(view(number) + b"\n")
            number += 1
    script = """
from detectors.rules.catalogue import DETECTORS
from offbook.cli.files.replay import replay
from streams.settings.settings import Settings

def on(cores):
    os.sched_setaffinity(0, cores)
    alerts, readers, lines = [], [], []
    def emit(alert):
        alerts.append(alert)
        readers.append(len(active_children()))
    done = replay(sys.argv[1:], Settings(), DETECTORS, emit, lines.append)
    return readers[0], (alerts, lines, done.summary())

cores = os.sched_getaffinity(0)
(alone, one), (ahead, two) = on({min(cores)}), on(cores)
print(alone, ahead, len(one[0]) > 20, one == two)
"""
    assert said(script, str(file)) == ("0 1 True True\n", "")


def test_what_is_small_and_what_is_no_file_is_read_without_it(tmp_path: Path) -> None:
    small, pipe = tmp_path / "small", tmp_path / "pipe"
    small.write_bytes(view(1))
    os.mkfifo(pipe)
    with pipe.open("r+b", buffering=0) as feed:
        feed.write(view(1))
        for name in (small, pipe):
            with sources([str(name)], once=True) as inputs:
                assert not worth_it(inputs)
