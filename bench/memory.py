"""What the monitor's memory consists of after each pass, by kind of entity.

The engine run as a replay runs it; the bytes are those of the states as the monitor keeps and the
changelog holds them. A live monitor adds some 450 bytes an entity, for its key and its timer.
"""

from __future__ import annotations

import argparse
import gc
from collections import defaultdict
from collections.abc import Iterator

from bench.mix import DAYS, START, Mix, reference
from offbook.detectors.catalogue import DETECTORS
from offbook.detectors.engine import Engine
from offbook.detectors.entity import split
from offbook.detectors.local import LocalRun
from offbook.detectors.reference import Reference
from offbook.detectors.state import EntityState, encode_state
from offbook.events.decode import decode_structured
from offbook.events.event import Event, Origin
from offbook.events.times import DAY, parse_rfc3339
from offbook.streams.settings import Settings


def run(events: int, passes: int) -> None:
    """Print the figures of `passes` passes over the same customers, ten days apart."""
    settings = Settings()
    known = Reference(settings.timezone)
    for event in _events(line.document for line in reference()):
        known.put(event)
    company = LocalRun(Engine(DETECTORS, known, settings.common, "replay"))
    gc.freeze()
    gc.disable()
    for number in range(1, passes + 1):
        start = parse_rfc3339(START) + round((number - 1) * DAYS * DAY)
        mix = Mix(events, start=start, run=f"{number}-")
        for event in _events(line.document for line in mix):
            company.feed(event)
        for state in company.states.values():
            company.engine.seal(state)
        _print(number, company.states)


def _events(documents: Iterator[bytes]) -> Iterator[Event]:
    for offset, document in enumerate(documents):
        event = decode_structured(document, Origin("", 0, offset))
        if isinstance(event, Event):
            yield event


def _print(number: int, states: dict[str, EntityState]) -> None:
    sizes: dict[str, list[int]] = defaultdict(list)
    quiet: dict[str, list[int]] = defaultdict(list)
    for key, state in states.items():
        kind, _ = split(key)
        size = len(encode_state(state))
        sizes[kind].append(size)
        if not state.notebooks:
            quiet[kind].append(size)
    total = sum(map(sum, sizes.values()))
    print(f"pass {number}: {len(states):,} entities, {total / 1e6:.1f} MB")
    for name, each in sorted(sizes.items(), key=lambda row: -sum(row[1])):
        line = f"  {name:12} {len(each):8,} of {sum(each) / len(each):4.0f} bytes"
        if idle := quiet[name]:
            mean = sum(idle) / len(idle)
            line += f"; {len(idle):,} of them are a register of {mean:.0f} bytes and no more"
        print(line, flush=True)


def main() -> None:
    """Run by itself."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="of each pass")
    parser.add_argument("--passes", type=int, default=2)
    chosen = parser.parse_args()
    run(chosen.events, chosen.passes)


if __name__ == "__main__":
    main()
