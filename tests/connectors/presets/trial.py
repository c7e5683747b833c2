"""A preset or a page tried on bytes, and on the tests that stand in it."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

from connectors.loading import load_page
from connectors.mapping.connector import Connector, Told
from connectors.mapping.page import Page
from connectors.outcome import Empty, Mapped, Rejected, Skipped, Unmatched
from tests.connectors.presets.fixture import COMPANY, FIXTURES, events

_NAMES = {
    Mapped: "mapped",
    Skipped: "skipped",
    Unmatched: "unmatched",
    Empty: "empty",
    Rejected: "dead_letter",
}


def page(named: str) -> Page:
    """A preset by its name, or a page that stands among the fixtures, `<system>/<name>.toml`."""
    return load_page(str(FIXTURES / named) if "/" in named else named, COMPANY)


def tried(named: str, content: str | bytes | dict[str, Any] | list[Any]) -> list[Told]:
    """What becomes of an input: bytes, text, or what JSON is made of."""
    if not isinstance(content, str | bytes):
        content = json.dumps(content, ensure_ascii=False)
    if isinstance(content, str):
        content = content.encode()
    return list(Connector(page(named)).read(io.BytesIO(content)))


def bytes_of(fixture: str) -> bytes:
    """A fixture, `<system>/<file>`."""
    return Path(FIXTURES / fixture).read_bytes()


def json_of(fixture: str) -> Any:
    """The same, read."""
    return json.loads(bytes_of(fixture))


def reasons(found: list[Told]) -> list[str]:
    """Why records are skipped."""
    return [it.outcome.why for it in found if isinstance(it.outcome, Skipped)]


def refused(found: list[Told]) -> list[Rejected]:
    """The dead letters."""
    return [it.outcome for it in found if isinstance(it.outcome, Rejected)]


def ids(found: list[Told]) -> list[str]:
    """The ids of the events."""
    return [it.outcome.document["id"] for it in found if isinstance(it.outcome, Mapped)]


def own_tests_hold(preset: str) -> bool:
    """Whether each test in the preset gives what stands there."""
    tests = page(preset).tests
    assert tests, "a preset has a test"
    for test in tests:
        found = tried(preset, test.in_)
        assert events(found) == test.out, refused(found)
        others = Counter(_NAMES[type(it.outcome)] for it in found)
        del others["mapped"]
        assert others == Counter(test.outcomes)
    return True
