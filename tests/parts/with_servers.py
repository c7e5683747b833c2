"""Run a command while Apache Kafka and Redis are up: `python -m tests.parts.with_servers COMMAND…`.

The command finds them in KAFKA_BOOTSTRAP and REDIS_URL; its exit status is ours.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

from offbook.cli.demo.embedded import EmbeddedRedis
from tests.parts.apache_kafka import ApacheKafka


def main(command: list[str]) -> int:
    # Ended by a signal, we still end the servers: SystemExit unwinds the `with`.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with ApacheKafka() as kafka, EmbeddedRedis(durable=True) as redis:
        print(f"Apache Kafka on {kafka.bootstrap}, Redis on {redis.url}", flush=True)
        servers = {"KAFKA_BOOTSTRAP": kafka.bootstrap, "REDIS_URL": redis.url}
        with subprocess.Popen(
            command, env={**os.environ, **servers}, start_new_session=True
        ) as process:
            try:
                return process.wait()
            finally:
                # Whatever the command started and left behind goes with the servers.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
