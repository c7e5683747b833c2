"""The rounds on Kafka, without one."""

from __future__ import annotations

from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest

from bench.peers import on_kafka
from bench.peers.running import Used


class Round:
    """Asks nobody; what a program would have used is how many were asked before it."""

    asked: list[str] = []  # noqa: RUF012 - of all rounds

    def __init__(self, *_: Any) -> None:
        self.asked.append("round")

    def _ask(self, name: str, *_: Any) -> Used:
        self.asked.append(name)
        return Used(float(len(self.asked)), 0.0, 0.0, None)

    offbook = partialmethod(_ask, "Offbook")
    flink = partialmethod(_ask, "Flink")
    bytewax = partialmethod(_ask, "Bytewax")
    quix = partialmethod(_ask, "Quix Streams")


def test_offbook_fills_the_topics_of_each_round_and_counts_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(on_kafka, "Round", Round)
    commands = {"Flink": ["java"], "Quix Streams": ["python"]}
    contest = on_kafka.on_kafka("", "", Path(), commands, 1_000_000, 2)
    first, second = ["Offbook", "Flink", "Quix Streams"], ["Offbook", "Quix Streams", "Flink"]
    assert Round.asked == ["round", *first, "round", *second]
    assert [(it.name, it.round, it.cpu) for it in contest.runs] == [
        ("Offbook", 0, 2.0),
        ("Flink", 0, 3.0),
        ("Quix Streams", 0, 4.0),
        ("Offbook", 1, 6.0),
        ("Quix Streams", 1, 7.0),
        ("Flink", 1, 8.0),
    ]
