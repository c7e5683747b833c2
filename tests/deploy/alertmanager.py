"""A real Alertmanager, for as long as a test needs it."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml


@contextmanager
def running_alertmanager(binary: str, config: Any, folder: Path) -> Iterator[str]:
    """The URL of one with this configuration, that keeps what it has in `folder`."""
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    log = folder / "alertmanager.log"
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [
                binary,
                f"--config.file={folder / 'config.yml'}",
                f"--storage.path={folder / 'data'}",
                f"--web.listen-address={address}",
                "--cluster.listen-address=",
            ],
            stderr=errors,
        )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://{address}/-/ready", timeout=2):
                    break
            except OSError as error:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(log.read_text()) from error
                time.sleep(0.1)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(20)
