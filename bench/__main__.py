"""`python -m bench`: replay on one core, then the whole installation beside plain Faust."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench import replay
from bench.end_to_end import EndToEnd
from bench.installation import servers


def main() -> None:
    """All of it; half an hour or more with a million events."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="of each of the two passes")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        replay.run(min(chosen.events, 300_000), Path(folder))
        with servers() as (bootstrap, redis_url):
            asyncio.run(EndToEnd(bootstrap, redis_url, Path(folder)).company())
            bench = EndToEnd(bootstrap, redis_url, Path(folder))
            asyncio.run(bench.run(chosen.events, min(chosen.events, 60_000), 60))


if __name__ == "__main__":
    main()
