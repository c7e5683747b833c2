#!/usr/bin/env python3
"""Run every expression of the dashboards against a real Prometheus; name each that returns no data.

    python deploy/grafana/check_dashboard.py --prometheus http://127.0.0.1:9090

A panel that stays empty looks like a quiet day. Grafana says nothing when a metric was renamed, a
label dropped or an expression misspelt, so this asks Prometheus itself, with everything chosen that
can be chosen above the dashboard. A value that is NaN is as bad as none. An expression may be
without data if it reads a metric that not every installation has (`MAY_BE_ABSENT`) and its panel
says what that means ("No value" in Grafana). Exit status 1 if any other expression is, 2 if the
dashboard or Prometheus cannot be read. Nothing beyond Python's own library is needed.

What panels ask of the desk through Infinity is not checked here.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

DASHBOARDS = Path(__file__).parent / "dashboards"
NO_DATA = "no data"
NAN = "NaN"
#: Metrics that an installation may lack and be well, and why.
MAY_BE_ABSENT = {
    "offbook_config_last_reload_successful": "without a settings file there is none to take",
    "offbook_canary_seen_timestamp_seconds": "without `canary` none is sent",
    "offbook_feed_last_heartbeat_timestamp_seconds": "only where a sender has heartbeats",
    "offbook_connector_records_total": "only where connectors run",
    "offbook_connector_refused_total": "only of webhooks",
    "offbook_connector_up": "only where connectors run",
    "offbook_connector_last_record_timestamp_seconds": "only where connectors run",
    "offbook_connector_lag_seconds": "only of folders and lists",
}
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")


class Expression(NamedTuple):
    """One PromQL expression as the dashboard has it, and where it stands. `without_data` is what
    its panel then says."""

    panel: str
    ref: str
    promql: str
    without_data: str | None = None

    @property
    def may_be_empty(self) -> bool:
        """Whether no data is no fault here."""
        read = set(re.findall(r"\boffbook_\w+", self.promql))
        return self.without_data is not None and bool(read & MAY_BE_ABSENT.keys())


class UnreadableError(Exception):
    """The dashboard cannot be read, or Prometheus does not answer as Prometheus. Asking again
    helps only for the latter, once it is up."""


def expressions(dashboard: dict[str, Any]) -> list[Expression]:
    """Every expression of every panel, those inside collapsed rows included."""
    return [
        Expression(
            panel.get("title", "untitled"),
            target.get("refId", "?"),
            target["expr"],
            panel.get("fieldConfig", {}).get("defaults", {}).get("noValue"),
        )
        for panel in _panels(dashboard)
        for target in panel.get("targets", [])
        if "expr" in target
    ]


def everything(dashboard: dict[str, Any]) -> dict[str, str]:
    """What the dashboard's own variables stand for while all of each is chosen."""
    variables = dashboard.get("templating", {}).get("list", [])
    return {it["name"]: it.get("allValue") or ".*" for it in variables if it.get("includeAll")}


def substitute(promql: str, known: Mapping[str, str]) -> str:
    """`promql` with its variables filled in. Raises `UnreadableError` for one that is not known."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in known:
            raise UnreadableError(f"no value is known for the variable ${name} in: {promql}")
        return known[name]

    return _VARIABLE.sub(value, promql)


def fault(prometheus: str, promql: str) -> str | None:
    """Why `promql` shows nothing on this Prometheus; None if it shows something."""
    url = f"{prometheus.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': promql})}"
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        return f"refused: {_error(error)}"
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{prometheus} does not answer: {error}") from error
    result = answer["data"]["result"]
    if answer["data"]["resultType"] == "scalar":
        result = [{"value": result}]
    if not result:
        return NO_DATA
    if any(math.isnan(float(series["value"][1])) for series in result):
        return NAN
    return None


def check(
    prometheus: str,
    dashboard: dict[str, Any],
    *,
    rate_interval: str,
    time_range: str,
    within: float,
) -> list[tuple[Expression, str]]:
    """The expressions without data, each with the reason. Asks again for `within` seconds: a rate
    needs two scrapes before it has a value. Raises `UnreadableError`."""
    known = everything(dashboard) | {
        "__rate_interval": rate_interval,
        "__interval": rate_interval,
        "__range": time_range,
    }
    waiting = {
        expression: substitute(expression.promql, known) for expression in expressions(dashboard)
    }
    if not waiting:
        raise UnreadableError("the dashboard has no expression")
    until = time.monotonic() + within
    while True:
        faults = {
            expression: reason
            for expression, promql in waiting.items()
            if (reason := fault(prometheus, promql)) is not None
        }
        if all(it.may_be_empty for it in faults) or time.monotonic() >= until:
            return list(faults.items())
        waiting = {expression: waiting[expression] for expression in faults}
        time.sleep(0.5)


def _panels(holder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in holder.get("panels", []):
        yield panel
        yield from _panels(panel)


def _error(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, KeyError):
        return f"HTTP {error.code}"


def _read(path: Path) -> dict[str, Any]:
    try:
        dashboard = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{path} cannot be read: {error}") from error
    if not isinstance(dashboard, dict):
        raise UnreadableError(f"{path} is not a dashboard: its JSON is no object")
    return dashboard


def main(arguments: list[str] | None = None) -> int:
    """Check the dashboards named, or all; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("dashboards", nargs="*", type=Path, help="default: all in dashboards/")
    parser.add_argument("--prometheus", required=True, metavar="URL")
    parser.add_argument("--rate-interval", default="1m", help="stands for $__rate_interval")
    parser.add_argument("--range", default="6h", help="stands for $__range")
    parser.add_argument("--within", default=0.0, type=float, metavar="SECONDS", help="ask again")
    chosen = parser.parse_args(arguments)
    empty = wrong = total = 0
    try:
        for path in chosen.dashboards or sorted(DASHBOARDS.glob("*.json")):
            dashboard = _read(path)
            total += len(expressions(dashboard))
            for expression, reason in check(
                chosen.prometheus,
                dashboard,
                rate_interval=chosen.rate_interval,
                time_range=chosen.range,
                within=chosen.within,
            ):
                empty += 1
                where = f"{path.name}: {expression.panel} [{expression.ref}]"
                if reason == NO_DATA and expression.may_be_empty:
                    print(f"{where}: {reason}, shown as: {expression.without_data}")
                    continue
                wrong += 1
                print(f"{where}: {reason}\n    {expression.promql}", file=sys.stderr)
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{total - empty} of {total} expressions return data")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
