"""For each seed a company is simulated, replayed and scored by the installed commands, in a folder
of its own; what comes of all of them is written into docs/."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.quality.curve import Curve, Point
from bench.quality.page import Run, page, pictures
from contract.label import Company
from scoring.outcomes import Outcomes


class _Scored(Struct):
    company: Company
    outcomes: Outcomes


class _Tuned(Struct):
    rep_weeks: float
    trials: list[Point]


def offbook(*arguments: str, out: Path) -> None:
    """Run the command with its output in `out`. Raises `RuntimeError` with what it said.

    Status 1 is work done in spite of something it met, which goes to standard error.
    """
    # Settings of whoever measures are not the defaults that are measured.
    own = {name: text for name, text in os.environ.items() if not name.startswith("OFFBOOK_")}
    with out.open("wb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "offbook", *arguments],
            stdout=stream,
            stderr=subprocess.PIPE,
            env=own,
            check=False,
        )
    said = done.stderr.decode(errors="replace")
    if done.returncode == 1:
        print(said, file=sys.stderr)
    elif done.returncode != 0:
        raise RuntimeError(f"offbook {shlex.join(arguments)}: {done.returncode}\n{said}")


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def simulate(folder: Path, seed: int, size: Sequence[str]) -> None:
    """Write `events.ndjson` and `labels.json` of one company into `folder`."""
    labels = str(folder / "labels.json")
    offbook(
        *("simulate", *size, "--seed", str(seed), "--labels", labels), out=folder / "events.ndjson"
    )


def measure(folder: Path, seed: int, jobs: int = 1) -> Run:
    """Replay and score the events and labels in `folder`, by at most so many processes."""
    events, alerts = str(folder / "events.ndjson"), folder / "alerts.ndjson"
    offbook("replay", events, "--jobs", str(jobs), out=alerts)
    files = [str(folder / name) for name in ("alerts.ndjson", "labels.json")]
    offbook("score", *files, "--json", out=folder / "score.json")
    scored = msgspec.json.decode((folder / "score.json").read_bytes(), type=_Scored)
    return Run(seed, scored.company, scored.outcomes)


def curve(folders: Sequence[Path], asked: str, jobs: int = 1) -> Curve:
    """What `offbook tune` gives for `DETECTOR:PARAM:V,V,…`, over all companies."""
    detector, param, values = asked.split(":", 2)
    runs = []
    for folder in folders:
        out = folder / "tune.json"
        events, labels = str(folder / "events.ndjson"), str(folder / "labels.json")
        named = ("--values", values, "--labels", labels, "--json", "--jobs", str(jobs))
        offbook("tune", detector, param, events, *named, out=out)
        tuned = msgspec.json.decode(out.read_bytes(), type=_Tuned)
        runs.append((tuned.rep_weeks, tuned.trials))
    return Curve.over(detector, param, runs)


def run(
    seeds: Sequence[int], size: Sequence[str], curves: Sequence[str], jobs: int, folder: Path
) -> tuple[list[Run], list[Curve]]:
    """Simulate, replay and score the seeds beside each other, by `jobs` processes; then draw the
    curves."""
    folders = [folder / str(seed) for seed in seeds]
    each = max(jobs // len(seeds), 1)

    def one(where: Path, seed: int) -> Run:
        where.mkdir(parents=True, exist_ok=True)
        simulate(where, seed, size)
        return measure(where, seed, each)

    with ThreadPoolExecutor(jobs) as pool:
        return (
            list(pool.map(one, folders, seeds)),
            [curve(folders, asked, jobs) for asked in curves],
        )


def write(root: Path, runs: Sequence[Run], curves: Sequence[Curve], command: str) -> None:
    """Write the page and its pictures under `root`/docs."""
    docs = root / "docs"
    docs.mkdir(exist_ok=True)
    for name, svg in pictures(runs, curves).items():
        (docs / name).write_text(svg, encoding="utf-8")
    (docs / "quality.md").write_text(page(runs, curves, command), encoding="utf-8")
