"""Fills in what a request asks for. Nothing is run: words in braces are replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

_WORD: Final = re.compile(r"\{(cursor|id|uuid)(?::(number))?\}")
_ID: Final = re.compile(r"\{id(?::number)?\}")


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """`template`, texts and tables and lists of them, with `values`. A text that is all of
    `{cursor:number}` becomes a number. Without an `id`, an item of a list that asks for it is left
    out: the first page has none."""
    if isinstance(template, str):
        word = _WORD.fullmatch(template)
        if word and word[2]:
            text = values[word[1]]
            return int(text) if re.fullmatch(r"-?\d{1,40}", text) else text
        return _WORD.sub(lambda it: values[it[1]], template)
    if isinstance(template, Mapping):
        return {name: filled(it, values) for name, it in template.items()}
    if isinstance(template, list):
        return [filled(it, values) for it in template if values["id"] or not _asks_for_id(it)]
    return template


def filled_url(template: str, values: Mapping[str, str]) -> str:
    """The same of an address. Without an `id`, a part of the query that asks for it is left out."""
    before, mark, query = template.partition("?")
    fill: Callable[[str], str] = lambda text: _WORD.sub(  # noqa: E731
        lambda it: quote(values[it[1]], safe=""), text
    )
    parts = [it for it in query.split("&") if values["id"] or not _ID.search(it)]
    return fill(before) + (mark + fill("&".join(parts)) if mark and parts else "")


def _asks_for_id(template: Any) -> bool:
    if isinstance(template, str):
        return _ID.search(template) is not None
    if isinstance(template, Mapping):
        return any(map(_asks_for_id, template.values()))
    return isinstance(template, list) and any(map(_asks_for_id, template))
