"""A webhook, from the sender's signature to what is on Kafka, on a real broker."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.signatures.envelope import sealed_with, signature
from tests.connectors.receiving.running import (
    Running,
    events,
    header,
    letters,
    payment,
    payments,
    request,
    running,
    until,
)
from tests.connectors.signatures.sending import fixture, table, wecom_credential

pytestmark = pytest.mark.integration

SECRET = "0123456789abcdef"
HOOK = 'webhook = { signature = "offbook", secret_file = "secret" }'


def hook(folder: Path, name: str = "bank", receive: str = HOOK, format_: str = "json") -> Path:
    (folder / "secret").write_text(f"{SECRET}\n")
    page = folder / f"{name}.toml"
    page.write_text(payments(format_, receive), "utf-8")
    return page


def signed(body: bytes, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    stamp = str(int(time.time()) if at is None else at)
    said = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Offbook-Timestamp": stamp, "X-Offbook-Signature": said}


def send(its: Running, document: Any, path: str = "/bank", **headers: str) -> tuple[int, str]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return request("POST", its.url + path, body, **(signed(body) | headers))


def sealed(message: bytes, receive_id: str) -> tuple[str, str]:
    """The query and the element Encrypt, as WeCom sends them now."""
    its, at = wecom_credential(), str(int(time.time()))
    encrypt = sealed_with(its, receive_id.encode(), message, b"0123456789abcdef")
    said = signature(its.token, at, "n1", encrypt)
    return urlencode({"msg_signature": said, "timestamp": at, "nonce": "n1"}), encrypt


def test_a_callback_of_wecom_becomes_an_event_once_it_is_proven(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    vector = table("wecom/crypto_vector.json")
    (tmp_path / "token").write_text(vector["token"])
    page = tmp_path / "wecom.toml"
    page.write_text(
        f"""
preset = "wecom-contacts"
source = "//wecom.acme.test/ww1"
receive = {{ webhook = {{ path = "/wecom/contacts", signature = "wecom", token_file = "token",
  aes_key_env = "AES_KEY", receive_id = "{vector["receive_id"]}" }} }}
