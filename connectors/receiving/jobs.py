"""The pages that are to run, each ready: its mapping, how its records come in, where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from connectors.loading import load_connector
from connectors.mapping.connector import Connector
from connectors.mapping.page import Page
from connectors.mapping.wrong import PageError
from connectors.receiving.settings import Folder, KafkaIn, Poll, Receiving, Webhook, receiving

#: A name is a path, a label and part of a topic.
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_EXAMPLE: Final = re.compile(r"\bexample\.(?:com|org|net)\b", re.IGNORECASE)


class Job(Struct, frozen=True):
    """One page to run, or if nothing is received to map by. `base` is the folder that its paths are
    seen from."""

    name: str
    connector: Connector
    receiving: Receiving | None
    base: Path

    @property
    def page(self) -> Page:
        """What it maps by."""
        return self.connector.page


def load_jobs(named: Sequence[str], company: Path | None = None) -> list[Job]:
    """The jobs of these pages, and of all pages that are in a folder among them. Raises `PageError`
    with all that is wrong with any of them."""
    problems: list[str] = []
    jobs: list[Job] = []
    for it in _pages(named, company, problems):
        try:
            connector = load_connector(it, company)
        except PageError as error:
            problems += error.problems
            continue
        name = connector.page.name
        wrong = list(_faults(connector.page))
        how = receiving(name, connector.page.receive, wrong)
        if connector.page.number_equals and isinstance(how, KafkaIn):
            wrong.append("number_equals: is for files; of Kafka each record is an input of its own")
        problems += (f"{name}: {line}" for line in wrong)
        if how is not None and not wrong:
            jobs.append(Job(name, connector, how, Path(it).parent.resolve()))
    problems += _shared(jobs)
    if problems:
        raise PageError(*problems)
    return jobs


def page_faults(page: Page) -> list[str]:
    """Why this page cannot send anything, whether or not it receives."""
    return [f"{page.name}: {line}" for line in _faults(page)]


def topics_of(page: Page) -> set[str]:
    """The topics of the contract that its rules make events for."""
    return {rule.kind.topic for rule in page.rules if not rule.skip}


def _pages(named: Sequence[str], company: Path | None, problems: list[str]) -> Iterator[str]:
    """The files that are meant. The company's tables may stand among the pages."""
    for it in named:
        folder = Path(it)
        if not folder.is_dir():
            yield it
            continue
        files = sorted(folder.glob("[!.]*.toml"))
        pages = [file for file in files if company is None or file.resolve() != company.resolve()]
        if not pages:
            problems.append(f"{it}: no page is in this folder: a page is a file NAME.toml")
        yield from map(str, pages)


def _faults(page: Page) -> Iterator[str]:
    if not _NAME.fullmatch(page.name):
        yield (
            "its name, that of the file, is to be of small letters, digits, . _ and -, 63 at most:"
            f" it becomes the topic dlq.connect.{page.name}"
        )
    if _EXAMPLE.search(json.dumps(page.source)):
        yield (
            "`source` is still that of the example: write which system of yours it is, such as"
            ' source = "//crm.acme.cn"; events of two systems are told apart by it'
        )
    for rule in page.rules:
        if not rule.skip and not rule.kind.topic:
            yield f"rule {rule.number}: {rule.kind.type} has no topic; `offbook heartbeat` sends it"


def _shared(jobs: Sequence[Job]) -> Iterator[str]:
    """What only one of them may have."""
    first: dict[tuple[str, str], str] = {}
    for job in jobs:
        how = job.receiving
        has = [("name", job.name)]
        if isinstance(how, Webhook):
            has.append(("receive.webhook.path", how.path))
        elif isinstance(how, Folder):
            has.append(("receive.folder.path", f"{job.base / how.path}/{how.pattern}"))
        elif isinstance(how, Poll) and how.cursor_file:
            has.append(("receive.poll.cursor_file", str(job.base / how.cursor_file)))
        for it in has:
            if it in first:
                yield f"{job.name}: {it[0]}: is that of {first[it]} too; write another one"
            first.setdefault(it, job.name)
