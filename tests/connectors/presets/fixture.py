"""What a preset makes of a system's fixtures, beside what is expected of it."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

from connectors.loading import load_page
from connectors.mapping.connector import Connector, Told
from connectors.outcome import Mapped, Rejected

FIXTURES = Path(__file__).parents[1] / "fixtures"
#: The company in whose tables all people, customers and accounts of the fixtures stand.
COMPANY = FIXTURES / "company.toml"


def told(preset: str, fixture: str) -> list[Told]:
    """What becomes of each record of a fixture, `<system>/<file>`."""
    connector = Connector(load_page(preset, COMPANY))
    return list(connector.read(io.BytesIO((FIXTURES / fixture).read_bytes())))


def events(found: list[Told]) -> list[dict[str, Any]]:
    """The events among them, as JSON has them."""
    return [plain(it.outcome.document) for it in found if isinstance(it.outcome, Mapped)]


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """As it looks once it was sent."""
    encoded: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return encoded


def expected(fixture: str, mark: str = "") -> list[dict[str, Any]]:
    """The events that a fixture is to give, of the file beside it: all that name it, or `mark`."""
    lines = (FIXTURES / fixture).parent.joinpath("expected.ndjson").read_text("utf-8").splitlines()
    found = (json.loads(line) for line in lines)
    return [
        {name: value for name, value in it.items() if name != "x_fixture"}
        for it in found
        if (mark or Path(fixture).name) in it["x_fixture"]
    ]


def counts(found: list[Told]) -> Counter[str]:
    """How many of each outcome."""
    return Counter(type(it.outcome).__name__ for it in found)


def faults(found: list[Told]) -> list[str]:
    """What is wrong with those that are dead letters."""
    return [
        f"{it.line}: {it.outcome.stage}: {it.outcome.field}: {it.outcome.reason}"
        for it in found
        if isinstance(it.outcome, Rejected)
    ]
