"""One installation on a real broker for each test of the monitor."""

from __future__ import annotations

from typing import Any

import pytest

from tests.streams.monitor.monitoring import Bench


@pytest.fixture
def bench(kafka: Any, topic_prefix: str) -> Bench:
    return Bench(kafka.bootstrap, topic_prefix)
