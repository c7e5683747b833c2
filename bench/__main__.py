"""`python -m bench`: replay on one core, then the whole installation beside plain Faust.

Exit status 1 if a ratio has fallen behind the one that bench/README.md keeps.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bench import replay
from bench.end_to_end import EndToEnd
from bench.installation import servers
from bench.ratios import load, settle


def main() -> int:
    """All of it; a quarter of an hour or more."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000, help="of each of the two passes")
    parser.add_argument("--keep", action="store_true", help="keep these ratios in bench/README.md")
    chosen = parser.parse_args()
    loads = [load()]
    with tempfile.TemporaryDirectory() as folder:
        ratios = replay.run(min(chosen.events, 300_000), Path(folder))
        loads.append(load())
        with servers() as (bootstrap, redis_url):
            asyncio.run(EndToEnd(bootstrap, redis_url, Path(folder)).company())
            loads.append(load())
            bench = EndToEnd(bootstrap, redis_url, Path(folder))
            ratios += asyncio.run(bench.run(chosen.events, min(chosen.events, 60_000), 60))
            loads.append(load())
    return settle(ratios, loads, keep=chosen.keep)


if __name__ == "__main__":
    sys.exit(main())
