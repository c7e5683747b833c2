"""What an entity costs is told by its kind, and forgotten after two minutes."""

from __future__ import annotations

import pytest

from sinks.metrics.metrics import Metrics


def test_the_longest_look_of_a_kind_stands_for_a_minute_or_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    #  0 s employee 0.2, order 0.1   30 s employee 0.05   60 s employee 0.3   120 s   180 s
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    metrics = Metrics()

    def told(kind: str) -> float | None:
        name = "offbook_costliest_entity_seconds"
        return metrics.registry.get_sample_value(name, {"kind": kind})

    assert told("employee") is None
    metrics.entities.looked({"employee": 0.2, "order": 0.1})
    now = 30.0
    metrics.entities.looked({"employee": 0.05})
    assert (told("employee"), told("order")) == (0.2, 0.1)
    now = 60.0
    metrics.entities.looked({"employee": 0.3})
    assert (told("employee"), told("order")) == (0.3, 0.1)
    now = 120.0
    metrics.entities.looked({})
    assert (told("employee"), told("order")) == (0.3, 0.0)
    now = 180.0
    metrics.entities.looked({})
    assert told("employee") == 0.0
