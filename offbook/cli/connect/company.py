"""`offbook connect company`: the tables that all pages share, as reference data know them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.proposing.toml import text
from contract.event import Event
from contract.kinds import REFERENCE_TOPICS
from contract.rejected import Rejected
from contract.types import ReferenceAccount, ReferenceCustomer, ReferenceEmployee
from offbook.cli.connect.on_topics import read_topics
from streams.settings.settings import Settings


def company_page(settings: Settings) -> str:
    """A `company.toml` of what stands on the reference topics: people by number, name and phone,
    customers by number and phone, accounts by number and name. A word that means two is left to
    whoever reads it, as a remark. Raises `TopicsError` and `KafkaAccessError`."""
    entries: dict[tuple[str, bytes | None], Event] = {}

    def take(topic: str, record: Any, found: Event | Rejected) -> None:
        """The newest document of each entry that was not removed."""
        if record.value is None:
            entries.pop((topic, record.key), None)
        elif isinstance(found, Event):
            entries[topic, record.key] = found

    read_topics(settings, REFERENCE_TOPICS, take)
    return "\n".join(_page(list(entries.values())))


def _page(entries: list[Event]) -> Iterator[str]:
    yield "# From the reference topics. What they do not know, such as user ids, is yours to add."
    yield from _table("people", _people(entries))
    yield from _table("customers", _customers(entries))
    yield from _table("accounts", _accounts(entries))


def _people(entries: list[Event]) -> Iterator[tuple[str, str]]:
    for it in (entry.data for entry in entries):
        if isinstance(it, ReferenceEmployee):
            for word in (it.employee, it.name, *it.phones):
                yield word or "", it.employee


def _customers(entries: list[Event]) -> Iterator[tuple[str, str]]:
    for it in (entry.data for entry in entries):
        if isinstance(it, ReferenceCustomer):
            for word in (it.customer, it.phone):
                yield word or "", it.customer


def _accounts(entries: list[Event]) -> Iterator[tuple[str, str]]:
    for it in (entry.data for entry in entries):
        if isinstance(it, ReferenceAccount):
            for word in (it.account, it.name):
                yield word or "", it.account


def _table(name: str, rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    meant: dict[str, set[str]] = {}
    for word, to in rows:
        if word:
            meant.setdefault(word, set()).add(to)
    yield ""
    yield f"[tables.{name}]"
    for word, tos in sorted(meant.items()):
        if len(tos) == 1:
            yield f"{text(word)} = {text(min(tos))}"
        else:
            yield f"# {text(word)} = one of {', '.join(map(text, sorted(tos)))}"
