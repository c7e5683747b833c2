"""What docs/architecture.md says of the house is what it is."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from bench import house

PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text("utf-8")


def test_the_table_is_measured_anew() -> None:
    assert f"<!-- bench.house -->\n{house.table()}<!-- /bench.house -->" in PAGE, (
        "put what `python -m bench.house` prints into docs/architecture.md"
    )


@pytest.mark.parametrize("name", re.findall(r"^\| \d+ \| `([\w.]+)`", PAGE, re.MULTILINE))
def test_each_function_on_the_way_is_there(name: str) -> None:
    parts = name.split(".")
    cut = (
        next(n for n, part in enumerate(parts) if part[0].isupper())
        if any(part[0].isupper() for part in parts)
        else len(parts) - 1
    )
    found = import_module(".".join(parts[:cut]))
    for part in parts[cut:]:
        found = getattr(found, part)
    assert callable(found)
