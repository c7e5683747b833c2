"""The processes of the demo: `offbook worker` and `offbook desk`, as anybody would start them."""

from __future__ import annotations

import os
import sys
import urllib.request
from pathlib import Path

import offbook
from offbook.cli.demo.server_process import LOOPBACK, ServerProcess


class OurProcess(ServerProcess):
    """`offbook NAME` with the settings of `config`, in a process of its own."""

    def __init__(self, config: Path, port: int, directory: Path) -> None:
        super().__init__(port=port, directory=directory, deadline=45.0)
        self._config = config

    def command(self) -> list[str]:
        return [sys.executable, "-m", "offbook", self.name, "--config", str(self._config)]

    def environment(self) -> dict[str, str]:
        # It starts in another directory, and offbook may be importable from this one only.
        paths = [str(Path(offbook.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        return {"PYTHONPATH": os.pathsep.join(filter(None, paths))}

    def answers(self) -> bool:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/readyz", timeout=2):
            return True

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None


class WorkerProcess(OurProcess):
    """A worker with all roles."""

    name = "worker"


class DeskProcess(OurProcess):
    """The desk, whose readers are those of a file."""

    name = "desk"
