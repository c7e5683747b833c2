"""Stands in for Alertmanager where it has to misbehave, or its requests are to be counted."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Scripted:
    """What it was posted, and what it answers: the status for the alerts of a request."""

    url: str = ""
    answer: Callable[[list[dict[str, Any]]], int] = lambda _: 200
    requests: list[tuple[float, list[dict[str, Any]]]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    authorization: set[str | None] = field(default_factory=set)

    def alerts(self) -> list[str]:
        """The ids of all that it has taken, as often as it was."""
        return [it["labels"]["alert_id"] for it in self.taken]


@contextmanager
def scripted() -> Iterator[Scripted]:
    """It listens on a free port."""
    it = Scripted()

    class Receiver(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            alerts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            it.requests.append((time.monotonic(), alerts))
            it.paths.add(self.path)
            it.authorization.add(self.headers["Authorization"])
            status = it.answer(alerts)
            if status == 200:
                it.taken += alerts
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        it.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield it
        finally:
            server.shutdown()
