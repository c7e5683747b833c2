"""Who may allow what: each refusal comes before anything is written, and says the mend."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from contract.times import DAY, HOUR
from desk.acting import DeniedError
from desk.allowing import LONGEST, Allowing, Wish, WishError
from desk.readers import Reader
from detectors.rules.catalogue import DETECTORS
from streams.settings.settings import Settings

LEAD = Reader("lena", "lead")
#: Takes a list; of all there are.
BY_ID = {it.id: replace(it, allow_lists=("test-customers",)) for it in DETECTORS}


def wish(**changes: Any) -> Wish:
    now = time.time_ns() // 1000
    return structs.replace(Wish(until=now + HOUR, reason="agreed", customer="C-1"), **changes)


def allow(reader: Reader, asked: Wish) -> None:
    """There is no broker: whoever gets as far as that fails otherwise."""
    nowhere = Settings(kafka_bootstrap="127.0.0.1:1", redis_url="redis://127.0.0.1:1/0")
    asyncio.run(Allowing(nowhere, BY_ID).allow(reader, asked))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"customer": None}, "say for whom or what"),
        ({"customer": None, "list": "test-customers"}, "say for whom or what"),
        ({"reason": " "}, "the reason must be said"),
        ({"reason": "x" * 1001}, "in 1 to 1000 characters"),
        ({"until": 0}, "later than now"),
        ({"until": time.time_ns() // 1000 + LONGEST + DAY}, "within a year"),
        ({"detectors": ("bulk-delet",)}, "did you mean bulk-delete?"),
        ({"list": "test-customer"}, "did you mean test-customers?"),
        ({"list": "test-customers", "detectors": ("bulk-delete",)}, "either detectors or a list"),
        ({"account": "6222****0001"}, "account: "),
        ({"employee": "无"}, "employee: must be a whole id"),
    ],
)
def test_what_cannot_be_allowed_says_why(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(WishError) as refused:
        allow(LEAD, wish(**changes))
    assert why in str(refused.value)
    assert "6222****0001" not in str(refused.value)


@pytest.mark.parametrize("role", ["viewer", "oncall", "auditor"])
def test_only_a_lead_allows(role: Any) -> None:
    with pytest.raises(DeniedError, match="it needs a lead"):
        allow(Reader("olga", role), wish())


@pytest.mark.parametrize("employee", [None, "E-1"])
def test_whoever_is_watched_allows_nothing_that_could_cover_themselves(
    employee: str | None,
) -> None:
    watched = Reader("luca", "lead", employee="E-1")
    with pytest.raises(DeniedError, match="could cover whoever asks"):
        allow(watched, wish(employee=employee))
