"""A worker process whose settings file changes while it runs."""

from __future__ import annotations

import asyncio
import json
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from contract.times import DAY, rfc3339
from offbook.cli.demo.server_process import free_port
from streams.settings.loading import load
from streams.settings.settings import CONFIG_VARIABLE
from streams.wire.topics import create_topics
from tests.cli.company import Record
from tests.integration.installation import Installation, Worker, settings_for
from tests.sinks.some_alerts import contents
from tests.streams.settings.own_rules import rule, write

pytestmark = pytest.mark.integration

BULK = "[detectors.bulk-delete]\n"


@dataclass
class Running:
    """One worker in all roles with a settings file."""

    worker: Worker
    installation: Installation
    config: Path | None
    sent: int = 0

    def write(self, text: str) -> None:
        """Put a new file in place at once, as an editor does."""
        assert self.config is not None
        fresh = self.config.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.config)

    def deletes(self, employee: str, count: int) -> None:
        """An employee deletes so many records, now."""
        self.sent += 1
        document = {
            "specversion": "1.0",
            "id": f"d-{self.sent}",
            "source": "//test.example",
            "type": "offbook.crm.edit.v1",
            "time": rfc3339(time.time_ns() // 1000),
            "data": {
                "actor": employee,
                "op": "delete",
                "object": {"type": "contact", "id": "K-1"},
                "count": count,
            },
        }
        record = Record("crm.edits", b"", employee.encode(), json.dumps(document).encode())
        asyncio.run(self.installation.produce([record], 0.0))

    def figures(self) -> dict[tuple[str, ...], float]:
        """All samples of ours by name and label values."""
        port = self.installation.settings.metrics_port
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
            families = parse(page.read().decode())
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }

    def alerts(self) -> dict[str, Any]:
        """The newest revision of each alert, by its employee."""
        newest = contents(self.installation.settings.redis_url).newest
        return {str(alert.employee): alert for alert in newest.values()}

    def until(self, condition: Callable[[], Any], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert self.worker.end is None, self.worker.tail()
            assert time.monotonic() < end, self.worker.tail()
            time.sleep(0.1)

    def logged(self, event: str) -> list[Any]:
        """Log lines of this event."""
        lines = [line for line in self.worker.log.read_text().splitlines() if line[:1] == "{"]
        return [said for said in map(json.loads, lines) if event in said["event"]]

    def taken(self, times: int) -> Callable[[], bool]:
        return lambda: len(self.logged("settings of the detectors taken")) == times


Start = Callable[[str | None], Running]


@pytest.fixture
def start(kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path) -> Iterator[Start]:
    workers: list[Worker] = []

    def begin(text: str | None) -> Running:
        environment = settings_for(kafka.bootstrap, redis_url, topic_prefix)
        environment["OFFBOOK_METRICS_PORT"] = str(free_port())
        environment["OFFBOOK_IDLE_AFTER"] = "1s"
        create_topics(load(None, environment))
        installation = Installation(environment, tmp_path)
        config = None
        if text is not None:
            config = tmp_path / "offbook.toml"
            config.write_text(text, encoding="utf-8")
            environment = {**environment, CONFIG_VARIABLE: str(config)}
        worker = Worker(environment, tmp_path / "worker.log")
        workers.append(worker)
        running = Running(worker, installation, config)
        # Detectors that lack reference data keep readiness from being whole.
        running.until(lambda: "partition loaded" in worker.log.read_text())
        return running

    yield begin
    for worker in workers:
        worker.kill()


def test_what_the_file_says_of_detectors_counts_without_a_restart(start: Start) -> None:
    service = start(BULK + "enabled = false\n")
    service.deletes("E-BEFORE", 30)

    # Started: the router sends it its events, and the monitor judges them.
    service.write(BULK + "threshold = 40\n")
    service.until(service.taken(1))
    service.deletes("E-1", 30)
    service.deletes("E-2", 50)
    service.until(lambda: service.alerts().keys() == {"E-2"})

    # A number: E-1 is judged anew with the next event.
    service.write(BULK + "threshold = 20\n")
    service.until(service.taken(2))
    service.deletes("E-1", 1)
    service.until(lambda: service.alerts().keys() == {"E-1", "E-2"})
    assert len(service.alerts()["E-1"].evidence) == 2

    # A wrong file: refused whole, and the one before goes on.
    service.write(BULK + "threshold = 1000\nwindw = '2h'\n")
    service.until(lambda: service.logged("settings refused"))
    figures = service.figures()
    assert figures["offbook_config_last_reload_successful",] == 0
    assert figures["offbook_config_last_reload_success_timestamp_seconds",] > time.time() - 600
    service.deletes("E-3", 20)
    service.until(lambda: "E-3" in service.alerts())
    [refused] = service.logged("settings refused")
    assert "windw: unknown parameter; did you mean window?" in refused["problems"][0]

    # Stopped: its alerts stand, nothing new is found, and nobody stumbles over its notebooks.
    service.write(BULK + "enabled = false\n")
    service.until(service.taken(3))
    assert service.figures()["offbook_config_last_reload_successful",] == 1
    service.deletes("E-3", 20)
    service.deletes("E-4", 20)
    stopped = service.alerts()
    service.write(BULK + "threshold = 20\n")
    service.until(service.taken(4))
    service.deletes("E-5", 20)
    service.until(lambda: "E-5" in service.alerts())
    found = service.alerts()
    assert found.keys() == {"E-1", "E-2", "E-3", "E-5"}
    assert all(found[name].revision == alert.revision for name, alert in stopped.items())
    assert all(alert.mode == "live" for alert in found.values())


def test_who_hears_of_an_alert_can_be_changed_while_it_is_open(start: Start) -> None:
    tomorrow = rfc3339(time.time_ns() // 1000 + DAY)
    allow = (
        f"[[detectors.bulk-delete.allow]]\nemployee = 'E-1'\nuntil = {tomorrow}\nreason = 'known'\n"
    )
    service = start(BULK + "mode = 'shadow'\n" + allow)
    url = service.installation.settings.redis_url
    service.deletes("E-1", 20)
    service.deletes("E-2", 20)
    service.until(lambda: service.alerts().keys() == {"E-1", "E-2"})
    one, two = (service.alerts()[name] for name in ("E-1", "E-2"))
    assert (one.mode, one.suppressed.reason) == ("shadow", "known")
    assert (two.mode, two.suppressed) == ("shadow", None)
    found = contents(url)
    assert (found.open, found.open_shadow.keys(), found.open_suppressed.keys()) == (
        {},
        {two.alert_id},
        {one.alert_id},
    )

    def counted(name: str) -> float:
        return sum(value for key, value in service.figures().items() if key[0] == name)

    names = [f"offbook_{kind}alerts_total" for kind in ("", "shadow_", "suppressed_")]
    service.until(lambda: [counted(name) for name in names] == [0, 1, 1])

    # Live and without the allowance: nothing moves before there is a next revision.
    service.write(BULK)
    assert service.config is not None
    service.worker.send(signal.SIGHUP)
    service.until(service.taken(1))
    assert contents(url).open == {}
    service.deletes("E-1", 1)
    service.deletes("E-2", 1)
    service.until(lambda: contents(url).open.keys() == {one.alert_id, two.alert_id})
    found = contents(url)
    assert found.open_shadow == found.open_suppressed == {}
    assert found.revisions == {one.alert_id: [1, 2], two.alert_id: [1, 2]}
    service.until(lambda: [counted(name) for name in names] == [2, 1, 1])
    log = service.worker.log.read_text()
    assert not any(name in log for name in ("E-1", "E-2", "known"))


def test_without_a_file_sighup_is_told_that_there_is_nothing_to_reload(start: Start) -> None:
    service = start(None)
    service.worker.send(signal.SIGHUP)
    service.until(lambda: service.logged("nothing to reload: started without --config"))
    assert ("offbook_config_last_reload_successful",) not in service.figures()
    service.worker.send(signal.SIGTERM)
    end = time.monotonic() + 30
    while service.worker.end is None:
        assert time.monotonic() < end, service.worker.tail()
        time.sleep(0.05)
    assert service.worker.end == 0


def test_a_detector_of_ones_own_counts_and_changes_without_a_restart(
    start: Start, tmp_path: Path
) -> None:
    deletes = rule("many-deletes", view="delete").replace(
        'keep("look")', 'keep("look", weight=edit.count)'
    )
    folder = tmp_path / "own"
    write(folder, "many_deletes.py", deletes)
    service = start(f"detectors_path = '{folder}'\n" + BULK + "enabled = false\n")
    service.deletes("E-1", 3)
    service.until(lambda: service.alerts().keys() == {"E-1"})
    assert service.alerts()["E-1"].detector == "own-many-deletes"
    raised = ("offbook_alerts_total", "own-many-deletes", "warning")
    service.until(lambda: service.figures()[raised] == 1)

    # Broken: told, and the code before goes on.
    write(folder, "many_deletes.py", "x =")
    service.until(lambda: service.logged("a detector of your own was refused"))
    assert service.figures()["offbook_refused_detectors", "own-many-deletes"] == 1
    service.deletes("E-2", 3)
    service.until(lambda: "E-2" in service.alerts())

    # Mended, with another number: SIGHUP has it read at once.
    write(folder, "many_deletes.py", deletes.replace("at_least(3", "at_least(5"))
    service.worker.send(signal.SIGHUP)
    service.until(lambda: service.figures()["offbook_refused_detectors", "own-many-deletes"] == 0)
    service.deletes("E-3", 3)
    service.deletes("E-4", 5)
    service.until(lambda: "E-4" in service.alerts())
    assert service.alerts().keys() == {"E-1", "E-2", "E-4"}
