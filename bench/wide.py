"""What several processes save: `offbook replay` and `tune` by one and by more, in turn.

    python -m bench.wide [--rounds 5] [--days 90] [--jobs 2 3] [--others 0.2]

Every round runs each command by one process and then by as many as `--jobs` says, over the same
simulated company, and holds what they write against each other byte by byte. Printed are seconds on
the clock, and how many times as fast more processes are than the one of the same round: the median,
the least and the most. What else the machine has to do takes processors from several processes and
not from one; so it is printed, too, and with `--others` a round in which that was more of a core is
made once more.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

from contract.label import encode_labels
from simulation.plan import Plan
from simulation.simulate import Simulation

#: A detector that judges much of what it reads, and one that judges little.
TUNED: Final = (
    ("customer-snatching", "within", "1d,3d,5d,10d,14d"),
    ("bulk-delete", "threshold", "5,10,30,45,60"),
)


class _Run(NamedTuple):
    """Seconds on the clock, and of processors: ours, and what others used meanwhile."""

    wall: float
    used: float
    others: float
    said: bytes


class _How(NamedTuple):
    """`others`: of how much of a core others may make use."""

    rounds: int
    jobs: Sequence[int]
    others: float


def run(file: Path, labels: Path, how: _How) -> None:
    """Print the figures of all commands."""
    _compare(f"replay {file.name}", ["replay", str(file)], how)
    for detector, param, values in TUNED:
        words = ["tune", detector, param, str(file), "--values", values, "--labels", str(labels)]
        _compare(f"tune {detector}, {values.count(',') + 2} values", words, how)


def _compare(what: str, words: Sequence[str], how: _How) -> None:
    counts = (1, *how.jobs)
    before, left_out = os.getloadavg()[0], 0
    rounds: list[list[_Run]] = []
    while len(rounds) < how.rounds:
        one = [_timed([*words, "--jobs", str(count)]) for count in counts]
        if len({it.said for it in one}) != 1:
            raise SystemExit(f"{what}: what is written differs")
        if max(it.others / it.wall for it in one) > how.others:
            left_out += 1
        else:
            rounds.append(one)
    print(
        f"{what}: {how.rounds} rounds and {left_out} that were left out,"
        f" load average {before:.1f} to {os.getloadavg()[0]:.1f}"
    )
    for number, count in enumerate(counts):
        runs = [one[number] for one in rounds]
        wall, used = median(it.wall for it in runs), median(it.used for it in runs)
        others = median(it.others / it.wall for it in runs)
        ratios = sorted(one[0].wall / it.wall for one, it in zip(rounds, runs, strict=True))
        line = f"  {count} process{'es' if count > 1 else '  '}  {wall:6.1f} s, {used:6.1f} s CPU"
        line += f", others {others:4.2f} of a core"
        if count > 1:
            line += f"; {median(ratios):.2f} times as fast [{ratios[0]:.2f} – {ratios[-1]:.2f}]"
        print(line, flush=True)


def _timed(words: Sequence[str]) -> _Run:
    own = {name: text for name, text in os.environ.items() if not name.startswith("OFFBOOK_")}
    busy, used, wall = _busy(), _ours(), perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "offbook", *words], env=own, capture_output=True, check=True
    )
    wall, used, busy = perf_counter() - wall, _ours() - used, _busy() - busy
    said = sha256(done.stdout + done.stderr).digest()
    return _Run(wall, used, max(busy - used, 0.0), said)


def _ours() -> float:
    """Processor seconds of the processes that have been waited for."""
    times = os.times()
    return times.children_user + times.children_system


def _busy() -> float:
    """Processor seconds of everybody, where the system tells."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0.0
    user, nice, system, *_ = map(int, stat.read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run by itself."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--days", type=int, default=Plan().days)
    parser.add_argument("--jobs", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--others", type=float, default=float("inf"), metavar="CORES")
    chosen = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        file, labels = Path(folder) / "company.ndjson", Path(folder) / "labels.json"
        simulation = Simulation(Plan(days=chosen.days))
        with file.open("wb") as out:
            out.writelines(simulation.lines())
        labels.write_bytes(encode_labels(simulation.labels()))
        run(file, labels, _How(chosen.rounds, chosen.jobs, chosen.others))


if __name__ == "__main__":
    main()
