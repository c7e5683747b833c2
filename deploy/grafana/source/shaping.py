"""What Grafana does with rows before a panel draws them.

Infinity's answers are filtered here and not by the desk, which takes one severity and one detector,
where a variable may have several values chosen.
"""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig as Step


def _chosen(field: str, variable: str) -> dict[str, Any]:
    # `pipe`, not `regex`: that one writes backslashes, and Grafana fills variables into the JSON
    # of a transformation.
    pattern = f"^(${{{variable}:pipe}})$"
    return {"fieldName": field, "config": {"id": "regex", "options": {"value": pattern}}}


def only(*fields: str, **equal: str) -> Step:
    """Rows whose `fields` are among what is chosen in the variables of their names, and whose other
    fields match these patterns."""
    filters = [_chosen(field, field) for field in fields]
    filters += [
        {"fieldName": field, "config": {"id": "regex", "options": {"value": pattern}}}
        for field, pattern in equal.items()
    ]
    return Step("filterByValue", options={"filters": filters, "type": "include", "match": "all"})


def counted(field: str, by: str, of: str) -> list[Step]:
    """How many rows there are, a series for each value of `by`. `of` is a field that is the same in
    all rows."""
    return [_grouped(of, by, field), _matrix(of, by, field)]


def per_day(time: str, field: str, by: str) -> list[Step]:
    """How many `field` there were on each day of `time`, a series for each value of `by`."""
    grouped = f"{time}\\{by}"
    return [
        Step("formatTime", options={"timeField": time, "outputFormat": "YYYY-MM-DD"}),
        _grouped(time, by, field),
        _matrix(time, by, field),
        Step(
            "convertFieldType",
            options={
                "fields": {},
                "conversions": [
                    {"targetField": grouped, "destinationType": "time", "dateFormat": "YYYY-MM-DD"}
                ],
            },
        ),
        Step("sortBy", options={"fields": {}, "sort": [{"field": grouped}]}),
    ]


def joined(by: str, hidden: list[str]) -> list[Step]:
    """Tables that have the field `by` in common, beside each other, without what is `hidden`."""
    return [
        Step("joinByField", options={"byField": by, "mode": "outer"}),
        Step("organize", options={"excludeByName": dict.fromkeys(hidden, True)}),
    ]


def _grouped(row: str, by: str, field: str) -> Step:
    fields = {row: _key(), by: _key(), field: _count()}
    return Step("groupBy", options={"fields": fields})


def _matrix(row: str, by: str, field: str) -> Step:
    """A column for each value of `by`; the column of rows is called `ROW\\BY` then."""
    options = {"columnField": by, "rowField": row, "valueField": f"{field} (count)"}
    return Step("groupingToMatrix", options={**options, "emptyValue": "zero"})


def _key() -> dict[str, Any]:
    return {"aggregations": [], "operation": "groupby"}


def _count() -> dict[str, Any]:
    return {"aggregations": ["count"], "operation": "aggregate"}
