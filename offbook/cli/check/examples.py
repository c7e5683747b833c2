"""`EXAMPLES` of a detector's file: what happens, and what is expected of it. Plain data.

    EXAMPLES = [
        {
            "name": "three price cuts in one evening",
            "events": [
                {
                    "id": "cut-1",
                    "type": "offbook.crm.edit.v1",
                    "time": "2026-03-02T21:10:00+08:00",
                    "data": {"actor": "E-1", "op": "update", …},
                },
                …
            ],
            "expect": [{"severity": "warning", "employee": "E-1", "anchor": "cut-1"}],
        },
    ]

An event is a document as it stands on a topic; `specversion`, `source` and `id` may be left out.
Documents of reference types are the reference data. `expect` is what fires at the end: how many
alerts, or what is said of each, of `severity`, `employee`, `customer`, `order`, `account`,
`evidence` (the ids of all its events) and `anchor` (the id of the event that names it). `until`,
such as `"3d"`, is how long after the last event it is looked at; without it, when nothing that was
waited for can come any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import msgspec

from contract.decoding.decode import decode_record
from contract.duration import Duration
from contract.event import Event, Origin
from contract.rejected import Rejected

#: What can be said of an alert that is expected.
SAID: Final = ("severity", "employee", "customer", "order", "account", "evidence", "anchor")
_KEYS: Final = ("name", "events", "expect", "until")


class ExampleError(ValueError):
    """An example that cannot be read, in a line that says which and how it should be."""

    retryable = False


@dataclass(frozen=True)
class Example:
    """One of them. `until` is µs after the last event, None for when all is over."""

    name: str
    events: tuple[Event, ...]
    reference: tuple[Event, ...]
    expect: int | tuple[Mapping[str, Any], ...]
    until: int | None = None

    @property
    def alerts(self) -> int:
        """How many are expected."""
        return self.expect if isinstance(self.expect, int) else len(self.expect)


def examples_of(module: ModuleType, region: str) -> list[Example]:
    """Those of a detector's file. Raises `ExampleError`."""
    given = getattr(module, "EXAMPLES", None)
    if not isinstance(given, list | tuple) or not given:
        raise ExampleError("there are no EXAMPLES: write a list of them, docs/own-detectors.md")
    return [_example(one, place, region) for place, one in enumerate(given, 1)]


def _example(given: Any, place: int, region: str) -> Example:
    if not isinstance(given, Mapping):
        raise ExampleError(f"example {place}: must be {{…}} with {', '.join(_KEYS)}")
    name = str(given.get("name") or f"example {place}")
    for key in given:
        if key not in _KEYS:
            raise ExampleError(f'"{name}": {key} is none of {", ".join(_KEYS)}')
    for key in ("events", "expect"):
        if key not in given:
            raise ExampleError(f'"{name}": {key} is missing')
    told = [_event(one, name, number, region) for number, one in enumerate(given["events"], 1)]
    if len({(it.source, it.id) for it in told}) < len(told):
        raise ExampleError(f'"{name}": two events have one id')
    return Example(
        name,
        tuple(it for it in told if not it.kind.is_reference),
        tuple(it for it in told if it.kind.is_reference),
        _expected(given["expect"], name),
        _until(given.get("until"), name),
    )


def _event(given: Any, name: str, number: int, region: str) -> Event:
    place = f'"{name}": event {number}'
    if not isinstance(given, Mapping):
        raise ExampleError(f"{place}: must be a document with type, time and data")
    filled = {"specversion": "1.0", "source": "//example", "id": f"event-{number}", **given}
    try:
        value = msgspec.json.encode(filled)
    except TypeError as error:
        raise ExampleError(f"{place}: is not JSON: {error}") from error
    found = decode_record(value, (), Origin("", -1, number), region=region)
    if isinstance(found, Rejected):
        raise ExampleError(f"{place}: {found.line()}")
    return found


def _expected(given: Any, name: str) -> int | tuple[Mapping[str, Any], ...]:
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given
    if not isinstance(given, Sequence) or not all(isinstance(it, Mapping) for it in given):
        raise ExampleError(f'"{name}": expect: a number of alerts, or a list of {{…}}')
    for key in (key for one in given for key in one):
        if key not in SAID:
            raise ExampleError(f'"{name}": expect: {key} is none of {", ".join(SAID)}')
    return tuple(given)


def _until(given: Any, name: str) -> int | None:
    try:
        return None if given is None else Duration(given)
    except (ValueError, TypeError) as error:
        raise ExampleError(f'"{name}": until: {error}') from error
