"""`offbook dlq replay`: what is mended is sent, once, and what is still no event stays."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from contract.rejected import Rejected
from contract.times import rfc3339
from sinks.dead_letters import (
    WrittenAnew,
    failed_letter,
    rejected_letter,
    without_value,
)
from streams.router.repeats import conflict
from tests.cli.dead_letters.installation import Installation, document, payment

pytestmark = pytest.mark.integration


def test_what_is_mended_is_sent_once_and_what_is_not_stays(
    installation: Installation, tmp_path: Path
) -> None:
    it = installation
    mendable = payment("P-1", amount=None, sum="2.50", payee_account=None, payeeAccount="A-1")
    it.set_aside("payments", mendable, b"no JSON", payment("P-3", amount="x"), key=b"C-1")
    it.set_aside("tips", document("tips", "t", tip="T-1", reporter="SECRET"))
    map_ = tmp_path / "map.toml"
    map_.write_text(
        'rename = {"data.sum" = "data.amount", "data.payeeAccount" = "data.payee_account"}'
    )
    words = ("replay", "--map", str(map_))
    dry = it.run(*words, "--dry-run")
    assert dry.stderr == "1 would be sent again (payments 1), 3 stay\n"
    assert it.all_of("payments") == it.all_of("offbook.dlq-handled") == []
    done = it.run(*words)
    assert (done.returncode, done.stderr) == (1, "1 sent again (payments 1), 3 stay\n")
    assert "no JSON object: it cannot be mended" in done.stdout
    assert "data.amount: `data.amount` is no decimal number" in done.stdout
    assert "Its value is withheld" in done.stdout
    assert "SECRET" not in done.stdout
    (sent,) = it.all_of("payments")
    assert json.loads(sent.value)["data"] == {
        "payment": "P-1",
        "amount": "2.50",
        "payee_account": "A-1",
    }
    assert (sent.key, sent.headers) == (b"C-1", [("offbook.replayed-from", b"dlq.payments/0/0")])
    again = it.run(*words)
    assert again.stderr == "0 sent again, 3 stay, 1 were dealt with before\n"
    assert len(it.all_of("payments")) == 1
    assert it.listed()["handled"] == 1
    assert "handled    replayed by " in it.run("show", "payments:0:0").stdout


def test_a_good_event_is_sent_as_it_came_in_its_own_mode(installation: Installation) -> None:
    it = installation
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"1"),
        ("ce_source", b"//s"),
        ("ce_type", b"offbook.payment.v1"),
        ("ce_time", rfc3339(time.time_ns() // 1000).encode()),
        ("trace", None),
    )
    value = b'{"payment": "1",  "amount": 1.10, "payee_account": "A"}'
    record = WrittenAnew(f"{it.prefix}payments", 1, 5, 7, None, value, headers)
    it.put(
        failed_letter(record, ValueError(), stage="detector:x", message="Ours.", prefix=it.prefix)
    )
    assert it.listed("--reason", "detector")["letters"] == 1
    done = it.run("replay", "--reason", "detector")
    assert (done.returncode, done.stdout) == (0, "")
    (sent,) = it.all_of("payments")
    assert (sent.key, sent.value) == (None, value)
    assert tuple(sent.headers) == (*headers, ("offbook.replayed-from", b"dlq.payments/0/0"))


def test_what_the_service_would_refuse_anew_is_not_sent(installation: Installation) -> None:
    it = installation
    with it.config.open("a", encoding="utf-8") as config:
        config.write('\n[feeds."payments"]\nsources = ["//bank"]\n')
    record = WrittenAnew(f"{it.prefix}payments", 1, 5, 7, None, payment("1"))
    large = rejected_letter(record, Rejected("data", "data", "Large.", "Less."), prefix=it.prefix)
    it.put(
        rejected_letter(record, conflict("payments[0] at offset 1", "…"), prefix=it.prefix),
        failed_letter(record, ValueError(), stage="route", message="Ours.", prefix=it.prefix),
        without_value(large, "too large to be routed"),
    )
    beat = json.loads(payment("1")) | {"type": "offbook.heartbeat.v1", "data": {"partition": 0}}
    it.put(
        failed_letter(
            WrittenAnew(f"{it.prefix}payments", 1, 5, 7, None, json.dumps(beat).encode()),
            ValueError(),
            stage="route",
            message="Ours.",
            prefix=it.prefix,
        ),
        failed_letter(
            WrittenAnew(f"{it.prefix}offbook.alerts", 0, 5, 7, None, b"{}"),
            ValueError(),
            stage="alert",
            message="Ours.",
            prefix=it.prefix,
        ),
    )
    done = it.run("replay")
    assert (done.returncode, done.stderr) == (1, "0 sent again, 5 stay\n")
    for why in (
        "Give it an `id` of its own",
        "payments takes no events of this `source`",
        "Its value is withheld",
        "A heartbeat speaks of the moment it was sent",
        "What is on offbook.alerts is Offbook's own",
    ):
        assert why in done.stdout
    assert it.all_of("payments") == []


def test_a_reference_document_without_a_key_has_its_id(installation: Installation) -> None:
    it = installation
    it.set_aside(
        "reference.employees",
        document("reference.employees", "1", employee="E-1", role="boss"),
        key=None,
    )
    map_ = it.config.with_name("map.toml")
    map_.write_text('replace = {"data.role" = {boss = "manager"}}')
    assert it.run("replay", "--map", str(map_)).returncode == 0
    (sent,) = it.all_of("reference.employees")
    assert sent.key == b"E-1"
