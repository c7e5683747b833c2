"""When a file stands still: on a clock of the test's own, without Kafka."""

from __future__ import annotations

import os
from pathlib import Path

from connectors.receiving.figures import Figures
from connectors.receiving.folder import FolderWatch
from connectors.receiving.intake import Intake
from connectors.receiving.jobs import load_jobs
from connectors.receiving.outbox import Outbox
from connectors.receiving.settings import Folder
from sinks.health import Health
from sinks.tally import Tally
from streams.settings.settings import Settings
from tests.connectors.receiving.running import payments


def test_a_file_is_still_when_neither_size_nor_time_nor_file_has_changed_for_long_enough(
    tmp_path: Path,
) -> None:
    page, inbox = tmp_path / "bank.toml", tmp_path / "in"
    inbox.mkdir()
    receive = 'folder = { path = "in", pattern = "*.csv", still = "5s" }'
    page.write_text(payments("csv", receive), "utf-8")
    (job,) = load_jobs([str(page)])
    assert isinstance(job.receiving, Folder)
    health, figures, now = Health(), Figures(["bank"]), [100.0]
    intake = Intake(job, Outbox(Settings(), [], [], health), figures, Tally("x"))
    watch = FolderWatch(intake, job.receiving, figures, health, lambda: now[0])

    def after(seconds: float) -> list[str]:
        now[0] += seconds
        return watch._look()

    one, two = inbox / "one.csv", inbox / "two.csv"
    one.write_text("no\n")
    assert after(0) == []
    assert after(4.9) == []
    with one.open("a") as growing:
        growing.write("1\n")
    assert after(0.1) == []
    assert after(4.9) == []
    # As large, but written again.
    os.utime(one, ns=(1, 1))
    assert after(0.1) == []
    assert after(4) == []
    # Another file of the same name, size and time.
    twin = inbox / "twin.part"
    twin.write_text(one.read_text())
    os.utime(twin, ns=(1, 1))
    twin.replace(one)
    assert after(1) == []
    two.write_text("no\n")
    assert after(4) == []
    assert after(1) == ["one.csv"]
    # The oldest first, and what is gone is forgotten.
    assert after(5) == ["one.csv", "two.csv"]
    one.unlink()
    assert after(0) == ["two.csv"]
    one.write_text("no\n")
    assert after(0) == ["two.csv"]
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "folder.csv").mkdir()
    (inbox / "link.csv").symlink_to(two)
    for name in ("~$a.csv", ".a.csv"):
        (inbox / name).write_text("no\n")
    after(0)
    assert after(99) == ["two.csv", "one.csv"]
    intake.close()
