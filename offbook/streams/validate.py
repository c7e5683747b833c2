"""`offbook validate`: says, line by line, what keeps a document from being an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from offbook.events.decode import decode_structured
from offbook.events.event import Event, Origin
from offbook.events.types import HEARTBEAT
from offbook.streams.ndjson import Advance, problem, sources
from offbook.streams.repeats import First, Repeats, conflict


@dataclass
class Validation:
    """What was found: how many are good, by type; how many repeat another; how many are bad."""

    good: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    bad: int = 0

    def summary(self) -> str:
        """One line for people."""
        good = sum(self.good.values())
        says = [f"{good} good", f"{self.bad} bad"]
        if self.repeats:
            says.append(f"{self.repeats} of the good repeat another (no harm: counted once)")
        return ", ".join(says)


def validate(
    files: Sequence[str], say: Callable[[str], None], advance: Advance | None = None
) -> Validation:
    """Read all of `files` and `say` one line for each document that is none.

    Raises `InputError` for a file that cannot be read.
    """
    found = Validation()
    repeats = Repeats()
    with sources(files) as inputs:
        for at, source in enumerate(inputs):
            for number, line in source.lines(advance):
                event = decode_structured(line, Origin("", at, number))
                if isinstance(event, Event) and (first := _first(repeats, event)) is not None:
                    if first.same:
                        found.repeats += 1
                    else:
                        places = f"{inputs[first.partition].name}:{first.offset}", f"line {number}"
                        event = conflict(*places)
                if isinstance(event, Event):
                    found.good[event.kind.type] += 1
                else:
                    found.bad += 1
                    say(problem(source.name, number, event))
    return found


def _first(repeats: Repeats, event: Event) -> First | None:
    """Reference documents and heartbeats are the last word, and repeat nothing."""
    if event.kind.is_reference or event.kind is HEARTBEAT:
        return None
    return repeats.met(event)
