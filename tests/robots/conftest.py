from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.robots.stand_in import StandIn


@pytest.fixture
def vendor() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running
