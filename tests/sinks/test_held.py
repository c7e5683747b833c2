"""What a real Redis says it holds: spans that grow together, and never lose their end."""

from __future__ import annotations

import asyncio

import pytest

from sinks.redis.held import Held, Span
from sinks.redis.sink import RedisSink

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("there", "filled", "holds"),
    [
        pytest.param(None, (0, 57), (0, 57), id="nothing-was-there"),
        pytest.param((57, 60), (0, 57), (0, 60), id="up-to-what-was-there"),
        pytest.param((57, 60), (0, 58), (0, 60), id="into-what-was-there"),
        pytest.param((57, 60), (0, 70), (0, 70), id="beyond-what-was-there"),
        pytest.param((57, 60), (0, 50), (0, 50), id="with-a-gap"),
        pytest.param((0, 2**53 - 1), (5, 9), (0, 2**53 - 1), id="numbers-as-large-as-lua-counts"),
    ],
)
def test_what_was_filled_anew_joins_what_is_there(
    redis_url: str,
    there: tuple[int, int] | None,
    filled: tuple[int, int],
    holds: tuple[int, int],
) -> None:
    async def run() -> Span:
        sink = RedisSink(redis_url)
        held = Held(sink.connection)
        try:
            if there is not None:
                await held.write(0, Span(*there))
            await held.join(0, Span(*filled))
            return (await held.read([0]))[0]
        finally:
            await sink.close()

    assert asyncio.run(run()) == Span(*holds)
