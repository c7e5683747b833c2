"""Events from a file, on one core: the mix, and the simulated company."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from bench.mix import Mix
from bench.mix_company import reference
from bench.peers import compare, nine
from bench.peers.contest import Contest
from bench.peers.running import Used, one_core, ran
from detectors.rules.catalogue import DETECTORS
from simulation.plan import Plan
from simulation.simulate import Simulation


class Events(Struct, frozen=True):
    """Reference documents and events, in files of their own; how many events."""

    reference: Path
    stream: Path
    count: int


def the_mix(folder: Path, events: int) -> Events:
    """So many events of it, in `folder`."""
    files = Events(folder / "mix-reference.ndjson", folder / "mix.ndjson", events)
    with files.reference.open("wb") as file:
        file.writelines(line.document + b"\n" for line in reference())
    with files.stream.open("wb") as file:
        file.writelines(line.document + b"\n" for line in Mix(events))
    return files


def the_company(folder: Path) -> Events:
    """The simulated company as delivered, in `folder`."""
    count, paths = 0, (folder / "company-reference.ndjson", folder / "company.ndjson")
    with paths[0].open("wb") as known, paths[1].open("wb") as told:
        for line in Simulation(Plan()).lines():
            is_reference = b'"offbook.reference.' in line
            (known if is_reference else told).write(line)
            count += not is_reference
    return Events(*paths, count)


class FromFile:
    """`commands` are those of the peers that can run here, by name."""

    def __init__(self, folder: Path, commands: dict[str, list[str]]) -> None:
        self._folder = folder
        self._commands = commands

    def mix(self, events: int, rounds: int) -> tuple[Contest, list[list[compare.Row]]]:
        """Nine detectors. Beside it what Offbook and Flink found in each round."""
        files = the_mix(self._folder, events)
        contest = Contest("the mix, from a file on one core", events, "Flink")
        programs = self._programs(files, nine.arguments())
        if "Bytewax" in self._commands:
            programs["Bytewax"] = partial(self._bytewax, files)
        with files.stream.open("rb") as lines:
            until = compare.newest(lines)
        found: list[list[compare.Row]] = []
        for number in range(rounds):
            contest.round(number, programs)
            if "Flink" in programs and not contest.failures.keys() & {"Offbook", "Flink"}:
                found.append(self._compared(until))
        return contest, found

    def _compared(self, until: int) -> list[compare.Row]:
        with self._out("Offbook").open("rb") as ours, self._out("Flink").open("rb") as theirs:
            return compare.compared(compare.of_offbook(ours), compare.of_flink(theirs, until))

    def company(self, rounds: int) -> Contest:
        """All detectors of Offbook beside the nine of Flink."""
        files = the_company(self._folder)
        ours, theirs = f", all {len(DETECTORS)} detectors", ", nine of them"
        title = "the simulated company, from a file on one core"
        contest = Contest(title, files.count, f"Flink{theirs}")
        programs = self._programs(files, [], ours, theirs)
        for number in range(rounds):
            contest.round(number, programs)
        return contest

    def _programs(
        self, files: Events, arguments: Sequence[str], ours: str = "", theirs: str = ""
    ) -> dict[str, Callable[[], Used]]:
        """`ours` and `theirs` are added to the names."""
        programs: dict[str, Callable[[], Used]] = {
            f"Offbook{ours}": partial(self._offbook, arguments, files)
        }
        if "Flink" in self._commands:
            programs[f"Flink{theirs}"] = partial(self._flink, files)
        return programs

    def _offbook(self, arguments: Sequence[str], files: Events) -> Used:
        """What the reference documents alone take is measured by itself and taken off."""
        command = [sys.executable, "-m", "offbook", "replay", *arguments, str(files.reference)]
        with one_core():
            before = ran(command, self._folder / "reference-alone")
            both = ran([*command, str(files.stream)], self._out("Offbook"))
        return Used(both.cpu - before.cpu, both.whole, both.mib, None)

    def _flink(self, files: Events) -> Used:
        options = {
            "checkpoints": self._folder / "checkpoints",
            "parallelism": 1,
            "reference": files.reference,
            "events": files.stream,
            "alerts": self._out("Flink"),
        }
        options_ = [f"--{name}={value}" for name, value in options.items()]
        return self._alone([*self._commands["Flink"], *options_], "flink.log")

    def _bytewax(self, files: Events) -> Used:
        options = ["--events", str(files.stream), "--alerts", str(self._out("Bytewax"))]
        return self._alone([*self._commands["Bytewax"], *options], "bytewax.log")

    def _alone(self, command: Sequence[str], log: str) -> Used:
        with one_core():
            return ran(command, self._folder / log)

    def _out(self, name: str) -> Path:
        return self._folder / f"{name.lower()}.alerts"
