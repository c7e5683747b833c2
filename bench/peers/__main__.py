"""`python -m bench.peers`: the same nine questions, asked of other engines on the same events.

Exit status 1 if Offbook and Flink do not agree, alert by alert, or if a program failed. What is
not to be had here is left out, and said. Ratios are printed beside those that bench/README.md
keeps, and fail nothing: the share of a JVM moves more from run to run than a fault would move it.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.installation import servers
from bench.peers import compare, fetching
from bench.peers.contest import Contest
from bench.peers.from_file import FromFile
from bench.peers.on_kafka import on_kafka
from bench.peers.page import LEAVES_OUT, page, to_flink
from bench.ratios import README, load, replaced, settle
from offbook.cli.demo.server_process import EmbeddedError

PEERS: dict[str, Callable[[], list[str]]] = {
    "Flink": fetching.flink,
    "Bytewax": lambda: fetching.python("bytewax"),
    "Quix Streams": lambda: fetching.python("quix"),
}


def main() -> int:
    """All of it, and the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000, help="of the mix")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="keep what is found in bench/README.md")
    chosen = parser.parse_args()
    # Ended by a signal, we still end what runs: SystemExit unwinds.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    loads, left_out = [load()], list[str]()
    commands = _commands(left_out)
    with tempfile.TemporaryDirectory() as folder:
        files = FromFile(Path(folder), commands)
        mix, found = files.mix(chosen.events, chosen.rounds)
        contests = [mix, files.company(chosen.rounds)]
        contests += _kafka(Path(folder), commands, chosen.events, chosen.rounds, left_out)
    loads += [run.load for contest in contests for run in contest.runs]
    failures = [f"{c.title}: {name} {why}" for c in contests for name, why in c.failures.items()]
    well = not failures and all(map(compare.agree, found))
    remarks = [f"{name} leaves out {what}." for name, what in LEAVES_OUT.items()]
    remarks += [*compare.words(found), *left_out, *failures]
    text = page(contests, remarks, chosen.rounds, loads)
    print(f"\n{text}", flush=True)
    settle(to_flink(contests), loads, keep=chosen.keep and well)
    if chosen.keep and well:
        README.write_text(replaced(README.read_text("utf-8"), "bench.peers", text), "utf-8")
    return 0 if well else 1


def _commands(left_out: list[str]) -> dict[str, list[str]]:
    commands = {}
    for name, fetched in PEERS.items():
        try:
            commands[name] = fetched()
        except fetching.UnavailableError as error:
            left_out.append(f"{name} is left out: {error}")
            print(left_out[-1], flush=True)
    return commands


def _kafka(
    folder: Path, commands: dict[str, list[str]], events: int, rounds: int, left_out: list[str]
) -> list[Contest]:
    try:
        fetching.kafka()
        with servers() as (bootstrap, redis_url):
            return [on_kafka(bootstrap, redis_url, folder, commands, events, rounds)]
    except (fetching.UnavailableError, EmbeddedError) as error:
        left_out.append(f"Kafka is left out: {error}")
        return []


if __name__ == "__main__":
    sys.exit(main())
