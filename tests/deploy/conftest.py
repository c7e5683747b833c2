"""The deployment's files, and the real programs that read them."""

from __future__ import annotations

import itertools
import json
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from kafka import KafkaProducer

from contract.document import encode_document
from contract.event import Event, Origin
from contract.types import Heartbeat, Shipment
from offbook.cli.demo.embedded import EmbeddedKafka, EmbeddedRedis
from tests.connectors.receiving.running import payment, payments, running
from tests.connectors.receiving.test_webhook import hook, send
from tests.parts.programs import path_of
from tests.parts.story_service import StoryService, story_service

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def as_yaml(text: str) -> Any:
    """The one document in it: read by libyaml, in a tenth of the time."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def read_yaml(path: Path) -> Any:
    """The one document of a YAML file."""
    return as_yaml(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """The path of a program. Where it is absent the test is skipped, save on CI: there it fails."""

    return lambda name: path_of(name, "Debian: prometheus, prometheus-alertmanager")


#: A worker without detectors of one's own has none to refuse.
OWN = Path(__file__).parents[2] / "examples" / "own_detector"


@dataclass
class Story:
    """An installation that has found what there is in the bundled story."""

    service: StoryService
    kafka: str
    prefix: str


@pytest.fixture(scope="package")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One whose worker has all roles, and goes on to get goods that leave without an order and
    records that are no events."""
    folder = tmp_path_factory.mktemp("worker")
    with (
        EmbeddedKafka() as kafka,
        EmbeddedRedis() as redis,
        story_service(kafka.bootstrap, redis.url, "dashboard.", folder, OWN) as service,
        _traffic(kafka.bootstrap, "dashboard."),
    ):
        yield Story(service, kafka.bootstrap, "dashboard.")


@pytest.fixture(scope="package")
def worker_metrics(story: Story) -> str:
    """`host:port` of the worker of the story."""
    return story.service.address


@contextmanager
def _traffic(bootstrap: str, prefix: str) -> Iterator[None]:
    """Five of each a second, heartbeats too: a rate has data only while something comes."""
    over = threading.Event()

    def send() -> None:
        producer = KafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False)
        for number in itertools.count():
            shipment = Shipment(shipment=f"S-{number}", status="dispatched")
            origin = Origin("shipments", 0, number)
            now = time.time_ns() // 1000
            event = Event("//wms.example", f"slip-{number}", now, shipment, origin)
            producer.send(f"{prefix}shipments", encode_document(event))
            producer.send(f"{prefix}payments", b"no event")
            beat = encode_document(Event("//hr.example", "♥", now, Heartbeat(), origin))
            for partition in sorted(producer.partitions_for(f"{prefix}hr.changes")):
                producer.send(f"{prefix}hr.changes", beat, partition=partition)
            if over.wait(0.2):
                break
        producer.close()

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        over.set()
        sender.join()


@pytest.fixture(scope="package")
def connector_metrics(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a process with two connectors, one of which has taken a record."""
    folder = tmp_path_factory.mktemp("connectors")
    (folder / "in").mkdir()
    files = folder / "files.toml"
    files.write_text(payments("csv", 'folder = { path = "in" }'), encoding="utf-8")
    with running(story.kafka, story.prefix, [hook(folder), files], folder / "log") as its:
        its.ready()
        # Nobody's act: the story is found as it was.
        assert send(its, payment("P-1", kind="note"))[0] == 200
        yield f"127.0.0.1:{its.lines('listening')[0]['metrics_port']}"


@pytest.fixture(scope="package")
def prometheus(
    program: Callable[[str], str],
    worker_metrics: str,
    connector_metrics: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The URL of a Prometheus with our configuration and rules, which scrapes `worker_metrics` and
    `connector_metrics`.

    Other than in the compose stack: the targets (one process in all roles; no desk, no robots), no
    Alertmanager, and two scrapes a second, so that a rate has its points soon.
    """
    binary = program("prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    config = read_yaml(DEPLOY / "prometheus/prometheus.yml")
    config["global"] = {"scrape_interval": "500ms", "evaluation_interval": "1s"}
    config["rule_files"] = [str(DEPLOY / "prometheus" / path) for path in config["rule_files"]]
    del config["alerting"]
    there = {"offbook": ("all", worker_metrics)}
    there["offbook-connectors"] = ("connectors", connector_metrics)
    config["scrape_configs"] = [
        {"job_name": job, "static_configs": [{"targets": [address], "labels": {"role": role}}]}
        for job, (role, address) in there.items()
    ]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    log = folder / "log"
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [
                binary,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={address}",
            ],
            stderr=errors,
        )
    try:
        _until_it_has_scraped(server, f"http://{address}", log)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(20)


def _until_it_has_scraped(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Ready it is before: whoever asks then is told that there is nothing."""
    deadline = time.monotonic() + 60
    while True:
        why = "nothing scraped"
        try:
            with urllib.request.urlopen(
                f"{url}/api/v1/query?query=offbook_redis_up", timeout=2
            ) as it:
                if json.load(it)["data"]["result"]:
                    return
        except OSError as error:
            why = str(error)
        if server.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"{why} on {url}: {log.read_text()}")
        time.sleep(0.1)
