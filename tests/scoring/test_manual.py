from __future__ import annotations

import re
from pathlib import Path

import pytest

from contract.label import decode_labels
from detectors.rules.catalogue import BY_ID
from scoring.outcomes import Tally

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("manual", ["scoring.md", "scoring.zh.md"])
def test_the_labels_that_the_manual_shows_can_be_scored_by(manual: str) -> None:
    shown = re.search(r"```json\n(.*?)```", (DOCS / manual).read_text("utf-8"), re.DOTALL)
    assert shown is not None
    labels = decode_labels(shown[1].encode())
    assert Tally(labels).outcomes().rep_weeks > 0
    assert {fraud.kind for fraud in labels.frauds} <= BY_ID.keys()


def test_both_manuals_show_the_same_commands_and_labels() -> None:
    english, chinese = (
        [
            line.partition("#")[0].rstrip()
            for block in re.findall(
                r"```\w*\n(.*?)```", (DOCS / name).read_text("utf-8"), re.DOTALL
            )
            for line in block.splitlines()
        ]
        for name in ("scoring.md", "scoring.zh.md")
    )
    assert english == chinese
