"""Pages for tests: the least that is one, with what a test is about in it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from connectors.loading import preset_text
from connectors.mapping.connector import Connector, Told
from connectors.mapping.page import Page, read_page
from connectors.mapping.wrong import PageError
from connectors.outcome import Mapped, Rejected

HEAD = """
source = "//crm.acme.test"
zone = "Asia/Shanghai"
decode = { format = "json" }
"""
RULE = """
[[rule]]
type = "offbook.payment.v1"
id = { path = "no" }
time = { path = "at", as = "time" }
[rule.data]
payment = { path = "no" }
amount = { path = "sum", as = "decimal" }
payee_account = { path = "to" }
"""
RECORD = {"no": "P-1", "at": "2026-03-05 14:22:30", "sum": "1,280.00", "to": "6222 0000 1111"}


def page(text: str = HEAD + RULE, company: dict[str, Any] | None = None) -> Page:
    return read_page("mine", text, preset_text, company)


def problems(text: str, company: dict[str, Any] | None = None) -> tuple[str, ...]:
    """What is said of a page that cannot be used."""
    with pytest.raises(PageError) as refused:
        page(text, company)
    return refused.value.problems


def told(record: Any, text: str = HEAD + RULE) -> list[Told]:
    """What becomes of one document."""
    return list(Connector(page(text)).read(io.BytesIO(json.dumps(record).encode())))


def event(record: Any, text: str = HEAD + RULE) -> dict[str, Any]:
    """The one event that is made of it."""
    (only,) = told(record, text)
    assert isinstance(only.outcome, Mapped), only.outcome
    return only.outcome.document


def rejected(record: Any, text: str = HEAD + RULE) -> Rejected:
    """Why none is."""
    (only,) = told(record, text)
    assert isinstance(only.outcome, Rejected), only.outcome
    return only.outcome
