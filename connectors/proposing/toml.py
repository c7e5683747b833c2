"""Pieces of TOML, as somebody would write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def text(it: str) -> str:
    """In quotes."""
    return json.dumps(it, ensure_ascii=False)


def inline(table: Mapping[str, Any]) -> str:
    """A table in one line, of texts and lists of these."""
    pairs = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in table.items())
    return "{ " + ", ".join(pairs) + " }"
