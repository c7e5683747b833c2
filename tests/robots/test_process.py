"""`offbook robots` as a process of its own, to its end by SIGTERM."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import environment, offbook
from tests.robots.notifications import alert, payload
from tests.robots.stand_in import SECRET, TOKEN, StandIn

pytestmark = pytest.mark.integration


class Running:
    """The process, and where it listens."""

    def __init__(self, folder: Path, vendor: StandIn, timeout: str = "5s") -> None:
        for kind in ("dingtalk", "feishu", "wecom"):
            (folder / f"{kind}.url").write_text(vendor.url(kind))
        (folder / "secret").write_text(SECRET)
        (folder / "bearer").write_text("s3cret")
        (folder / "robots.toml").write_text(
            'port = 0\nbearer_token_file = "bearer"\nlog_format = "json"\n'
            f'timeout = "{timeout}"\n'
            '[robots.dingtalk]\nkind = "dingtalk"\nurl_file = "dingtalk.url"\n'
            'secret_file = "secret"\n'
            '[robots.feishu]\nkind = "feishu"\nurl_file = "feishu.url"\nsecret_file = "secret"\n'
            '[robots.wecom]\nkind = "wecom"\nurl_file = "wecom.url"\n'
        )
        self.log = folder / "log"
        with self.log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "offbook", "robots", "--config", "robots.toml"],
                cwd=folder,
                env=environment(),
                stderr=errors,
            )
        self.address = f"http://127.0.0.1:{self._port()}"

    def _port(self) -> int:
        deadline = time.monotonic() + 30
        while True:
            if found := re.search(r'"port": ?(\d+)', self.log.read_text()):
                return int(found[1])
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def metrics(self) -> str:
        """What Prometheus sees."""
        with urllib.request.urlopen(f"{self.address}/metrics", timeout=10) as page:
            return str(page.read().decode())

    def post(self, robot: str, body: Any) -> int:
        request = urllib.request.Request(
            f"{self.address}/{robot}", json.dumps(body).encode(), {"Authorization": "Bearer s3cret"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


@contextlib.contextmanager
def running(folder: Path, vendor: StandIn, timeout: str = "5s") -> Iterator[Running]:
    it = Running(folder, vendor, timeout)
    try:
        yield it
    finally:
        if it.process.poll() is None:
            it.process.kill()
        it.process.wait(20)


def test_sigterm_finishes_what_is_in_hand(tmp_path: Path) -> None:
    with StandIn() as vendor, running(tmp_path, vendor) as receiver:
        assert receiver.post("feishu", payload(alert())) == 200
        # The first attempt takes all of its five seconds; the signal comes meanwhile.
        vendor.script["dingtalk"].append("hang")
        told: list[int] = []
        posting = threading.Thread(
            target=lambda: told.append(receiver.post("dingtalk", payload(alert())))
        )
        posting.start()
        deadline = time.monotonic() + 10
        while vendor.attempts["dingtalk"] == 0:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        receiver.process.send_signal(signal.SIGTERM)
        posting.join(30)
        assert told == [200]
        assert receiver.process.wait(20) == 0
        assert len(vendor.received["dingtalk"]) == 1
        log = receiver.log.read_text()
        assert '"ended"' in log
        for secret in (TOKEN, SECRET, "s3cret", "CU-1017"):
            assert secret not in log


def test_settings_that_are_wrong_are_told_one_line_each(tmp_path: Path) -> None:
    config = tmp_path / "robots.toml"
    config.write_text("prot = 1\n[robots.it]\nkind = 'wecom'\n")
    done = offbook("robots", "--config", str(config))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"offbook: {config}: prot: unknown setting; did you mean port?",
        f"offbook: {config}: robots.it: url_file: is missing",
    ]
