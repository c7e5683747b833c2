"""Runs a program to its end and says what it used."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

_ROOT = Path(__file__).parents[2]
#: How many seconds any of them may take.
_PATIENCE = 3600.0
_MARK = re.compile(r'\{"(cpu_at_first|read)": ([\d.]+)\}')


class FailedError(Exception):
    """A program did not end well; its text says what it said."""


class Used(Struct, frozen=True):
    """`cpu` are the processor seconds from the first event on, where the program marks it, `whole`
    all of them. `read` is how many events it says it read."""

    cpu: float
    whole: float
    mib: float
    read: int | None


@contextmanager
def one_core() -> Iterator[None]:
    """What is started meanwhile has one core, the last of ours."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(ours)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, ours)


def ran(command: Sequence[str], out: Path) -> Used:
    """Run it with its output in `out` and its complaints beside it. Raises `FailedError`."""
    complaints = out.with_suffix(".err")
    # Settings of whoever runs the benchmark are not the benchmark's.
    own = {name: text for name, text in os.environ.items() if not name.startswith("OFFBOOK_")}
    with out.open("wb") as stdout, complaints.open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=own, cwd=_ROOT)
    try:
        status, usage = _ended(process.pid)
    except BaseException:
        # Whoever ends the benchmark ends what it runs.
        process.kill()
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = complaints.read_text(errors="replace").strip().splitlines()
        raise FailedError(f"ended with {process.returncode}: {said[-1] if said else ''}")
    marks = marks_in(_ends(out))
    whole = usage.ru_utime + usage.ru_stime
    read = marks.get("read")
    return Used(
        whole - marks.get("cpu_at_first", 0.0),
        whole,
        usage.ru_maxrss / 1024,
        None if read is None else int(read),
    )


def _ended(pid: int) -> tuple[int, resource.struct_rusage]:
    """Wait for it. The kernel tells what one child used to whoever waits by wait4 alone."""
    given_up = time.monotonic() + _PATIENCE
    while True:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return status, usage
        if time.monotonic() > given_up:
            raise FailedError(f"has not ended within {_PATIENCE:.0f} s")
        time.sleep(0.1)


def marks_in(text: str) -> dict[str, float]:
    """What a program says of itself, by name."""
    return {name: float(value) for name, value in _MARK.findall(text)}


def _ends(file: Path) -> str:
    """The beginning and the end of it: between them may be a gigabyte of alerts."""
    with file.open("rb") as stream:
        first = stream.read(1000)
        stream.seek(max(file.stat().st_size - 1000, 0))
        return (first + stream.read()).decode(errors="replace")
