"""Viewers see who did what to whom under other names, and cannot find out the right ones."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contract.alert import Alert, Bilingual, Evidence
from contract.times import rfc3339
from desk.service import readers_of
from streams.settings.loading import load
from streams.settings.settings import Settings, SettingsError
from tests.cli.commands import REFERENCE, STORY, offbook
from tests.desk.at_the_desk import Client, at_the_desk, ids, records, variables, write_readers
from tests.sinks.some_alerts import alert

NOW = rfc3339(time.time_ns() // 1_000_000_000 * 1_000_000)
#: Each a name of somebody or something, which no answer to a viewer may have.
SECRETS = ("e-7-wang", "e-8-li", "c-9-acme", "o-1-big", "acc-6222", "pay-11", "wangwei", "a-real")
RECENT: dict[str, Any] = {"first_event_at": NOW, "last_event_at": NOW, "detected_at": NOW}
ALERT = alert(
    "a-real",
    employee="e-7-wang",
    account_holder="e-8-li",
    customer="c-9-acme",
    order="o-1-big",
    account="acc-6222",
    summary=Bilingual("wangwei took it", "wangwei"),
    evidence=(
        Evidence("//bank", "pay-11", "offbook.payment.v1", NOW, "payments", 0, 7, "to wangwei"),
    ),
    **RECENT,
)


@pytest.mark.integration
def test_no_answer_to_a_viewer_names_anybody(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, settings: Settings) -> None:
        for step, body in (
            ("acknowledge", {}),
            ("note", {"note": "wangwei says no"}),
            ("propose", {"verdict": "benign", "note": "wangwei"}),
        ):
            assert (await client.post(f"/api/alerts/a-real/{step}", body))[0] == 200
        _, page = await client.get("/api/alerts", "vera")
        (row,) = page["alerts"]
        paths = [
            "/api/alerts?limit=1",
            f"/api/alerts/{row['alert_id']}",
            f"/api/alerts?employee={row['employee']}&customer={row['customer']}",
            "/api/cases",
            f"/api/employees/{row['employee']}/timeline",
            f"/api/employees/{row['account_holder']}/timeline",
            "/api/stats",
            "/api/detectors",
        ]
        for path in paths:
            headers = {"Authorization": "Bearer token-of-vera"}
            async with client.session.get(path, headers=headers) as answer:
                text = await answer.text()
            assert answer.status == 200, path
            for secret in (*SECRETS, '"chen"'):
                assert secret not in text, path
        _, found = await client.get(paths[2], "vera")
        assert ids(found) == [row["alert_id"]]
        _, whole = await client.get(paths[1], "vera")
        assert [(it["step"], it["by"], it["note"]) for it in whole["history"]] == [
            ("acknowledge", None, None),
            ("note", None, None),
            ("propose", None, None),
        ]
        _, told = await client.get(paths[4], "vera")
        assert [it["kind"] for it in told["entries"]][:2] == ["event", "alert"]
        # They saw nobody: there is nothing to record.
        assert await records(settings, "offbook.audit") == []

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, ALERT)


@pytest.mark.integration
def test_what_a_viewer_passes_on_leads_those_who_see_names_to_the_same(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, settings: Settings) -> None:
        _, page = await client.get("/api/alerts", "vera")
        (row,) = page["alerts"]
        _, whole = await client.get(f"/api/alerts/{row['alert_id']}")
        assert (whole["alert"]["alert_id"], whole["alert"]["employee"]) == ("a-real", "e-7-wang")
        _, found = await client.get(f"/api/alerts?employee={row['employee']}")
        assert ids(found) == ["a-real"]
        assert (await client.get(f"/api/employees/{row['employee']}/timeline"))[0] == 200
        looks = await records(settings, "offbook.audit")
        assert [it["employee"] for it in looks] == ["e-7-wang"]
        status, done = await client.post(f"/api/alerts/{row['alert_id']}/acknowledge")
        assert (status, done["alert"]["alert_id"]) == (200, "a-real")
        # What is nobody's pseudonym is nobody.
        assert (await client.get("/api/alerts/alert-0123456789"))[0] == 404

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, ALERT)


@pytest.mark.integration
def test_no_alert_of_the_story_names_anybody_to_a_viewer(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    told = [
        msgspec.json.decode(line, type=Alert)
        for line in offbook("replay", REFERENCE, STORY).stdout.splitlines()
    ]
    alerts = {it.alert_id: it for it in told}.values()
    names = {
        name
        for it in alerts
        for name in (it.alert_id, it.employee, it.customer, it.order, it.account, it.account_holder)
        if name is not None
    }
    names |= {it.id for alert_ in alerts for it in alert_.evidence}
    assert len(alerts) > 20

    async def work(client: Client, _: Settings) -> None:
        async def asked(path: str) -> Any:
            headers = {"Authorization": "Bearer token-of-vera"}
            async with client.session.get(path, headers=headers) as answer:
                text = await answer.text()
            assert answer.status == 200, path
            said = set(re.findall(r'"([^"]*)"', text)) | set(re.findall(r"[\w-]+", text))
            assert said & names == set(), path
            return msgspec.json.decode(text)

        shelves = [await asked(f"/api/alerts?shelf={it}") for it in ("open", "closed")]
        rows = [row for page in shelves for row in page["alerts"]]
        assert len(rows) == len(alerts)
        for row in rows:
            await asked(f"/api/alerts/{row['alert_id']}")
        for employee in {row["employee"] for row in rows if row["employee"]}:
            await asked(f"/api/employees/{employee}/timeline")
        await asked("/api/cases")

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *alerts, delivery=False)


@pytest.mark.integration
def test_a_viewer_cannot_ask_by_a_real_id(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        for path in (
            "/api/alerts?employee=e-7-wang",
            "/api/alerts?customer=c-9-acme",
            "/api/cases?employee=nobody",
            "/api/employees/e-7-wang/timeline",
        ):
            status, told = await client.get(path, "vera")
            assert (status, "by the pseudonym" in told["detail"]) == (403, True), told
        for path in ("/api/alerts/a-real", "/api/employees/employee-0123456789/timeline"):
            assert (await client.get(path, "vera"))[0] == 404
        _, page = await client.get("/api/alerts?employee=employee-0123456789", "vera")
        assert page == {"alerts": [], "next": None, "total": 0}

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, ALERT, delivery=False)


@pytest.mark.integration
def test_a_viewer_can_turn_the_pages(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        for path, key in (("/api/alerts", "alerts"), ("/api/cases", "cases")):
            found, after = [], ""
            while True:
                _, page = await client.get(f"{path}?limit=2{after}", "vera")
                found += page[key]
                if page["next"] is None:
                    break
                after = f"&cursor={page['next']}"
            assert len(found) == len({str(it) for it in found}) == 5

    alerts = [alert(f"a{it}", customer=f"c-{it}") for it in range(5)]
    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *alerts, delivery=False)


def test_it_does_not_start_with_a_viewer_and_no_secret(tmp_path: Path) -> None:
    env = variables("b:1", "redis://r:1", "", write_readers(tmp_path))
    del env["OFFBOOK_PSEUDONYM_SECRET"]
    with pytest.raises(SettingsError, match=r"pseudonym_secret: is needed, for vera .*openssl"):
        readers_of(load(None, env))


def test_it_does_not_start_without_readers() -> None:
    with pytest.raises(SettingsError, match=r"readers_file: is not set: name a TOML file"):
        readers_of(Settings())


def test_a_secret_that_can_be_tried_out_is_refused() -> None:
    with pytest.raises(SettingsError, match="PSEUDONYM_SECRET: must have 32 characters") as told:
        load(None, {"OFFBOOK_PSEUDONYM_SECRET": "short-one"})
    assert "short-one" not in str(told.value)
    assert "x" * 32 not in repr(load(None, {"OFFBOOK_PSEUDONYM_SECRET": "x" * 32}))
