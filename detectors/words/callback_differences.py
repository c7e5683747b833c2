"""What a callback's customer said, short enough for a fact and for a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from contract.alert import Bilingual
from contract.spelling.shown import shown
from contract.types import Difference

COMPLAINS = Bilingual("the customer complains", "客户投诉")

#: A report may list any number of differences of any size; state and alerts carry these.
MOST_TOLD = 3
MOST_CHARACTERS = 40

_JSON_MARKS = str.maketrans("", "", '{}[]"')


def flat(differences: Mapping[str, Difference]) -> str | None:
    """A line a field, `name TAB company's TAB customer's`, of the first few; None if there is none.

    No part of it can hold a tab or a line break.
    """
    told = list(differences.items())[:MOST_TOLD]
    lines = ("\t".join(map(_short, (name, it.company, it.customer))) for name, it in told)
    return "\n".join(lines) or None


def _short(value: Any) -> str:
    """Any JSON value in one short line, empty if it says nothing."""
    if not isinstance(value, str):
        value = "" if value is None else msgspec.json.encode(value).decode().translate(_JSON_MARKS)
    text = shown(" ".join(value.split()))
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def worded(lines: str, count: int) -> Bilingual:
    """`amount (on record: 800; customer: 950) and 2 more`: what `flat` drew from `count` fields."""
    en, zh = [], []
    for line in lines.split("\n"):
        name, company, customer = line.split("\t")
        en.append(f"{name} (on record: {company or 'nothing'}; customer: {customer or 'nothing'})")
        zh.append(f"{name}（公司记录：{company or '无'}；客户说法：{customer or '无'}）")
    more = count - len(en)
    return Bilingual(
        ", ".join(en) + (f" and {more} more" if more else ""),
        "、".join(zh) + (f"，另有 {more} 项" if more else ""),
    )
