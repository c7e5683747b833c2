"""The API as those who use it meet it, on real servers."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from contract.times import rfc3339
from offbook.cli.demo.embedded import EmbeddedKafka
from streams.settings.settings import Settings
from tests.desk.at_the_desk import Client, at_the_desk, ids, records
from tests.sinks.some_alerts import alert

pytestmark = pytest.mark.integration

NOW = rfc3339(time.time_ns() // 1_000_000_000 * 1_000_000)
RECENT: dict[str, Any] = {"first_event_at": NOW, "last_event_at": NOW, "detected_at": NOW}


def test_alerts_are_listed_the_worst_first_in_pages_by_what_is_asked(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    alerts = [
        alert("a", score=60),
        alert("b", score=80, employee="e-8"),
        alert("c", severity="warning", score=90, customer="c-1"),
        alert("d", severity="info", detector="chat-burst", account_holder="e-8"),
        alert("gone", 2, state="withdrawn"),
        alert("trial", mode="shadow"),
    ]

    async def work(client: Client, _: Settings) -> None:
        async def asked(query: str) -> list[str]:
            status, page = await client.get(f"/api/alerts?{query}")
            assert status == 200, page
            assert page["total"] == len(page["alerts"])
            return list(ids(page))

        assert await asked("") == ["b", "a", "c", "d"]
        assert await asked("severity=critical") == ["b", "a"]
        assert await asked("detector=chat-burst") == ["d"]
        assert await asked("employee=e-8") == ["b", "d"]
        assert await asked("customer=c-1") == ["c"]
        assert await asked("state=new&employee=e-8") == ["b", "d"]
        assert await asked("state=closed") == ["gone"]
        assert await asked("shelf=shadow") == ["trial"]
        assert await asked("since=2026-03-02T09:15:01Z") == ["b", "a", "c", "d"]
        assert await asked("since=2026-03-02T09:15:02%2B00:00") == []
        found, after = [], ""
        while True:
            _, page = await client.get(f"/api/alerts?limit=1{after}")
            assert page["total"] == 4
            found += ids(page)
            if page["next"] is None:
                break
            after = f"&cursor={page['next']}"
        assert found == ["b", "a", "c", "d"]

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *alerts, delivery=False)


def test_a_life_of_an_alert(kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path) -> None:
    async def work(client: Client, settings: Settings) -> None:
        _, before = await client.get("/api/alerts/a")
        assert before["alert"]["evidence"][0]["topic"] == "payments"
        assert (before["handling"]["state"], before["history"]) == ("new", [])
        status, it = await client.post("/api/alerts/a/ack", {"seen": 0})
        assert (status, it["handling"]["state"], it["handling"]["assignee"]) == (
            200,
            "acknowledged",
            "chen",
        )
        # At once, not once the stream was read.
        assert ids((await client.get("/api/alerts?state=acknowledged"))[1]) == ["a"]
        assert (await client.post("/api/alerts/a/assign", {"assignee": "wu"}))[0] == 200
        assert (await client.post("/api/alerts/a/note", {"note": "called them"}))[0] == 200
        close = {"verdict": "confirmed", "seen": 2, "note": "it was"}
        assert (await client.post("/api/alerts/a/close", close))[0] == 200
        _, closed = await client.get("/api/alerts?shelf=closed")
        assert [(it["alert_id"], it["verdict"]) for it in closed["alerts"]] == [("a", "confirmed")]
        assert (await client.post("/api/alerts/a/reopen", {"note": "more came"}))[0] == 200
        status, it = await client.post("/api/alerts/a/propose", {"verdict": "benign"})
        assert (status, it["handling"]["proposed"]["verdict"]) == (200, "benign")
        assert [told["step"] for told in it["history"]] == [
            *("acknowledge", "assign", "note", "close", "reopen", "propose"),
        ]
        _, stats = await client.get("/api/stats")
        (row,) = stats["detectors"]
        assert (row["opened"], row["open"], row["precision"]["of"]) == (1, 1, 0)
        assert len(await records(settings, "offbook.actions")) == 6

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a"))


def test_of_two_at_once_one_is_told_of_the_other(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, settings: Settings) -> None:
        answers = await asyncio.gather(
            *(
                client.post("/api/alerts/a/acknowledge", {"seen": 0}, by)
                for by in ("chen", "wu", "lead")
            )
        )
        assert sorted(status for status, _ in answers) == [200, 409, 409]
        told = next(body for status, body in answers if status == 409)
        assert "acted on it meanwhile" in told["detail"] or "acknowledged already" in told["detail"]
        assert told["status"] == 409
        _, it = await client.get("/api/alerts/a")
        assert it["handling"]["seen"] == 1
        status, _ = await client.post("/api/alerts/a/close", {"verdict": "benign", "seen": 0})
        assert status == 409

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a"))


def test_alerts_on_one_deal_are_a_case(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    alerts = [
        alert("a", severity="warning"),
        alert("b", detector="shipment-without-order"),
        alert("c", customer="c-1"),
    ]

    async def work(client: Client, _: Settings) -> None:
        status, page = await client.get("/api/cases")
        assert status == 200
        assert [ids(case) for case in page["cases"]] == [["b", "a"], ["c"]]
        _, one = await client.get("/api/cases?limit=1")
        _, other = await client.get(f"/api/cases?limit=1&cursor={one['next']}")
        assert [it["case_id"] for it in (*one["cases"], *other["cases"])] == ["a", "c"]
        assert other["next"] is None
        _, page = await client.get("/api/cases?detector=shipment-without-order")
        assert [it["case_id"] for it in page["cases"]] == ["a"]

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *alerts, delivery=False)


def test_a_look_at_a_person_is_recorded_before_it_is_answered(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, settings: Settings) -> None:
        await client.post("/api/alerts/a/acknowledge")
        status, told = await client.get("/api/employees/e-7/timeline", "audra")
        assert status == 200
        assert [it["kind"] for it in told["entries"]] == ["alert", "action"]
        assert (await client.get("/api/employees/e-9/timeline"))[0] == 404
        looks = await records(settings, "offbook.audit")
        assert sorted((it["by"], it["what"], it["employee"]) for it in looks) == [
            ("audra", "timeline", "e-7"),
            ("chen", "timeline", "e-9"),
        ]

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a", **RECENT))


def test_detectors_are_told_with_their_numbers(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        status, told = await client.get("/api/detectors")
        assert status == 200
        one = next(it for it in told["detectors"] if it["id"] == "bulk-delete")
        assert (one["enabled"], one["mode"]) == (True, "live")
        assert one["title"]["zh"]
        number = next(it for it in one["numbers"] if it["name"] == "threshold")
        assert number["value"].isdigit()
        assert number["meaning"]["en"]
        assert number["meaning"]["zh"]

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, delivery=False)


def test_machines_see_how_it_stands_and_nobodys_name(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        await client.get("/api/alerts/a")
        await client.get("/api/employees/e-7/timeline")
        await client.get("/api/nothing/e-7")
        async with client.session.get("/metrics") as answer:
            page = await answer.text()
        assert 'offbook_desk_requests_total{route="/api/alerts/{id}",status="200"} 1.0' in page
        assert 'offbook_desk_requests_total{route="other",status="404"} 1.0' in page
        assert "offbook_desk_alerts 1.0" in page
        assert "e-7" not in page
        assert (await client.get("/healthz", None))[0] == 200

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a"), delivery=False)


def test_a_critical_alert_needs_two_to_be_closed_as_false(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    config = tmp_path / "offbook.toml"
    config.write_text("[detectors.offbook-payment]\nfour_eyes = true\n", "utf-8")

    async def work(client: Client, _: Settings) -> None:
        false = {"verdict": "false_positive"}
        status, told = await client.post("/api/alerts/a/close", false)
        assert (status, "it needs two: propose it first" in told["detail"]) == (403, True)
        assert (await client.post("/api/alerts/a/propose", false))[0] == 200
        status, told = await client.post("/api/alerts/a/close", false, "wu")
        assert (status, "it needs a lead" in told["detail"]) == (403, True)
        assert (await client.post("/api/alerts/a/close", false, "lead"))[0] == 200

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a"), config=config)


def test_a_broker_that_goes_away_is_named_and_nobody_is_shown_unrecorded(
    fresh_kafka: EmbeddedKafka, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        assert (await client.get("/api/employees/e-7/timeline"))[0] == 200
        fresh_kafka.kill()
        for status, told in (
            await client.get("/api/employees/e-7/timeline"),
            await client.post("/api/alerts/a/acknowledge"),
        ):
            assert (status, told["detail"].startswith("Kafka")) == (503, True), told
        assert (await client.get("/api/alerts"))[0] == 200

    at_the_desk(
        *(fresh_kafka, redis_url, topic_prefix, tmp_path, work, alert("a", **RECENT)),
        delivery=False,
    )
