"""One Apache Kafka broker in KRaft mode on loopback, from a directory of its jars.

Maven fetches them: `mvn -f .ci/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory=DIR`.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from offbook.cli.demo.embedded import answers_kafka
from offbook.cli.demo.server_process import (
    LOOPBACK,
    EmbeddedFailedError,
    ServerProcess,
    free_port,
)
from tests.parts.jars import jars_of, java

LIBS_VARIABLE = "KAFKA_LIBS"
_CLUSTER_ID = "b2ZmYm9vay10ZXN0cy0wMQ"  # any 16 bytes in base64


class ApacheKafka(ServerProcess):
    """`kill()` and `start()` keep port, topics, offsets and groups, as a crashed broker does.

    `libs`: directory of the jars; None reads the environment variable KAFKA_LIBS.
    `heap_mb`: the JVM's greatest heap. Topics are not created by being asked for.
    """

    name = "apache-kafka"

    def __init__(
        self,
        libs: Path | None = None,
        *,
        port: int | None = None,
        directory: Path | None = None,
        deadline: float = 60.0,
        heap_mb: int = 768,
    ) -> None:
        super().__init__(port=port, directory=directory, deadline=deadline)
        self._controller_port = free_port()
        self._heap_mb = heap_mb
        self._libs = jars_of(
            "Apache Kafka",
            libs,
            variable=LIBS_VARIABLE,
            among="kafka_2.13-*.jar",
            pom=".ci/kafka/pom.xml",
        )

    @property
    def bootstrap(self) -> str:
        """`host:port`, as Kafka clients want it."""
        return f"{LOOPBACK}:{self.port}"

    def move(self) -> None:
        super().move()
        self._controller_port = free_port()
        shutil.rmtree(self.directory / "data", ignore_errors=True)
        (self.directory / "server.properties").unlink(missing_ok=True)

    def command(self) -> list[str]:
        properties = self.directory / "server.properties"
        if not properties.exists():
            properties.write_text(self._properties())
            self._format(properties)
        return [*self._java(), "kafka.Kafka", str(properties)]

    def _java(self) -> list[str]:
        return java("Apache Kafka", self._libs, "-Xms256m", f"-Xmx{self._heap_mb}m")

    def _properties(self) -> str:
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{LOOPBACK}:{self._controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{LOOPBACK}:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self.directory / "data",
            "log.segment.bytes": 16 << 20,
            "log.cleaner.dedupe.buffer.size": 16 << 20,
            # Else it deletes what claims to be old half a minute after its start, in the middle of
            # some test on a busy machine.
            "log.initial.task.delay.ms": 86_400_000,
            # A broker killed and started again is let in only when its old session has run out.
            "broker.heartbeat.interval.ms": 500,
            "broker.session.timeout.ms": 2000,
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "message.max.bytes": 16 << 20,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
        }
        return "".join(f"{key}={value}\n" for key, value in settings.items())

    def _format(self, properties: Path) -> None:
        tool = [
            *self._java(),
            "kafka.tools.StorageTool",
            "format",
            "-t",
            _CLUSTER_ID,
            "-c",
            str(properties),
        ]
        done = subprocess.run(
            tool, capture_output=True, text=True, timeout=self.deadline, check=False
        )
        if done.returncode:
            properties.unlink()
            raise EmbeddedFailedError(
                f"kafka.tools.StorageTool: {done.stdout}{done.stderr}".strip()
            )

    def answers(self) -> bool:
        # ApiVersions is answered before the broker has joined its cluster; clients need both.
        if not answers_kafka(self.port):
            return False
        with contextlib.suppress(KafkaError):
            admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5000)
            try:
                return bool(admin.describe_cluster()["brokers"])
            finally:
                admin.close()
        return False
