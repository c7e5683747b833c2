"""A preset or a page tried on bytes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from connectors.mapping.connector import Told
from connectors.outcome import Mapped, Rejected, Skipped
from tests.connectors.presets.fixture import FIXTURES, connector


def tried(named: str, content: str | bytes | dict[str, Any] | list[Any]) -> list[Told]:
    """What becomes of an input: bytes, text, or what JSON is made of."""
    if not isinstance(content, str | bytes):
        content = json.dumps(content, ensure_ascii=False)
    if isinstance(content, str):
        content = content.encode()
    return list(connector(named).read(io.BytesIO(content)))


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
