"""`offbook connect test`: the `[[test]]` cases of a page."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from connectors.mapping.connector import Connector
from connectors.mapping.page import Test
from connectors.outcome import Empty, Mapped, Skipped, Unmatched
from offbook.cli.connect.report import explained

_WORDS: Final = {Mapped: "mapped", Skipped: "skipped", Unmatched: "unmatched", Empty: "empty"}


def failures(connector: Connector, test: Test) -> Iterator[str]:
    """What is otherwise than the case says; nothing if all is as it says. An event may have more
    fields than the case names, unless it is one of `data`."""
    told = list(connector.read(io.BytesIO(test.in_.encode())))
    events = [json.loads(it.outcome.value) for it in told if isinstance(it.outcome, Mapped)]
    for it in told:
        if type(it.outcome) not in _WORDS and "dead_letter" not in test.outcomes:
            yield explained(f"line {it.line}" if it.line else "in", it)
    if len(events) != len(test.out):
        yield f"there are {len(events)} events, and there should be {len(test.out)}"
    for number, (found, wanted) in enumerate(zip(events, test.out, strict=False), 1):
        for name, value in wanted.items():
            if found.get(name) != value:
                there = _shown(found.get(name))
                yield f"event {number}: {name} is {there}, and should be {_shown(value)}"
    outcomes = Counter(_WORDS.get(type(it.outcome), "dead_letter") for it in told)
    for name, count in test.outcomes.items():
        if outcomes[name] != count:
            yield f"{outcomes[name]} are {name}, and {count} should be"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
