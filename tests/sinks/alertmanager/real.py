"""A real Alertmanager of a test's own, and a receiver that keeps what it is paged."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

CONFIG = Path(__file__).parents[3] / "deploy/alertmanager/alertmanager.yml"


def config(pager: str, **waits: str) -> dict[str, Any]:
    """Our configuration with its routes and inhibitions, but all receivers post to `pager`, to the
    path of their name, and every wait of a route is as given."""
    found: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    found["receivers"] = [
        {
            "name": it["name"],
            "webhook_configs": [{"url": f"{pager}/{it['name']}", "send_resolved": True}],
        }
        if "webhook_configs" in it
        else {"name": it["name"]}
        for it in found["receivers"]
    ]
    routes = [found["route"]]
    while routes:
        route = routes.pop()
        route.update(waits)
        routes += route.get("routes", [])
    return found


class Pager:
    """Keeps every notification posted: (receiver, payload)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.posted: list[tuple[str, dict[str, Any]]] = []

    def told(self, status: str = "firing") -> list[tuple[str, str, str]]:
        """(receiver, alert, severity) each time that it stood in a notification with this status,
        if it did not stand in the one before of that group: what somebody reads as news."""
        found: list[tuple[str, str, str]] = []
        before: dict[str, set[tuple[str, str]]] = {}
        for receiver, payload in list(self.posted):
            now = {
                (it["labels"]["alert_id"], it["labels"]["severity"])
                for it in payload["alerts"]
                if it["status"] == status
            }
            found += [
                (receiver, *it) for it in sorted(now - before.get(payload["groupKey"], set()))
            ]
            before[payload["groupKey"]] = now
        return found

    def pages(self) -> int:
        """How many notifications there were."""
        return len(self.posted)


@contextmanager
def pager() -> Iterator[Pager]:
    """A receiver on a free port."""

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            caught.posted.append((self.path.removeprefix("/"), json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        caught = Pager(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield caught
        finally:
            server.shutdown()


class Alertmanager:
    """One that can be stopped and started again, with what it keeps in `folder`."""

    def __init__(self, binary: str, folder: Path, settings: dict[str, Any]) -> None:
        self._binary, self._folder = binary, folder
        (folder / "config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.address}"

    def start(self) -> None:
        """Start, and wait until it is ready."""
        log = self._folder / "log"
        with log.open("ab") as errors:
            self._server = subprocess.Popen(
                [
                    self._binary,
                    f"--config.file={self._folder / 'config.yml'}",
                    f"--storage.path={self._folder / 'data'}",
                    f"--web.listen-address={self.address}",
                    "--cluster.listen-address=",
                ],
                stdout=errors,
                stderr=errors,
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2):
                    return
            except OSError as error:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(log.read_text()) from error
                time.sleep(0.1)

    def stop(self) -> None:
        """End it as a supervisor does: it writes down whom it has notified of what."""
        server, self._server = self._server, None
        if server is not None:
            server.terminate()
            server.wait(20)

    def alerts(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What it holds for firing, by alert and severity."""
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=10) as answer:
            found = json.load(answer)
        return {(it["labels"]["alert_id"], it["labels"]["severity"]): it for it in found}


def binary() -> str:
    """The path of the program. Where it is absent the test is skipped, save on CI: there it
    fails."""
    path = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if path is None:
        why = "alertmanager is not on the PATH (Debian: prometheus-alertmanager)"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return path
