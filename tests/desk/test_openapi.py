"""The API does what its document says, whatever is sent: real server, real Redis, real Kafka."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from desk.api.openapi import document
from desk.http.limits import Limits
from desk.service import readers_of, run_desk
from offbook.cli.demo.embedded import EmbeddedRedis
from streams.settings.loading import load
from tests.desk.at_the_desk import delivering, make_topics, token, variables, write, write_readers
from tests.parts.examples import PROFILE, examples
from tests.sinks.some_alerts import alert

pytestmark = [
    pytest.mark.integration,
    # Of its own strategies.
    pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning"),
]

schema = schemathesis.openapi.from_dict(document())
# What is at the limits is worked out where tests are collected, so by each process of theirs: for
# two seconds, which is too much while one works.
schema.config.phases.coverage.enabled = PROFILE != "dev"


@schema.auth()
class Token:
    """Logs in as a lead, who may do most."""

    def get(self, case: Any, context: Any) -> str:
        return token("lead")

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


def wait_until_ready(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with (
            contextlib.suppress(urllib.error.HTTPError),
            urllib.request.urlopen(f"{url}/readyz", timeout=5),
        ):
            return
        time.sleep(0.05)
    pytest.fail("it did not become ready")


@pytest.fixture(scope="module")
def desk_url(kafka: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk of its own for all examples, in a thread of its own."""
    folder = tmp_path_factory.mktemp("desk")
    with EmbeddedRedis() as redis, pytest.MonkeyPatch.context() as patch:
        # A machine that is busy for three seconds is no fault of the API.
        patch.setattr("desk.index.STALE", 60.0)
        config = load(
            None, variables(kafka.bootstrap, redis.url, "openapi.", write_readers(folder))
        )
        loop, stopping, ports = asyncio.new_event_loop(), asyncio.Event(), []
        there = threading.Event()

        async def serve() -> None:
            await make_topics(config)
            await write(redis.url, alert("a"), alert("b", employee="e-8"))
            async with delivering(config):
                await run_desk(
                    config,
                    readers_of(config),
                    limits=Limits(10_000, 100_000),
                    stopping=stopping,
                    on_listening=lambda port: (ports.append(port), there.set()),  # type: ignore[func-returns-value]
                )

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
        thread.start()
        assert there.wait(30)
        url = f"http://127.0.0.1:{ports[0]}"
        wait_until_ready(url)
        yield url
        loop.call_soon_threadsafe(stopping.set)
        thread.join(30)


TRIED = settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))


def ask(case: Any, url: str) -> None:
    """All checks there are: no fault of ours, no answer that is not in the document, nothing wrong
    that is taken, nothing right that is refused, nothing without a token."""
    answer = case.call_and_validate(base_url=url)
    # Else the document would be tried on a closed door alone.
    assert answer.status_code != 401 or not case.meta.generation.mode.is_positive


@schema.parametrize()
@TRIED
def test_the_api_is_what_its_document_says(case: Any, desk_url: str) -> None:
    ask(case, desk_url)


@schema.include(path_regex="{id}").parametrize()
@TRIED
def test_so_it_is_of_what_is_there(case: Any, desk_url: str) -> None:
    if case.meta.generation.mode.is_positive:
        case.path_parameters["id"] = "e-7" if "employees" in case.path else "a"
    ask(case, desk_url)
