"""Our Alertmanager configuration, and a real Alertmanager for as long as a test needs it."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

CONFIG = Path(__file__).parents[2] / "deploy/alertmanager/alertmanager.yml"


def filled_in(name: str) -> str:
    """The text of our configuration once the # is away from a receiver that is a remark in it."""
    text = CONFIG.read_text("utf-8")
    (remark,) = re.findall(rf"^  # - name: {name}\n(?:  #   .*\n)+", text, re.MULTILINE)
    return text.replace(remark, re.sub(r"^  # ", "  ", remark, flags=re.MULTILINE))


def remark(name: str) -> dict[str, Any]:
    """That receiver."""
    receivers = yaml.safe_load(filled_in(name))["receivers"]
    (receiver,) = [it for it in receivers if it["name"] == name]
    assert isinstance(receiver, dict)
    return receiver


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
