"""The settings file while a worker runs: what is taken, what is refused, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog

from detectors.language.detector import Detector
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.service.reload import ConfigFile, Reload
from streams.settings.loading import load
from tests.streams.router.routing import until

GOOD = "[detectors.bulk-delete]\nthreshold = 30\n"
OTHER = "[detectors.bulk-delete]\nthreshold = 40\n"

TAKEN = "settings of the detectors taken"
REFUSED = "settings refused; those taken before go on"
WAITS = "settings have changed that need a restart; they stay as they are"


class Judge:
    """A role that is told by which detectors to judge; `took` has what it was told, each time."""

    def __init__(self) -> None:
        self.took: list[dict[str, Detector]] = []

    def use(self, detectors: Sequence[Detector], /) -> None:
        self.took.append({detector.id: detector for detector in detectors})

    @property
    def thresholds(self) -> list[int | None]:
        """Of bulk-delete, None where it was stopped."""
        found = (detectors.get("bulk-delete") for detectors in self.took)
        return [None if one is None else one.params.threshold for one in found]  # type: ignore[attr-defined]


@dataclass
class Bench:
    """A file, its watch, and what came of it."""

    path: Path
    judge: Judge = field(default_factory=Judge)
    metrics: Metrics = field(default_factory=Metrics)
    health: Health = field(default_factory=Health)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    said: list[Any] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Put a new file in place at once, as an editor does."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.path)

    @asynccontextmanager
    async def watching(
        self, env: dict[str, str] | None = None, every: float = 0.02
    ) -> AsyncIterator[Bench]:
        env = env or {}
        config = ConfigFile(self.path, env, load(self.path, env))
        with structlog.testing.capture_logs() as self.said:
            reload = Reload(
                config, [self.judge], self.metrics, self.health, self.asked, look_every=every
            )
            task = asyncio.create_task(reload.run())
            try:
                yield self
            finally:
                reload.stop()
                await asyncio.wait_for(task, 10)

    @property
    def successful(self) -> float | None:
        return self.metrics.registry.get_sample_value("offbook_config_last_reload_successful")

    def lines(self, event: str) -> list[Any]:
        return [line for line in self.said if line["event"] == event]

    def write_in_place(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")

    def remove(self) -> None:
        self.path.unlink()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "offbook.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path / "offbook.toml"


def run(path: Path, work: Callable[[Bench], Awaitable[None]]) -> None:
    async def main() -> None:
        await work(Bench(path))

    asyncio.run(main())


def test_a_change_is_taken_once_and_by_all_that_judge(path: Path) -> None:
    async def work(bench: Bench) -> None:
        async with bench.watching():
            bench.write(OTHER)
            await until(lambda: bench.lines(TAKEN))
            bench.write(OTHER + "[detectors.chat-burst]\nenabled = false\n")
            await until(lambda: len(bench.lines(TAKEN)) == 2)
        assert bench.judge.thresholds == [40, 40]
        assert "chat-burst" in bench.judge.took[0]
        assert "chat-burst" not in bench.judge.took[1]
        assert [line["changed"] for line in bench.lines(TAKEN)] == [
            ["bulk-delete"],
            ["chat-burst"],
        ]

    run(path, work)


def test_a_file_that_is_touched_and_says_the_same_changes_nothing(path: Path) -> None:
    async def work(bench: Bench) -> None:
        async with bench.watching():
            bench.write(GOOD + "# a remark\n")
            bench.write(GOOD.replace("30", "30 # a remark"))
            bench.asked.set()
            await until(lambda: bench.lines(TAKEN))
        assert bench.judge.took == []
        assert bench.lines(TAKEN)[0]["changed"] == []

    run(path, work)


def test_a_link_that_is_swapped_is_a_change_as_kubernetes_makes_one(tmp_path: Path) -> None:
    #  offbook.toml → ..data/offbook.toml, and ..data → one folder, then another
    for name, text in (("one", GOOD), ("two", OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "offbook.toml").write_text(text, encoding="utf-8")
    data = tmp_path / "..data"
    data.symlink_to("one")
    path = tmp_path / "offbook.toml"
    path.symlink_to("..data/offbook.toml")

    async def work(bench: Bench) -> None:
        async with bench.watching():
            fresh = tmp_path / "..data_tmp"
            fresh.symlink_to("two")
            fresh.replace(data)
            await until(lambda: bench.judge.took)
        assert bench.judge.thresholds == [40]

    run(path, work)


def test_a_file_is_not_taken_at_the_first_look_that_finds_it_changed(path: Path) -> None:
    """What is written in place reads, for a moment, as if its last tables had been taken out."""
    half, whole = "[detectors.chat-burst]\nenabled = false\n", OTHER

    async def work(bench: Bench) -> None:
        config = ConfigFile(path, {}, load(path, {}))
        reload = Reload(config, [bench.judge], bench.metrics, bench.health, bench.asked)
        for text in (GOOD, half, half + whole, half + whole):
            bench.write_in_place(text)
            await reload._look(asked=False)
        assert bench.judge.thresholds == [40]

    run(path, work)


WRONG = "[detectors.bulk-delete]\nthreshold = 40\nwindw = '2h'\n[detectors.nobody]\n"


def test_a_wrong_file_is_refused_whole_and_the_settings_before_it_go_on(path: Path) -> None:
    async def work(bench: Bench) -> None:
        async with bench.watching():
            assert bench.successful == 1
            bench.write(WRONG)
            await until(lambda: bench.lines(REFUSED))
            assert bench.successful == 0
            check = bench.health.readiness().checks["settings"]
            assert check.ok
            assert "was refused" in check.reason
            bench.write(OTHER)
            await until(lambda: bench.lines(TAKEN))
            assert bench.successful == 1
            assert bench.health.readiness().checks["settings"].reason == ""
        assert bench.judge.thresholds == [40]
        [line] = bench.lines(REFUSED)
        assert [problem.removeprefix(f"{path}: ") for problem in line["problems"]] == [
            "[detectors.bulk-delete] windw: unknown parameter; did you mean window?",
            "[detectors.nobody]: there is no such detector",
        ]

    run(path, work)


def test_going_back_from_a_wrong_file_to_the_one_before_is_success_again(path: Path) -> None:
    async def work(bench: Bench) -> None:
        async with bench.watching():
            bench.write(WRONG)
            await until(lambda: bench.successful == 0)
            bench.write(GOOD)
            await until(lambda: bench.successful == 1)
        assert bench.judge.took == []

    run(path, work)


def test_a_file_that_goes_away_is_refused_and_taken_when_it_is_back(path: Path) -> None:
    async def work(bench: Bench) -> None:
        async with bench.watching():
            bench.remove()
            await until(lambda: bench.successful == 0)
            assert "cannot be read" in bench.lines(REFUSED)[0]["problems"][0]
            bench.write(OTHER)
            await until(lambda: bench.successful == 1)
        assert bench.judge.thresholds == [40]

    run(path, work)


def test_a_setting_outside_the_detectors_is_named_and_waits_for_a_restart(path: Path) -> None:
    async def work(bench: Bench) -> None:
        async with bench.watching():
            bench.write(
                "redis_url = 'redis://:sesam@elsewhere/0'\ntimezone = 'UTC'\n"
                "[feeds.tips]\nexpected_every = '1d'\n" + OTHER
            )
            await until(lambda: bench.judge.took)
            assert bench.successful == 1
        assert bench.judge.thresholds == [40]
        [line] = bench.lines(WAITS)
        assert line["settings"] == ["redis_url", "timezone", "feeds"]
        assert "sesam" not in str(bench.said)

    run(path, work)


def test_the_days_of_allowances_stay_where_the_running_time_zone_has_them(path: Path) -> None:
    row = "[[detectors.bulk-delete.allow]]\nemployee = 'E-1'\nuntil = 2026-03-31\nreason = 'r'\n"

    async def work(bench: Bench) -> None:
        async with bench.watching():
            bench.write("timezone = 'UTC'\n" + row)
            await until(lambda: bench.judge.took)
        [allowance] = bench.judge.took[0]["bulk-delete"].allowances
        assert allowance.mark().until == "2026-03-31T15:59:59.999999Z"

    run(path, work)


def test_a_variable_still_goes_over_the_file(path: Path) -> None:
    async def work(bench: Bench) -> None:
        async with bench.watching({"OFFBOOK_LATENESS": "3d"}):
            bench.write("lateness = '5d'\n" + OTHER)
            await until(lambda: bench.judge.took)
        assert bench.lines(WAITS) == []

    run(path, work)


def test_asked_for_it_is_read_at_once(path: Path) -> None:
    async def work(bench: Bench) -> None:
        async with bench.watching(every=3600.0):
            bench.write(OTHER)
            bench.asked.set()
            await until(lambda: bench.judge.took)
            bench.write(WRONG)
            bench.asked.set()
            await until(lambda: bench.successful == 0)
        assert bench.judge.thresholds == [40]

    run(path, work)
