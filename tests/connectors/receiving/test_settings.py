"""`receive` of a page: what is wrong is told with its place and the mend, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.mapping.wrong import PageError
from connectors.receiving.jobs import load_jobs
from connectors.receiving.settings import Folder, KafkaIn, Poll, Webhook, receiving
from tests.connectors.receiving.running import payments

POLL = {
    "url": "https://crm.acme.test/list?after={cursor}",
    "since": "2026-01-01T00:00:00Z",
    "items": "data",
    "time": "at",
}


def judged(spec: Any) -> list[str]:
    problems: list[str] = []
    made = receiving("crm", spec, problems)
    assert (made is None) == bool(problems)
    return problems


def test_what_is_right_is_made() -> None:
    problems: list[str] = []
    hook = receiving("crm", {"webhook": {"signature": "sf", "check_word_file": "x"}}, problems)
    assert isinstance(hook, Webhook)
    assert (hook.path, dict(hook.table)) == ("/crm", {"check_word_file": "x"})
    assert isinstance(receiving("crm", {"folder": {"path": "in"}}, problems), Folder)
    assert isinstance(receiving("crm", {"kafka": {"topics": ["a.b"]}}, problems), KafkaIn)
    assert isinstance(receiving("crm", {"poll": POLL}, problems), Poll)
    assert problems == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, "`receive` is missing"),
        ("folder", "`receive` is missing"),
        ({"floder": {}}, "there is no `floder`; did you mean"),
        ({"folder": {"path": "in"}, "kafka": {"topics": ["a"]}}, "write a page for each"),
        ({"folder": "in"}, "receive.folder: is to be a table"),
        ({"folder": {}}, "receive.folder.path: is missing"),
        ({"folder": {"path": "in", "patern": "*"}}, "there is no `patern`; did you mean"),
        ({"folder": {"path": "in", "pattern": "a/*.csv"}}, "without a /"),
        ({"folder": {"path": "in", "still": 5}}, "receive.folder.still: expected a duration"),
        ({"folder": {"path": "in", "still": "2h"}}, "at most 1h"),
        ({"webhook": {}}, "says how senders prove who they are"),
        ({"webhook": {"signature": "wecon"}}, "did you mean"),
        ({"webhook": {"signature": "sf", "path": "in"}}, "is to be a path such as /crm"),
        ({"webhook": {"signature": "sf", "path": "/metrics"}}, "is to be a path"),
        ({"webhook": {"signature": "sf", "allow": ["10.0.0.1/8"]}}, "is no network"),
        ({"webhook": {"signature": "sf", "allow": "10.0.0.0/8"}}, "is to be a list of networks"),
        ({"webhook": {"signature": "sf", "per_second": 0}}, "a number above 0"),
        ({"webhook": {"signature": "sf", "burst": True}}, "a whole number from 1"),
        ({"webhook": {"signature": "sf", "check_word_file": 1}}, "check_word_file: is no text"),
        ({"kafka": {"topics": []}}, "receive.kafka.topics: is empty"),
        ({"kafka": {"topics": ["a b"]}}, "is no name of a topic"),
        ({"poll": {**POLL, "url": "http://crm.acme.test/?{cursor}"}}, "must be https"),
        ({"poll": {**POLL, "url": "crm.acme.test/{cursor}"}}, "is no address"),
        ({"poll": {**POLL, "url": "https://a:b@crm.test/{cursor}"}}, "has a password in it"),
        ({"poll": {**POLL, "url": "https://crm.acme.test/"}}, "the same list each time"),
        ({"poll": {**POLL, "since": "yesterday"}}, "since: is to be a time"),
        ({"poll": {**POLL, "items": "[["}}, "receive.poll.items: is no JMESPath"),
        ({"poll": {**POLL, "method": "GET", "body": {}}}, "a GET has none"),
        ({"poll": {**POLL, "method": "PUT"}}, "receive.poll.method"),
        ({"poll": {**POLL, "every": "0s"}}, "from 1s to 1d"),
        ({"poll": {**POLL, "limit": 0}}, "receive.poll.limit"),
    ],
)
def test_each_fault_is_told_with_its_place(spec: Any, said: str) -> None:
    (problem,) = judged(spec)
    assert said in problem


def test_all_that_is_wrong_with_all_pages_is_told_at_once(tmp_path: Path) -> None:
    folder = 'folder = { path = "in" }'
    for name, text in {
        "one": payments("csv", folder).replace("//bank.acme.test", "//bank.example.com"),
        "two": payments("csv", folder),
        "three": payments("csv", folder),
        "Four": "receive = {}",
        "five": "number_equals = true\n" + payments("json", 'kafka = { topics = ["a"] }'),
        "six": payments("csv", 'webhook = { signature = "nobody" }'),
    }.items():
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    pages = [str(tmp_path / f"{it}.toml") for it in ("one", "two", "three", "Four", "five", "six")]
    with pytest.raises(PageError) as refused:
        load_jobs([*pages, "no-preset"])
    said = "\n".join(refused.value.problems)
    assert "one: `source` is still that of the example" in said
    assert "three: receive.folder.path: is that of two too" in said
    assert "Four: there is no rule" in said
    assert "five: number_equals: is for files" in said
    assert "six: receive.webhook.signature" in said
    assert "there is no preset 'no-preset'" in said


def test_a_preset_by_itself_says_neither_whose_it_is_nor_how_its_records_come_in() -> None:
    with pytest.raises(PageError) as refused:
        load_jobs(["wecom-contacts"])
    said = "\n".join(refused.value.problems)
    assert "is still that of the example" in said
    assert "`receive` is missing" in said


def test_a_page_that_was_mended_is_another_one(tmp_path: Path) -> None:
    page, company = tmp_path / "bank.toml", tmp_path / "company.toml"
    page.write_text(payments("csv", 'folder = { path = "in" }'), "utf-8")
    company.write_text("[tables.people]\na = 'E-1'\n", "utf-8")

    def digest() -> str:
        return load_jobs([str(page)], company)[0].page.digest

    first = digest()
    assert digest() == first
    company.write_text("[tables.people]\na = 'E-2'\n", "utf-8")
    second = digest()
    page.write_text(page.read_text("utf-8") + "\n", "utf-8")
    assert len({first, second, digest()}) == 3
