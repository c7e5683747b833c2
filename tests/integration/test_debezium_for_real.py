"""A real Debezium follows a real PostgreSQL, and what it writes to Apache Kafka is mapped."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from kafka import KafkaConsumer, TopicPartition

from connectors.loading import load_connector
from connectors.mapping.connector import Told
from offbook.cli.demo.server_process import EmbeddedMissingError
from tests.connectors.presets.fixture import COMPANY, FIXTURES, events
from tests.connectors.presets.trial import ids, reasons, refused
from tests.connectors.receiving.running import events as sent
from tests.connectors.receiving.running import running, until
from tests.integration import debezium_database as company
from tests.parts.apache_kafka import ApacheKafka
from tests.parts.debezium import Debezium, debezium_libs
from tests.parts.postgresql import PostgreSQL

pytestmark = pytest.mark.integration

OWN: Final = str(FIXTURES / "debezium/real/company.toml")
FLATTENED: Final = "debezium-flattened"
OUTBOX: Final = "debezium-outbox"
LARGE: Final = "".join(hashlib.md5(str(n).encode()).hexdigest() for n in range(1, 101))


@pytest.fixture
def database() -> Iterator[PostgreSQL]:
    """Skipped where a part is missing, save on CI: there that is a failure."""
    try:
        debezium_libs()
        server = PostgreSQL()
    except EmbeddedMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    with server:
        server.run(company.TABLES + company.BEFORE)
        yield server


class Topics:
    """What stands in Kafka."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)

    def close(self) -> None:
        self._consumer.close()

    def read(self, topic: str, ends: int = 1) -> list[bytes]:
        """All values, as soon as the last row of its table has come so often."""
        partition = TopicPartition(topic, 0)
        self._consumer.assign([partition])
        self._consumer.seek_to_beginning(partition)
        values: list[bytes] = []
        deadline = time.monotonic() + 90
        while sum(company.END.encode() in it for it in values) < ends:
            assert time.monotonic() < deadline, f"{topic}: only {len(values)} came"
            for batch in self._consumer.poll(200).values():
                values += (it.value or b"" for it in batch)
        return values


def mapped(page: str, values: list[bytes]) -> list[Told]:
    connector = load_connector(page, COMPANY)
    return [told for value in values for told in connector.read(io.BytesIO(value))]


def acts(found: list[Told]) -> list[tuple[Any, ...]]:
    """Who did what to which, and the images."""
    return [
        (it["actor"], it["op"], it["object"]["id"], it.get("before"), it.get("after"))
        for it in (event["data"] for event in events(found))
    ]


def skipped(found: list[Told]) -> list[str]:
    return [why.partition(":")[0] for why in reasons(found)]


def unmade(found: list[Told]) -> list[str]:
    """Of which fields there are dead letters."""
    return [it.field for it in refused(found)]


OPEN: Final = {"owner": "E-107", "stage": "open", "amount": "128000.00"}
LOST: Final = {"owner": "E-107", "stage": "lost", "amount": "0.05", "loss_reason": "price"}
OLD: Final = OPEN | {"loss_reason": LARGE}
CHEAPER: Final = OLD | {"amount": "127999.99"}
FULL: Final = [
    ("E-107", "create", "7", None, OPEN),
    ("E-109", "update", "7", OPEN, LOST),
    ("E-109", "update", "1", OLD, CHEAPER),
    ("E-100", "update", "7", LOST, LOST),
    ("E-100", "delete", "7", LOST, None),
    ("E-109", "create", "2", None, CHEAPER),
    ("E-107", "create", "20", None, {"stage": "open"}),
    ("E-107", "create", "21", None, {"stage": "open"}),
    ("E-107", "create", "99", None, {"stage": "open"}),
]
DEFAULT: Final = [
    ("E-109", "update", "1", None, {"stage": "lost", "amount": "0.05"}),
    ("E-107", "create", "99", None, {"stage": "open", "amount": "1000000000.00"}),
]
COPIED: Final = [
    ("E-107", "create", "SO-1", None, {"status": "draft", "amount": "128000.00"}),
    ("E-107", "create", "SO-2", None, {"status": "draft", "amount": "0.10"}),
    ("E-107", "create", "SO-9", None, {"status": "draft"}),
]
RECEIPTS: Final = {
    "2": ("2026-03-08T10:42:10.000123+08:00", "128000.5"),
    "3": ("2026-03-08T02:42:10.000123+00:00", "1000"),
    "99": ("2025-12-31T15:59:59+00:00", "0.12"),
}


FLAT: Final = [(*it[:3], None if it[4] else it[3], it[4]) for it in FULL]


