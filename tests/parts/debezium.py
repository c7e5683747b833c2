"""Debezium in Kafka Connect, standalone on loopback, from a directory of its jars.

Maven fetches them:
`mvn -f .ci/debezium/pom.xml dependency:copy-dependencies -DoutputDirectory=DIR`.
"""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from offbook.cli.demo.server_process import (
    LOOPBACK,
    EmbeddedFailedError,
    ServerProcess,
)
from tests.parts.jars import jars_of, java
from tests.parts.postgresql import DATABASE, USER, PostgreSQL

LIBS_VARIABLE = "DEBEZIUM_LIBS"


class Debezium(ServerProcess):
    """It answers when all connectors have read what was there and follow. `restart()` writes down
    how far each has read; `kill()` does not: what came since is sent again after `start()`.

    `connectors`: the settings of each by its name, which is the prefix of its topics and the name
    of its slot, too. `libs`: directory of the jars; None reads DEBEZIUM_LIBS.
    """

    name = "debezium"

    def __init__(
        self,
        bootstrap: str,
        database: PostgreSQL,
        connectors: dict[str, dict[str, str]],
        libs: Path | None = None,
        *,
        deadline: float = 90.0,
    ) -> None:
        super().__init__(deadline=deadline)
        self._libs = debezium_libs(libs)
        self._bootstrap = bootstrap
        self._database = database
        self._connectors = connectors

    def command(self) -> list[str]:
        files = [self._written("worker", self._worker())]
        files += [
            self._written(name, {**self._source(name), **its})
            for name, its in self._connectors.items()
        ]
        # It does not run for long enough to be worth compiling twice.
        options = ("-Xmx512m", "-XX:TieredStopAtLevel=1")
        return [
            *java("Debezium", self._libs, *options),
            "org.apache.kafka.connect.cli.ConnectStandalone",
            *map(str, files),
        ]

    def answers(self) -> bool:
        if not all(self._runs(name) for name in self._connectors):
            return False
        follow = self._database.run("SELECT slot_name FROM pg_replication_slots WHERE active")
        return set(follow) == set(self._connectors)

    def restart(self) -> None:
        """End all connectors as one does, and start them again. Raises `EmbeddedFailedError`."""
        for name in self._connectors:
            self._ask("POST", f"{name}/restart?includeTasks=true")
        end = time.monotonic() + self.deadline
        while not (self._are_written_down() and self.answers()):
            if time.monotonic() > end:
                raise EmbeddedFailedError(f"{self.name} wrote down no offsets when it was ended")
            time.sleep(0.05)

    def _are_written_down(self) -> bool:
        offsets = self.directory / "offsets"
        written = offsets.read_bytes() if offsets.exists() else b""
        return all(f'"{name}"'.encode() in written for name in self._connectors)

    def _ask(self, how: str, what: str) -> dict[str, Any]:
        asked = urllib.request.Request(
            f"http://{LOOPBACK}:{self.port}/connectors/{what}", method=how
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            told: dict[str, Any] = json.loads(answer.read() or b"{}")
            return told

    def _runs(self, name: str) -> bool:
        told = self._ask("GET", f"{name}/status")
        states = [told["connector"]["state"], *(it["state"] for it in told["tasks"])]
        return len(states) > 1 and set(states) == {"RUNNING"}

    def _worker(self) -> dict[str, str]:
        json_converter = "org.apache.kafka.connect.json.JsonConverter"
        return {
            "bootstrap.servers": self._bootstrap,
            "listeners": f"http://{LOOPBACK}:{self.port}",
            "key.converter": json_converter,
            "value.converter": json_converter,
            "offset.storage.file.filename": str(self.directory / "offsets"),
            "offset.flush.interval.ms": "3600000",
            # To look through all jars for what may be a plugin takes ten seconds.
            "plugin.discovery": "service_load",
        }

    def _source(self, name: str) -> dict[str, str]:
        return {
            "name": name,
            "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
            "tasks.max": "1",
            "plugin.name": "pgoutput",
            "database.hostname": LOOPBACK,
            "database.port": str(self._database.port),
            "database.user": USER,
            "database.password": "none",
            "database.dbname": DATABASE,
            "topic.prefix": name,
            "slot.name": name,
            "topic.creation.default.replication.factor": "1",
            "topic.creation.default.partitions": "1",
        }

    def _written(self, name: str, settings: dict[str, str]) -> Path:
        file = self.directory / f"{name}.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()), "utf-8")
        return file


def debezium_libs(libs: Path | None = None) -> Path:
    """Where the jars are. Raises `EmbeddedMissingError`."""
    return jars_of(
        "Debezium",
        libs,
        variable=LIBS_VARIABLE,
        among="debezium-connector-postgres-*.jar",
        pom=".ci/debezium/pom.xml",
    )
