"""What Infinity, the data source, makes of a query: it asks the address, takes the rows out of the
answer and the columns out of each row.

Its selectors are GJSON's. Of that language the dashboards use names, places and `#` for a length,
and nothing else is known here: a dashboard that begins to use more fails until it is.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "timestamp": str,
}


def rows_of(
    desk: str, token: str, target: Mapping[str, Any], variables: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The rows of a query, by the names of its columns."""
    assert target["type"] == "json"
    assert (target["parser"], target["source"]) == ("backend", "url")
    assert target["url_options"]["method"] == "GET"
    address = desk + filled(target["url"], variables)
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as response:
        answer = json.load(response)
    rows = selected(answer, target["root_selector"])
    assert isinstance(rows, list), target["root_selector"]
    return [
        {column["text"]: _typed(selected(row, column["selector"]), column) for column in columns}
        for columns in [target["columns"]]
        for row in rows
    ]


def selected(value: Any, selector: str) -> Any:
    """What a selector finds; None where there is nothing."""
    assert re.fullmatch(r"(\w+\.)*(\w+|#)", selector), f"{selector} says more than is known here"
    for part in selector.split("."):
        if isinstance(value, list):
            if part == "#":
                value = len(value)
            else:
                value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def filled(text: str, variables: Mapping[str, str]) -> str:
    """With Grafana's variables in it, whatever their format."""
    return re.sub(r"\$\{(\w+)(?::[\w:]+)?\}", lambda it: variables[it[1]], text)


def kept(
    rows: list[dict[str, Any]], panel: Mapping[str, Any], variables: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Those that the panel's filter leaves."""
    for step in panel.get("transformations", []):
        if step["id"] == "filterByValue":
            assert (step["options"]["type"], step["options"]["match"]) == ("include", "all")
            for wanted in step["options"]["filters"]:
                assert wanted["config"]["id"] == "regex"
                pattern = re.compile(filled(wanted["config"]["options"]["value"], variables))
                name = wanted["fieldName"]
                rows = [it for it in rows if it[name] is not None and pattern.search(str(it[name]))]
    return rows


def _typed(value: Any, column: Mapping[str, Any]) -> Any:
    """A value of another type than the column's would be an error in Grafana."""
    if value is not None:
        assert isinstance(value, _TYPES[column["type"]]), (column, value)
        if column["type"] == "timestamp":
            datetime.fromisoformat(str(value))
    return value
