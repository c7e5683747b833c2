"""Detectors of one's own while a worker runs: what is taken, what is refused, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from shutil import move

import pytest
import structlog

from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.service.refused import tell_refused
from streams.settings.own_detectors import known_detectors
from tests.streams.router.routing import until
from tests.streams.service.test_reload import TAKEN, Bench
from tests.streams.settings.own_rules import RULE, rule, write

REFUSED = "a detector of your own was refused; the others go on"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "own")
    return tmp_path / "own"


def run(folder: Path, work: Callable[[Bench], Awaitable[None]]) -> None:
    config = folder.parent / "offbook.toml"
    config.write_text(f"detectors_path = '{folder}'\n", encoding="utf-8")

    async def main() -> None:
        bench = Bench(config)
        tell_refused(known_detectors(str(folder)), bench.metrics, bench.health)
        async with bench.watching():
            await work(bench)

    asyncio.run(main())


def refused(bench: Bench, id_: str = "own-many-looks") -> float | None:
    return bench.metrics.registry.get_sample_value("offbook_refused_detectors", {"detector": id_})


def test_a_changed_file_is_taken_and_only_it_has_changed(folder: Path) -> None:
    async def work(bench: Bench) -> None:
        write(folder, text=RULE.replace("at_least(3", "at_least(7"))
        await until(lambda: bench.lines(TAKEN))
        assert bench.lines(TAKEN)[0]["changed"] == ["own-many-looks"]
        assert bench.judge.took[0]["own-many-looks"].params.threshold == 7  # type: ignore[attr-defined]

    run(folder, work)


def test_a_new_file_is_taken_and_has_metrics_of_its_own_and_one_that_goes_is_gone(
    folder: Path,
) -> None:
    async def work(bench: Bench) -> None:
        write(folder, "other.py", rule("other"))
        await until(lambda: len(bench.lines(TAKEN)) == 1)
        labels = {"detector": "own-other", "severity": "warning"}
        assert bench.metrics.registry.get_sample_value("offbook_alerts_total", labels) == 0
        (folder / "other.py").unlink()
        await until(lambda: len(bench.lines(TAKEN)) == 2)
        assert "own-other" in bench.judge.took[0]
        assert "own-other" not in bench.judge.took[1]

    run(folder, work)


def test_a_file_that_breaks_is_told_and_the_code_before_goes_on(folder: Path) -> None:
    async def work(bench: Bench) -> None:
        write(folder, text="x =")
        await until(lambda: bench.lines(REFUSED))
        [line] = bench.lines(REFUSED)
        assert line["detector"] == "own-many-looks"
        assert "many_looks.py:1: is not Python" in line["problem"]
        assert line["before_goes_on"] is True
        assert refused(bench) == 1
        check = bench.health.readiness().checks["detectors"]
        assert check.ok
        assert check.reason.startswith("the code before goes on: ")
        assert bench.judge.took == [], "nobody judges by anything else"
        # Settings are taken meanwhile, for the code that goes on.
        text = f"detectors_path = '{folder}'\n[detectors.own-many-looks]\nthreshold = 9\n"
        bench.write(text)
        await until(lambda: bench.judge.took)
        assert bench.judge.took[0]["own-many-looks"].params.threshold == 9  # type: ignore[attr-defined]
        write(folder)
        await until(lambda: refused(bench) == 0)
        assert bench.health.readiness().checks["detectors"].reason == ""

    run(folder, work)


def test_a_new_file_that_is_none_is_told_and_is_no_reason_to_refuse_the_settings(
    folder: Path,
) -> None:
    async def work(bench: Bench) -> None:
        write(folder, "other.py", "x =")
        await until(lambda: bench.lines(REFUSED))
        assert refused(bench, "own-other") == 1
        check = bench.health.readiness().checks["detectors"]
        assert not check.ok
        assert "other.py:1: is not Python: invalid syntax; mend that line" in check.reason
        assert bench.successful == 1

    run(folder, work)


def test_a_folder_that_goes_leaves_all_as_it_was(folder: Path) -> None:
    away = folder.with_name("away")

    async def work(bench: Bench) -> None:
        move(folder, away)
        await until(lambda: bench.successful == 0)
        assert bench.judge.took == []
        move(away, folder)
        await until(lambda: bench.successful == 1)

    run(folder, work)


def test_at_the_start_it_is_told_what_does_not_run(folder: Path) -> None:
    write(folder, text="x =")
    metrics, health = Metrics(), Health()
    with structlog.testing.capture_logs() as said:
        tell_refused(known_detectors(str(folder)), metrics, health)
    assert [line["event"] for line in said] == [REFUSED]
    assert not health.readiness().ok
    assert health.readiness().checks["detectors"].reason.startswith("do not run: ")
