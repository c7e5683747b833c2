"""How long the desk takes to list alerts, of as many as are open.

    python -m bench.desk [--alerts 10000] [--redis URL]

Starts a Redis, or takes the one that `--redis` names (empty; it is flushed), and a desk in this
process without Kafka, which lists do not need. Prints milliseconds: to load all, then of requests
over HTTP, median and worst of thirty, each the first after an alert was revised.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
import redis.asyncio as aioredis

from contract.alert import SEVERITIES, Alert, Bilingual, Evidence
from contract.times import SECOND, rfc3339
from desk.http.limits import Limits
from desk.service import readers_of, run_desk
from offbook.cli.demo.embedded import EmbeddedRedis
from sinks.redis.sink import RedisSink
from sinks.sink import Revision
from streams.settings.settings import Settings

#: What is asked for: as the first page of a list, as a dashboard that filters, as one of all cases.
ASKED: Final = (
    "/api/alerts",
    "/api/alerts?limit=1000",
    "/api/alerts?employee=E7&severity=warning",
    "/api/cases",
    "/api/stats",
)
_TIMES: Final = 30
_BEGAN: Final = 1_772_000_000 * SECOND


def some_alert(number: int, revision: int = 1) -> Alert:
    """One of many: 500 employees, 4000 customers, with ten events as evidence, about 4 KB."""
    at = rfc3339(_BEGAN + number * 600 * SECOND)
    evidence = tuple(
        Evidence(
            *("//crm.example/edits", f"edit-{number}-{it}", "offbook.crm.edit.v1", at),
            *("crm.edits", it % 4, number * 10 + it, "deleted an activity of the customer's"),
        )
        for it in range(10)
    )
    return Alert(
        alert_id=f"bulk-delete-{number:016x}",
        revision=revision,
        detector="bulk-delete",
        severity=SEVERITIES[number % 3],
        state="firing",
        score=10 + (number + revision) % 90,
        title=Bilingual("Many records deleted in a short time", "短时间内大量删除记录"),
        summary=Bilingual("They deleted 31 records within an hour. " * 4, "一小时内删除。" * 8),
        employee=f"E{number % 500}",
        customer=f"CU-{number % 4000}",
        order=None,
        account=None,
        first_event_at=at,
        last_event_at=at,
        detected_at=at,
        evidence=evidence,
        mode="live",
    )


async def write(url: str, *alerts: Alert) -> None:
    """As delivery does."""
    sink = RedisSink(url)
    for start in range(0, len(alerts), 200):
        part = alerts[start : start + 200]
        await sink.write([Revision(it, msgspec.json.encode(it)) for it in part])
    await sink.close()


async def measure(url: str, alerts: int, folder: Path) -> None:
    """Print how long it takes."""
    await write(url, *map(some_alert, range(alerts)))
    readers = folder / "readers.toml"
    digest = sha256(b"bench").hexdigest()
    readers.write_text(f'[readers.bench]\nrole = "lead"\ntoken_sha256 = "{digest}"\n', "utf-8")
    settings = Settings(
        kafka_bootstrap="127.0.0.1:1", redis_url=url, readers_file=str(readers), desk_port=0
    )
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stopping = asyncio.Event()
    began = time.monotonic()
    desk = asyncio.create_task(
        run_desk(
            *(settings, readers_of(settings)),
            limits=Limits(1e6, 10**6),
            stopping=stopping,
            on_listening=port.set_result,
        )
    )
    headers = {"Authorization": "Bearer bench"}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{await port}", headers=headers) as session:
        for _ in range(3000):
            if (await _get(session, "/api/alerts"))[0] == 200:
                break
            await asyncio.sleep(0.02)
        print(f"{alerts} open alerts: loaded in {(time.monotonic() - began) * 1000:.0f} ms")
        client: Any = aioredis.Redis.from_url(url)
        for path in ASKED:
            took, size, read = [], 0, 0
            for time_ in range(_TIMES):
                # A change before each, so that nothing is sorted already.
                await write(url, some_alert(0, 2 + ASKED.index(path) * _TIMES + time_))
                await asyncio.sleep(0.05)
                before = (await client.info("stats"))["total_net_output_bytes"]
                start = time.perf_counter()
                _, size = await _get(session, path)
                took.append((time.perf_counter() - start) * 1000)
                read = (await client.info("stats"))["total_net_output_bytes"] - before
            print(
                f"  {path:44} median {statistics.median(took):6.1f} ms, worst {max(took):6.1f} ms,"
                f" {size / 1024:6.0f} KiB; Redis sent {read} bytes meanwhile"
            )
        await client.aclose()
    stopping.set()
    await desk


async def _get(session: aiohttp.ClientSession, path: str) -> tuple[int, int]:
    async with session.get(path) as answer:
        body = await answer.read()
        json.loads(body)
        return answer.status, len(body)


def main() -> None:
    """Measure, on a Redis of our own unless one is named."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--redis", metavar="URL", help="an empty Redis")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        url = chosen.redis or stack.enter_context(EmbeddedRedis()).url
        asyncio.run(measure(url, chosen.alerts, Path(folder)))


if __name__ == "__main__":
    main()