def check_opportunities(found: list[Told], expected: list[Any], now: datetime) -> set[str]:
    assert acts(found) == expected
    # The row that was given another key: to Debezium it was deleted, and nobody said by whom.
    assert unmade(found) == ["data.actor"]
    for event in events(found):
        assert event["time"].endswith("+08:00")
        # Eight hours off would be in the future, or long ago.
        assert abs(datetime.fromisoformat(event["time"]) - now) < timedelta(hours=1)
    known = set(ids(found))
    assert len(known) == len(expected)
    return known


def check_others(topics: Topics, name: str) -> None:
    found = mapped(OWN, topics.read(f"{name}.public.t_deal"))
    assert acts(found) == DEFAULT
    assert unmade(found) == ["data.actor"]
    assert skipped(found) == ["a snapshot", "a tombstone"]

    found = mapped(OWN, topics.read(f"{name}.public.sale_order"))
    assert acts(found) == COPIED
    assert len(set(ids(found))) == len(COPIED)

    found = mapped(OWN, topics.read(f"{name}.public.receipt"))
    told = {it["data"]["payment"]: (it["time"], it["data"]["amount"]) for it in events(found)}
    assert told == RECEIPTS
    # No number, and no time: never an amount of nothing, nor 1970.
    assert unmade(found) == ["data.amount", "time", "time"]


def check_outbox(found: list[Told]) -> set[str]:
    told = [(it["data"]["order"], it["data"]["after"].get("amount")) for it in events(found)]
    # What stood there before was nobody's yet: an outbox is read from its beginning.
    assert told == [("SO-0", None), ("SO-1", "128000.10"), (company.END, "90071992547409.93")]
    return set(ids(found))


def check_run(bootstrap: str, folder: Path, known: set[str]) -> None:
    """The same by `offbook connect run`, from topic to topic."""
    page = folder / "crm.toml"
    topics = ["plain_string.public.opportunity", "plain_string.public.receipt"]
    text = Path(OWN).read_text("utf-8").replace("debezium.example.com", "crm.acme.test")
    page.write_text(f"receive = {{ kafka = {{ topics = {topics} }} }}\n{text}", "utf-8")
    log, more = folder / "log", {"OFFBOOK_COMPANY": str(COMPANY)}
    with running(bootstrap, "real.", [page], log, **more) as its:
        expected = {"mapped": len(FULL) + len(RECEIPTS), "skipped": 5, "dead_letter": 4}
        until(lambda: its.outcomes("crm") == expected, lambda: (its.outcomes("crm"), its.said()))
    assert {it["id"] for it in sent(bootstrap, "real.", "crm.edits")} == known
    payments = {it["data"]["payment"]: it["time"] for it in sent(bootstrap, "real.", "payments")}
    assert payments == {number: at for number, (at, _) in RECEIPTS.items()}


def test_each_act_in_a_real_database_is_one_event_however_debezium_writes_it(
    apache_kafka: ApacheKafka, database: PostgreSQL, tmp_path: Path
) -> None:
    bootstrap = apache_kafka.bootstrap
    with (
        Debezium(bootstrap, database, company.CONNECTORS) as debezium,
        closing(Topics(bootstrap)) as topics,
    ):
        debezium.restart()
        now = datetime.fromisoformat(database.run("SELECT now()")[0])
        database.run(company.ACTS)

        known: dict[tuple[str, str], set[str]] = {}
        for name in company.ENVELOPES:
            topic = f"{name}.public.opportunity"
            found = mapped(OWN, topics.read(topic))
            known[OWN, topic] = check_opportunities(found, FULL, now)
            assert skipped(found) == ["a snapshot", "a tombstone", "a tombstone", "a truncate"]
            check_others(topics, name)
        for name in company.FLATTENED:
            topic = f"{name}.public.opportunity"
            found = mapped(FLATTENED, topics.read(topic))
            known[FLATTENED, topic] = check_opportunities(found, FLAT, now)
            assert skipped(found) == ["a snapshot"]
        # By its place in the log an act is the same, however it was written.
        assert len({frozenset(it) for it in known.values()}) == 1
        check_run(bootstrap, tmp_path, next(iter(known.values())))
        outbox = mapped(OUTBOX, topics.read("outbox.order"))
        known[OUTBOX, "outbox.order"] = check_outbox(outbox)

        # It crashes, and has not written down what it sent.
        debezium.kill()
        debezium.start()
        for (page, topic), its in known.items():
            again = ids(mapped(page, topics.read(topic, ends=2)))
            assert len(again) > len(its)
            assert set(again) == its
