"""`python -m bench.quality`: how well the detectors see, measured, and docs/quality.md from it.

For each seed a company is simulated, replayed and scored by the installed commands, each seed in a
folder of its own. The seeds must be ones that no detector was tuned on: what is measured on the
cases it was made for is memory, not sight.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from bench.quality.measurement import processors, run, write

ROOT = Path(__file__).parents[2]
#: Nobody tunes on these.
SEEDS = (7001, 7002, 7003)
SIZE = ("--days", "90", "--reps", "200", "--customers", "5000")


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
