"""`offbook validate`: says, line by line, what keeps a document from being an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from offbook.events.decode import decode_structured
from offbook.events.event import Event, Origin
from offbook.streams.ndjson import Advance, problem, sources
from offbook.streams.repeats import Repeats


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
        for source in inputs:
            for number, line in source.lines(advance):
                event = decode_structured(line, Origin("", -1, number))
                if isinstance(event, Event):
                    found.good[event.kind.type] += 1
                    if not event.kind.is_reference:
                        found.repeats += repeats.seen(event.source, event.id)
                else:
                    found.bad += 1
                    say(problem(source.name, number, event))
    return found
