"""`offbook connect run` as anybody would start it, and what it leaves on Kafka."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from connectors.receiving.letters import letter_topic
from streams.monitor.partition_reader import PartitionReader
from streams.settings.loading import load
from streams.settings.settings import Settings
from streams.wire.kafka import topic_name
from streams.wire.topics import create_topics, partitions_of
from tests.cli.commands import environment
from tests.parts.prepared import Prepared

#: A table of receipts, whose account has to stand in a table of the company's.
PAYMENTS = """
source = "//bank.acme.test"
zone = "Asia/Shanghai"
decode = { format = "FORMAT" }

[tables.accounts]
one = "6222000000000001"

[[rule]]
when = { kind = "note" }
skip = "a note is no payment"

[[rule]]
when = { sum = "present" }
type = "offbook.payment.v1"
id = { path = "no", as = "text" }
time = { path = "at", as = "time" }
[rule.data]
payment = { path = "no", as = "text" }
amount = { path = "sum", as = "decimal" }
payee_account = { path = "to", as = "lookup", table = "accounts" }
"""


def payments(format_: str, receive: str, more: str = "") -> str:
    return f"receive = {{ {receive} }}\n" + PAYMENTS.replace("FORMAT", format_) + more


def payment(no: str, **changes: Any) -> dict[str, Any]:
    return {"no": no, "at": "2024-03-05 14:22:30", "sum": "12.50", "to": "one", **changes}


def settings_of(bootstrap: str, prefix: str) -> Settings:
    return load(None, variables(bootstrap, prefix))


def variables(bootstrap: str, prefix: str) -> dict[str, str]:
    return {
        "OFFBOOK_KAFKA_BOOTSTRAP": bootstrap,
        "OFFBOOK_TOPIC_PREFIX": prefix,
        "OFFBOOK_GROUP_PREFIX": f"{prefix}offbook",
        "OFFBOOK_LOG_FORMAT": "json",
    }


class Running:
    """A process with these pages."""

    def __init__(self, settings: dict[str, str], pages: Sequence[Path], log: Path) -> None:
        self._log = log
        log.touch()
        self._from = len(log.read_text("utf-8"))
        self.process = Prepared(
            "offbook",
            ["connect", "run", *map(str, pages), "--port", "0", "--metrics-port", "0"],
            environment=environment(**settings),
            out=log,
        )

    def said(self) -> str:
        return self._log.read_text("utf-8")[self._from :]

    def lines(self, event: str) -> list[dict[str, Any]]:
        told = [json.loads(it) for it in self.said().splitlines() if it.startswith("{")]
        return [it for it in told if it["event"] == event]

    def listening(self) -> Running:
        until(lambda: self.lines("listening") or self.process.poll() is not None, self.said)
        assert self.process.poll() is None, self.said()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.lines('listening')[0]['port']}"

    def asked(self, path: str) -> tuple[int, str]:
        port = self.lines("listening")[0]["metrics_port"]
        return request("GET", f"http://127.0.0.1:{port}{path}")

    def ready(self) -> Running:
        self.listening()
        until(lambda: self.asked("/readyz")[0] == 200, lambda: self.asked("/readyz")[1])
        return self

    def figures(self) -> dict[tuple[str, ...], float]:
        """By name and the values of its labels; those that are 0 are left out."""
        families = text_string_to_metric_families(self.asked("/metrics")[1])
        return {
            (it.name.removeprefix("offbook_connector_"), *it.labels.values()): it.value
            for family in families
            for it in family.samples
            if it.name.startswith("offbook_connector_") and it.value
        }

    def outcomes(self, name: str) -> dict[str, int]:
        return {
            it[2]: int(count)
            for it, count in self.figures().items()
            if it[:2] == ("records_total", name)
        }

    def end(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(40)
        finally:
            self.process.kill()


@contextmanager
def running(
    bootstrap: str, prefix: str, pages: Sequence[Path], log: Path, **more: str
) -> Iterator[Running]:
    """It is asked to end at the end, and killed if it does not."""
    create_topics(settings_of(bootstrap, prefix))
    its = Running({**variables(bootstrap, prefix), **more}, pages, log)
    try:
        yield its.listening()
    finally:
        if its.process.poll() is None:
            assert its.end() == 0, its.said()
        assert "Traceback" not in its.said()


def until(
    holds: Callable[[], Any], said: Callable[[], Any] = lambda: "", within: float = 60
) -> None:
    """Wait until it holds."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, said()
        time.sleep(0.05)


def request(method: str, url: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    asked = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def records(bootstrap: str, prefix: str, topic: str) -> list[Any]:
    """All that is on a topic of the contract."""
    settings = settings_of(bootstrap, prefix)
    name, count = topic_name(settings, topic), partitions_of(settings, [topic])[topic]

    async def all_of_it() -> list[Any]:
        reader = PartitionReader(settings)
        try:
            return [
                it
                for number in range(count)
                async for some in reader.read(name, number, 0, holes=True)
                for it in some
            ]
        finally:
            await reader.stop()

    return asyncio.run(all_of_it())


def events(bootstrap: str, prefix: str, topic: str = "payments") -> list[dict[str, Any]]:
    return [json.loads(it.value) for it in records(bootstrap, prefix, topic)]


def letters(bootstrap: str, prefix: str, name: str) -> list[Any]:
    return records(bootstrap, prefix, letter_topic(name))


def header(record: Any, name: str) -> str:
    return [it for key, it in record.headers if key == name][-1].decode()
