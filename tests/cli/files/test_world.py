"""Small inputs as companies send them: `offbook replay` gives what `world/cases.json` says of each,
in whatever order the lines stand."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.cli.commands import offbook

WORLD = Path(__file__).parent / "world"
CASES: list[dict[str, Any]] = json.loads((WORLD / "cases.json").read_text("utf-8"))


def firing(case: dict[str, Any], lines: bytes) -> int:
    """How many alerts stand in the end."""
    done = offbook("replay", "-", *case["args"], stdin=lines)
    assert done.returncode == 0, done.stderr
    alerts = [json.loads(line) for line in done.stdout.splitlines()]
    states = {alert["alert_id"]: alert["state"] for alert in alerts}
    return list(states.values()).count("firing")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_companies_really_send_gives_what_is_right(case: dict[str, Any]) -> None:
    document = (WORLD / f"{case['name']}.ndjson").read_bytes()
    assert firing(case, document) == case["firing"], case["why"]
    lines = document.splitlines(keepends=True)
    Random(0).shuffle(lines)
    shuffled = b"".join(line.rstrip(b"\n") + b"\n" for line in lines)
    assert firing(case, shuffled) == case["firing"], f"shuffled: {case['why']}"


def test_no_input_stands_there_that_nobody_asks_about() -> None:
    inputs = {file.stem for file in WORLD.glob("*.ndjson")}
    assert {case["name"] for case in CASES} == inputs