[tables.people]
lisi01 = "E-107"
""".replace(",\n  aes", ", aes"),
        "utf-8",
    )
    message = fixture("wecom/change_contact_delete_user.xml")
    query, encrypt = sealed(message, vector["receive_id"])
    body = f"<xml><ToUserName>x</ToUserName><Encrypt>{encrypt}</Encrypt></xml>".encode()
    with running(
        kafka.bootstrap, topic_prefix, [page], tmp_path / "log", AES_KEY=vector["EncodingAESKey"]
    ) as its:
        its.ready()
        # The address is checked before anything is sent to it.
        check, echo = sealed(b"1616140317555161061", vector["receive_id"])
        url = f"{its.url}/wecom/contacts?"
        asked = request("GET", f"{url}{check}&{urlencode({'echostr': echo})}")
        assert asked == (200, "1616140317555161061")
        assert request("POST", url + query, body) == (200, "")
        # The same once more, as a sender does that heard no answer, or whoever has overheard it.
        assert request("POST", url + query, body) == (200, "")
        forged = query.replace("msg_signature=", "msg_signature=0")
        status, said = request("POST", url + forged, body)
        assert (status, said) == (403, "Refused.\n")
        assert its.outcomes("wecom") == {"mapped": 2}
        assert its.figures()["refused_total", "wecom", "unproven"] == 1
        assert "lisi01" not in its.said()
        assert vector["token"] not in its.said()
    found = events(kafka.bootstrap, topic_prefix, "hr.changes")
    assert [it["data"] for it in found] == [{"employee": "E-107", "kind": "left"}] * 2
    assert len({(it["source"], it["id"]) for it in found}) == 1
    assert letters(kafka.bootstrap, topic_prefix, "wecom") == []


def test_what_cannot_be_mapped_is_answered_well_and_set_aside(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    with running(kafka.bootstrap, topic_prefix, [hook(tmp_path)], tmp_path / "log") as its:
        its.ready()
        assert send(its, [payment("P-1"), payment("P-2", to="nowhere"), {"kind": "note"}])[0] == 200
        assert send(its, {"no": "P-3"})[0] == 200
        assert send(its, b"{no json: 6222")[0] == 200
        assert its.outcomes("bank") == {
            "mapped": 1, "dead_letter": 2, "skipped": 1, "unmatched": 1
        }  # fmt: skip
        until(lambda: its.lines("dead letters of connectors; `offbook dlq list` shows them"))
        assert "nowhere" not in its.said()
    (event,) = events(kafka.bootstrap, topic_prefix)
    assert event["id"] == "P-1"
    mapped, unmatched, broken = letters(kafka.bootstrap, topic_prefix, "bank")
    assert json.loads(mapped.value) == payment("P-2", to="nowhere")
    assert header(mapped, "offbook.errors.stage") == "map"
    assert header(mapped, "offbook.connect.content") == "record"
    assert header(mapped, "__streams.errors.topic") == "connect.bank"
    assert "data.payee_account: " in header(mapped, "__streams.errors.message")
    assert "nowhere" not in str([it for _, it in mapped.headers])
    assert header(unmatched, "__streams.errors.exception") == "connectors.outcome.Unmatched"
    assert broken.value == b"{no json: 6222"
    assert header(broken, "offbook.errors.stage") == "decode"
    assert header(broken, "offbook.connect.content") == "raw"


def test_a_request_that_must_not_come_in_is_counted_and_is_no_dead_letter(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    narrow = HOOK.replace("secret_file", 'allow = ["10.0.0.0/8"], secret_file')
    behind = HOOK.replace(
        "secret_file", 'allow = ["10.0.0.0/8"], proxies = ["127.0.0.0/8"], secret_file'
    )
    slow = HOOK.replace("secret_file", "per_second = 0.001, burst = 2, secret_file")
    pages = [
        hook(tmp_path),
        hook(tmp_path, "narrow", narrow),
        hook(tmp_path, "behind", behind),
        hook(tmp_path, "slow", slow),
    ]
    with running(kafka.bootstrap, topic_prefix, pages, tmp_path / "log") as its:
        its.ready()
        body = json.dumps(payment("P-1")).encode()
        for headers in ({}, signed(body, "another secret!!"), signed(body, at=1_700_000_000)):
            assert request("POST", f"{its.url}/bank", body, **headers)[0] == 403
        assert request("DELETE", f"{its.url}/bank", body, **signed(body))[0] == 403
        assert request("POST", f"{its.url}/elsewhere", body, **signed(body))[0] == 404
        assert send(its, body, "/narrow")[0] == 403
        # A peer that is no proxy of ours can write what it likes.
        assert send(its, body, "/narrow", **{"X-Forwarded-For": "10.0.0.1"})[0] == 403
        assert send(its, body, "/behind", **{"X-Forwarded-For": "10.0.0.1, 8.8.8.8"})[0] == 403
        assert send(its, body, "/behind", **{"X-Forwarded-For": "8.8.8.8, 10.0.0.1"})[0] == 200
        assert send(its, b" " * (1 << 20) + body)[0] == 413
        assert [send(its, body, "/slow")[0] for _ in range(3)] == [200, 200, 429]
        # What is not proven uses nothing up.
        figures = its.figures()
        assert figures["refused_total", "bank", "unproven"] == 4
        assert figures["refused_total", "bank", "too_large"] == 1
        assert figures["refused_total", "narrow", "address"] == 2
        assert figures["refused_total", "slow", "rate"] == 1
        assert figures["unknown_path_total",] == 1
        assert its.outcomes("bank") == {}
    for name in ("bank", "narrow", "behind", "slow"):
        assert letters(kafka.bootstrap, topic_prefix, name) == []


def test_a_secret_that_is_replaced_is_read_anew(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    with running(kafka.bootstrap, topic_prefix, [hook(tmp_path)], tmp_path / "log") as its:
        its.ready()
        body = json.dumps(payment("P-1")).encode()
        new = "fedcba9876543210"
        assert request("POST", f"{its.url}/bank", body, **signed(body, new))[0] == 403
        half = tmp_path / "half"
        half.write_text("short")
        half.replace(tmp_path / "secret")
        # What cannot be used replaces nothing.
        assert send(its, body)[0] == 200
        until(lambda: its.asked("/readyz")[0] == 503)
        half.write_text(new)
        half.replace(tmp_path / "secret")
        assert request("POST", f"{its.url}/bank", body, **signed(body, new))[0] == 200
        assert send(its, body)[0] == 403
        its.ready()
        assert new not in its.said()


def test_of_chats_a_dead_letter_says_why_and_nothing_else(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    hook(tmp_path)
    page = tmp_path / "chats.toml"
    page.write_text(
        f"""
source = "//chat.acme.test"
zone = "Asia/Shanghai"
decode = {{ format = "json" }}
receive = {{ {HOOK} }}
[[rule]]
type = "offbook.chat.keyword-hit.v1"
id = {{ path = "id" }}
time = {{ path = "at", as = "time" }}
[rule.data]
employee = {{ path = "who" }}
app = "wecom"
category = "private_payment"
keyword = {{ path = "word" }}
excerpt = {{ path = "text" }}
""",
        "utf-8",
    )
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        its.ready()
        assert send(its, {"id": "1", "who": "zhang", "text": "very private"}, "/chats")[0] == 200
        assert send(its, b"no json, very private", "/chats")[0] == 200
        assert its.outcomes("chats") == {"dead_letter": 2}
    for it in letters(kafka.bootstrap, topic_prefix, "chats"):
        assert header(it, "offbook.connect.content") == "withheld"
        assert "private" not in f"{it.key}{it.value}{it.headers}"
        assert "zhang" not in f"{it.key}{it.value}{it.headers}"
