"""A worker's metrics page without a worker: each figure a busy one shows, by its own code.

`python -m tests.deploy.exposition` prints the port it serves on, and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import time

from offbook.events.types import SOURCE_TOPICS
from offbook.sinks.health import Health
from offbook.sinks.metrics import OUTCOMES, SEVERITIES, Metrics
from offbook.streams.http import HttpServer

DETECTOR = "offbook-payment"


async def main() -> None:
    """Serve figures that move."""
    metrics = Metrics(detectors={DETECTOR: SEVERITIES})
    server = HttpServer(metrics, Health(), port=0)
    print(await server.start(), flush=True)
    while True:
        for topic in SOURCE_TOPICS:
            for outcome in OUTCOMES:
                metrics.event(topic, outcome)
        for severity in SEVERITIES:
            metrics.new_alert(DETECTOR, severity)
        metrics.open_alerts(dict.fromkeys(SEVERITIES, 1))
        metrics.latency(0.1)
        metrics.stream_time(0, int(time.time() * 1_000_000))
        metrics.reference_entries("accounts", 3)
        metrics.detector_failed(DETECTOR)
        metrics.state_evicted(DETECTOR)
        metrics.silent(DETECTOR, silent=False)
        metrics.undelivered(0)
        metrics.redis_up(up=True)
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main())
