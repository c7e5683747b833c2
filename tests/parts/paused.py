"""A server that stands still for a while: connected, and answering nobody."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from offbook.cli.demo.server_process import ServerProcess


@contextmanager
def paused(server: ServerProcess) -> Iterator[None]:
    """Stop every thread of `server`, a child of ours, for the time of the block."""
    pid = server.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        # On a busy machine a thread may still answer for some milliseconds after the signal.
        os.waitid(os.P_PID, pid, os.WSTOPPED)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
