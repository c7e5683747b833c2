"""docs/producing.md: what it shows is run or compiled as it stands there. Both pages show
the same."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from offbook import produce
from offbook.cli.demo.embedded import EmbeddedKafka
from offbook.produce import ProducerError, Settings
from streams.wire.kafka_access import KafkaAccessError
from streams.wire.topics import create_topics
from tests.cli.commands import environment
from tests.parts.compilers import ROOT, java, run, tsc

PAGES = ["docs/producing.md", "docs/producing.zh.md"]
page = pytest.mark.parametrize("path", PAGES)

#: As much of Kafka's client for Java as the page uses; it keeps what it is given in a file.
STUBS = {
    "clients/producer/ProducerRecord": """
        package org.apache.kafka.clients.producer;
        public record ProducerRecord<K, V>(String topic, K key, V value) { }
    """,
    "clients/producer/KafkaProducer": """
        package org.apache.kafka.clients.producer;
        public class KafkaProducer<K, V> implements AutoCloseable {
            public KafkaProducer(java.util.Map<String, Object> it, Object key, Object value) { }
            public java.util.concurrent.Future<Void> send(ProducerRecord<K, V> it) {
                System.out.println(it.topic() + " " + it.key());
                System.out.println(new String((byte[]) it.value()));
                return java.util.concurrent.CompletableFuture.completedFuture(null);
            }
            public void close() { }
        }
    """,
    "common/serialization/StringSerializer": """
        package org.apache.kafka.common.serialization;
        public class StringSerializer { }
    """,
    "common/serialization/ByteArraySerializer": """
        package org.apache.kafka.common.serialization;
        public class ByteArraySerializer { }
    """,
}
#: The same of kafkajs.
KAFKAJS = """
exports.Kafka = class {
  producer() {
    return {
      connect: async () => {},
      disconnect: async () => {},
      send: async ({ topic, messages }) => {
        console.log(topic + " " + messages[0].key);
        console.log(messages[0].value);
      },
    };
  }
};
"""


def blocks(path: str, kind: str) -> list[str]:
    """The fenced blocks of a kind, in order."""
    text = (ROOT / path).read_text("utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def is_the_first_event(said: str) -> None:
    where, value = said.splitlines()
    assert where == "payments P-000718"
    event = decode_structured(value.encode(), Origin("payments", 0, 0))
    assert isinstance(event, Event)
    assert event.id == "bank-20260305-000718"


@pytest.mark.integration
def test_the_scripts_run_as_they_stand(fresh_kafka: EmbeddedKafka, tmp_path: Path) -> None:
    create_topics(Settings(kafka_bootstrap=fresh_kafka.bootstrap))
    said = ""
    for number, script in enumerate(blocks(PAGES[0], "python")):
        file = tmp_path / f"script_{number}.py"
        file.write_text(script.replace("localhost:9092", fresh_kafka.bootstrap), "utf-8")
        done = subprocess.run(
            [sys.executable, str(file)],
            env=environment() | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said += done.stdout
    assert re.fullmatch(r"payments \d \d+\n", said)


def test_the_typescript_compiles_and_sends_an_event(tmp_path: Path) -> None:
    (script,) = blocks(PAGES[0], "ts")
    shutil.copy(ROOT / "clients/typescript/src/events.ts", tmp_path)
    (tmp_path / "first.ts").write_text(script, "utf-8")
    (tmp_path / "kafkajs.d.ts").write_text('declare module "kafkajs";\n')
    files = [str(tmp_path / name) for name in ("first.ts", "kafkajs.d.ts")]
    run(tsc(), "--strict", "--target", "es2020", "--module", "commonjs", *files)
    module = tmp_path / "node_modules" / "kafkajs"
    module.mkdir(parents=True)
    (module / "index.js").write_text(KAFKAJS)
    is_the_first_event(run("node", str(tmp_path / "first.js")))


def test_the_java_compiles_and_sends_an_event(tmp_path: Path) -> None:
    (script,) = blocks(PAGES[0], "java")
    sources = [str(it) for it in (ROOT / "clients/java/src/main").rglob("*.java")]
    for name, text in ({"First": script} | STUBS).items():
        file = tmp_path / f"{name}.java"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        sources.append(str(file))
    run(java("javac"), "-encoding", "UTF-8", "-d", str(tmp_path / "classes"), *sources)
    is_the_first_event(run(java("java"), "-cp", str(tmp_path / "classes"), "First"))


def test_both_pages_show_the_same() -> None:
    for kind in ("python", "ts", "java"):
        one, other = ([re.sub(r"\s*#.*", "", it) for it in blocks(path, kind)] for path in PAGES)
        assert one == other


@page
def test_every_error_is_in_the_table_and_says_whether_to_try_again(path: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", (ROOT / path).read_text("utf-8"), re.MULTILINE)
    errors = {
        name: it.retryable
        for name in produce.__all__
        if isinstance(it := getattr(produce, name), type)
        and issubclass(it, (ProducerError, KafkaAccessError))
        and it not in (ProducerError, KafkaAccessError)
    }
    assert {name: told in ("yes", "是") for name, told in rows} == errors


@pytest.mark.parametrize(
    "path", ["README.md", "README.zh-CN.md", "docs/events.md", "docs/events.zh.md"]
)
def test_there_is_a_way_to_it(path: str) -> None:
    assert re.search(r"producing(\.zh)?\.md", (ROOT / path).read_text("utf-8"))
