"""`offbook export`: a case as a folder that stands by itself, made of real records on Kafka."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from contract.alert import Bilingual, Evidence, Rule
from tests.cli.alerts.test_alerts import OTHER, PAID, SHIPPED, Installation, installation
from tests.cli.commands import offbook
from tests.parts.story_service import until
from tests.sinks.some_alerts import alert, contents

__all__ = ["installation"]

pytestmark = pytest.mark.integration

HOSTILE = '<script>alert(1)</script>\u202e\x1b[31m & "quoted"'


def _record(it: Installation, topic: str, value: bytes) -> tuple[int, int]:
    """Where a record stands that was just produced."""

    async def send() -> Any:
        async with AIOKafkaProducer(bootstrap_servers=it.bootstrap) as producer:
            return await producer.send_and_wait(
                f"{it.prefix}{topic}", value, key=b"k", headers=[("h", b"\xff")]
            )

    stands = asyncio.run(send())
    return stands.partition, stands.offset


def _evidence(topic: str, partition: int, offset: int, note: str = "paid") -> Evidence:
    return Evidence(
        source="/bank",
        id=f"{topic}-{offset}",
        type="offbook.payment.v1",
        time="2026-03-02T09:15:00Z",
        topic=topic,
        partition=partition,
        offset=offset,
        note=note,
    )


class _Page(HTMLParser):
    """What is on a page: its text, its tags, and what it fetches."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.tags, self.links = "", set[str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_case_is_exported_whole_and_every_file_is_held_to_its_checksum(
    installation: Installation, tmp_path: Path
) -> None:
    it, redis_url = installation, installation.redis_url
    value = '{"id": "p-1", "data": {"payment": "P-1", "原文": true}}'.encode()
    stands = _record(it, "payments", value)
    it.produce(
        alert(
            PAID,
            2,
            detector="offbook-payment",
            order="SO-1",
            summary=Bilingual(HOSTILE, HOSTILE),
            evidence=(_evidence("payments", *stands, note=HOSTILE), _evidence("payments", 0, 9999)),
            rule=Rule({"talk_window": "7d"}, {}),
        )
    )
    until(lambda: contents(redis_url).newest[PAID].revision == 2, 30, lambda: "")
    it.said("note", PAID, HOSTILE)
    it.said("close", SHIPPED, "--verdict", "confirmed")
    folder = tmp_path / "case"
    done = offbook("export", PAID, "--to", str(folder), "--config", str(it.config))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 alerts" in done.stdout
    assert "2 records of the evidence are no longer on Kafka" in done.stdout

    sums = subprocess.run(
        [shutil.which("sha256sum") or "sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    named = {line.partition(":")[0] for line in sums}
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert there - named == {"SHA256SUMS"}

    # The other alert of the case rests on a record of its own, gone too.
    first, gone, _ = json.loads((folder / "evidence" / "records.json").read_text("utf-8"))
    assert (folder / "evidence" / first["file"]).read_bytes() == value
    assert (first["partition"], first["offset"]) == stands
    assert first["headers"] == [["h", "base64:/w=="]]
    assert (gone["gone"], gone["file"]) == (True, None)
    actions = json.loads((folder / "actions.json").read_text("utf-8"))
    assert [told["action"]["step"] for told in actions[SHIPPED]] == ["close"]
    assert not (folder / "alerts" / f"{OTHER}.json").exists()

    for language, words in (("en", "What it rests on"), ("zh", "证据")):
        page = _Page((folder / f"index.{language}.html").read_text("utf-8"))
        assert words in page.words
        assert "<script>alert(1)</script>" in page.words
        assert "script" not in page.tags
        assert not {"\u202e", "\x1b"} & set(page.words)
        assert page.links == [f"evidence/{first['file']}"]
        assert re.search(r"talk_window", page.words)

    again = offbook("export", PAID, "--to", str(folder), "--config", str(it.config))
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
