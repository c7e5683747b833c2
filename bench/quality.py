"""`python -m bench.quality`: how well the detectors see, measured, and docs/quality.md from it.

For each seed a company is simulated, replayed and scored by the installed commands, each seed in a
folder of its own. The seeds must be ones that no detector was tuned on: what is measured on the
cases it was made for is memory, not sight.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.quality_curve import Curve, Point
from bench.quality_page import Run, page, pictures
from contract.label import Company
from scoring.outcomes import Outcomes

ROOT = Path(__file__).parents[1]
#: Nobody tunes on these.
SEEDS = (7001, 7002, 7003)
SIZE = ("--days", "90", "--reps", "200", "--customers", "5000")


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


def main() -> None:
    """All of it, into docs/."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--size", default=shlex.join(SIZE), help="further options of simulate")
    parser.add_argument(
        "--curve",
        action="append",
        default=[],
        metavar="DETECTOR:PARAM:V,V,…",
        help="show recall and precision over this parameter; may be repeated",
    )
    parser.add_argument(
        "--jobs", type=int, default=processors(), help="processes; what they find is the same"
    )
    parser.add_argument("--keep", type=Path, help="leave events, labels and alerts in this folder")
    chosen = parser.parse_args()
    command = shlex.join(["python", "-m", "bench.quality", *sys.argv[1:]])
    with tempfile.TemporaryDirectory(prefix="offbook-quality-") as folder:
        runs, curves = run(
            *(chosen.seeds, shlex.split(chosen.size), chosen.curve, chosen.jobs),
            chosen.keep or Path(folder),
        )
    write(ROOT, runs, curves, command)


if __name__ == "__main__":
    main()
