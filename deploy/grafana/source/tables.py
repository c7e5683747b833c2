"""Columns of tables: their headings, words, colours and links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, stat, table, timeseries
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    ValueMap,
    ValueMappingResult,
)

from contract.alert import Bilingual
from deploy.grafana.source.words import OF_THE_API, UNKNOWN, Language, Say, colour, word

_P = TypeVar("_P", stat.Panel, bargauge.Panel, table.Panel, timeseries.Panel)


def sparse(panel: table.Panel) -> table.Panel:
    """What the panel says when it is empty is no word for one value that is not known."""
    return panel.override_by_regexp("/.*/", [DynamicConfigValue("noValue", UNKNOWN)])


def heading(panel: _P, say: Say, field: str, text: Bilingual, **properties: object) -> _P:
    """How a field is called, and what else is so of it: `unit="s"`, `custom_width=90`."""
    said = [DynamicConfigValue("displayName", say(text))]
    for name, value in properties.items():
        said.append(DynamicConfigValue(name.replace("custom_", "custom."), value))
    return panel.override_by_name(field, said)


def series(panel: _P, say: Say, names: Iterable[str]) -> _P:
    """Series that bear words of the API, called as people call them, in their colours."""
    for name in names:
        fixed = {"mode": "fixed", "fixedColor": colour(name) or "text"}
        panel = heading(panel, say, name, word(name), color=fixed)
    return panel


def linked(panel: table.Panel, field: str, title: str, address: str) -> table.Panel:
    """A field that leads to a page, in a tab of its own."""
    link = {"title": title, "url": address, "targetBlank": True}
    return panel.override_by_name(field, [DynamicConfigValue("links", [link])])


def page(path: str, language: Language) -> str:
    """The address of a page of the desk in this language; `path` may name fields of the row."""
    return f"${{desk:raw}}{path}{'&' if '?' in path else '?'}lang={language}"


def words(say: Say) -> ValueMap:
    """The words of the API, as people read them."""
    return ValueMap(
        {
            name: ValueMappingResult(text=say(word(name)), color=colour(name), index=index)
            for index, name in enumerate(OF_THE_API)
        }
    )


def coloured() -> dict[str, str]:
    """A cell in the colour of its word."""
    return {"type": "color-background", "mode": "basic"}
