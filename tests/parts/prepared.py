"""Processes of ours, forked from one in which what they import is there already: most of the second
that one takes to start is imports, and the tests start hundreds."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from runpy import run_module

ROOT = Path(__file__).parents[2]

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "__main__",
        "tests.parts.prepared",
        "desk.service",
        "offbook.cli.alerts.allowance_pages",
        "offbook.cli.alerts.session",
        "offbook.cli.app",
        "offbook.cli.explain.explanation_text",
        "offbook.cli.files.produce",
        "offbook.cli.files.replay",
        "offbook.cli.quality.scoring",
        "offbook.cli.quality.tune",
        "sinks.delivery.delivery",
        "streams.monitor.monitor",
        "streams.monitor.reference.reader",
        "streams.router.router",
        "streams.service.notification",
        "streams.service.worker",
    ]
)


class Prepared:
    """`python -m MODULE ARGUMENTS…`, with what it says in a file; the rest is as of a `Popen`.

    `environment` is all of its environment. It reads `input_`, which is closed here; without,
    nothing. `err` is where its errors go, if not to `out`.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        environment: dict[str, str],
        out: Path,
        err: Path | None = None,
        input_: Connection | None = None,
        cwd: Path = ROOT,
    ) -> None:
        self.args = [module, *arguments]
        if input_ is None:
            input_, feed = pipe()
            feed.close()
        self._process = _CONTEXT.Process(
            target=_become,
            args=(module, tuple(arguments), environment, input_, out, err or out, cwd),
            # Nobody waits for one that a failed test has left behind.
            daemon=True,
        )
        self._process.start()
        input_.close()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Its status once it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end: its status. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


def pipe() -> tuple[Connection, Connection]:
    """What a process reads, and where that is written."""
    return _CONTEXT.Pipe(duplex=False)


def _become(
    module: str,
    arguments: Sequence[str],
    environment: dict[str, str],
    input_: Connection,
    out: Path,
    err: Path,
    cwd: Path,
) -> None:
    """Become the program: its environment, its arguments, its streams."""
    # What is imported is no garbage, and to look at it copies the pages that it lies on.
    gc.freeze()
    # To multiprocessing it is a daemon, which may have no children of its own; a program may.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = [module, *arguments]
    os.dup2(input_.fileno(), 0)
    input_.close()
    for number, file in ((1, out), (2, err)):
        with file.open("ab") as stream:
            os.dup2(stream.fileno(), number)
    with (
        open(0, encoding="utf-8") as sys.stdin,
        open(1, "w", encoding="utf-8", closefd=False) as sys.stdout,
        open(2, "w", encoding="utf-8", closefd=False, buffering=1) as sys.stderr,
    ):
        run_module(module, run_name="__main__", alter_sys=True)
