"""Renders docs/detectors.md, settings.md and openapi.json: `python -m` this, or `--check`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import structs

from desk.api import openapi
from desk.explain.detector_sheet import DetectorSheet, described, sheet
from detectors.rules.catalogue import DETECTORS
from streams.settings.allowances import OF_AN_ALLOWANCE
from streams.settings.detectors import OF_ANY
from streams.settings.feeds import FeedSettings
from streams.settings.settings import ENVIRONMENT, SCALARS, SECRET_FILES, Settings
from streams.settings.values import as_in_file
from streams.wire.kafka import all_topics

_WRITTEN_BY = "<!-- Rendered by `make docs`; do not edit. -->"


def documents() -> Mapping[str, str]:
    """What is rendered, by path from the root of the repository."""
    return {
        "docs/detectors.md": _detectors(),
        "docs/settings.md": _settings(),
        "docs/openapi.json": openapi.rendered(),
    }


def _detectors() -> str:
    sheets = [sheet(detector) for detector in DETECTORS]
    lines = [
        "# Detectors",
        "",
        _WRITTEN_BY,
        "",
        "What each catches, misses and takes for the same, and the numbers that can be set under",
        "`[detectors.<id>]` of the settings file. `offbook detectors ID` says the same, also of",
        "[those of your own](own-detectors.md).",
        "",
        "| detector | 名称 | severity | catches | runbook |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| [`{row.id}`](#{row.id}) | {row.title_zh} | {', '.join(row.severities)} |"
        f" {_cell(row.catches)} | [runbook](runbooks/{row.id}.md) |"
        for row in sheets
    ]
    for row in sheets:
        lines += _detector(row)
    return "\n".join(lines) + "\n"


def _detector(row: DetectorSheet) -> list[str]:
    lines = ["", f"## {row.id}", "", f"*{row.title_en}* · {row.title_zh}", "", row.text]
    if row.needs:
        lines += ["", f"Needs {', '.join(f'`{topic}`' for topic in row.needs)}: silent without."]
    if row.params:
        lines += ["", "| parameter | default | takes | meaning |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{param.name}` | `{param.default}` | {_cell(param.kind)} | {_cell(param.meaning)} |"
            for param in row.params
        ]
    return lines


def _settings() -> str:
    lines = [
        "# Settings",
        "",
        _WRITTEN_BY,
        "",
        "From one TOML file (`--config FILE` or `OFFBOOK_CONFIG`) and from environment variables,",
        "which go over it. A name that is not known is refused with the nearest that is. Durations",
        'are written `"72h"`: a number and `s`, `m`, `h` or `d`.',
        "",
        "| setting | variable | default | takes | meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, field in SCALARS.items():
        kind, meaning = described(field.type)
        lines.append(
            f"| `{name}` | `{ENVIRONMENT}{name.upper()}` | {_default(field.default)} |"
            f" {_cell(kind)} | {_cell(meaning)} |"
        )
    files = ", ".join(f"`{variable}`" for variable in SECRET_FILES)
    lines += [
        "",
        f"{files} name files to read a secret from instead.",
        "",
        '## Feeds: `[feeds."<topic>"]`',
        "",
        "What is expected of whoever sends to a source topic, so that an outage of theirs is not",
        "taken for an absence ([how](operations.md#whose-time-moves-how)). A topic with a dot in",
        "its name stands in quotes.",
        "",
        "| key | default | takes | meaning |",
        "| --- | --- | --- | --- |",
        *_feed_rows(),
        "",
        "```toml",
        '[feeds."crm.edits"]',
        'expected_every = "30m"',
        'working_hours = "Mon-Fri 08:30-18:00"',
        'holidays = "CN"',
        'sources = ["//crm.example.com"]',
        "",
        "[feeds.payments]",
        'heartbeat_every = "5m"',
        'sources = ["//bank.example.com/*"]',
        "```",
        "",
        "## Detectors: `[detectors.<id>]`",
        "",
        "A detector has a table of its own; docs/detectors.md has its parameters. What stands",
        "there is taken anew while a worker runs, and so are the files of `detectors_path`; every",
        "other setting needs a restart. [One of your own](own-detectors.md) has a table, too:",
        "`[detectors.own-quote-peeking]`.",
        "",
        "| key | default | meaning |",
        "| --- | --- | --- |",
        *(f"| `{name}` | {default} | {text} |" for name, (default, text) in OF_ANY.items()),
        "",
        "```toml",
        "[detectors.bulk-delete]",
        "threshold = 50",
        'window = "2h"',
        "",
        "[detectors.chat-burst]",
        "enabled = false",
        "",
        "[detectors.account-ring]",
        'mode = "shadow"',
        "",
        "[[detectors.offbook-payment.allow]]",
        'account = "6222000011112222"',
        "until = 2026-12-31",
        'reason = "The escrow account of the joint venture; agreed with finance, ticket FIN-204"',
        "```",
        "",
        "An allowance covers an alert whose last event (`last_event_at`) is not after `until`. It",
        "names at least one id, and each must be the alert's. The first that covers it counts.",
        "",
        "| key of an allowance | meaning |",
        "| --- | --- |",
        *(f"| `{name}` | {meaning} |" for name, meaning in OF_AN_ALLOWANCE.items()),
        "",
        "## Topics",
        "",
        "What `offbook topics create` makes with the settings as delivered. Topics marked * must",
        "have exactly `keyed_partitions` partitions; source topics may have any number.",
        "",
        "| topic | partitions | configs |",
        "| --- | --- | --- |",
    ]
    for topic in all_topics(Settings()):
        configs = ", ".join(f"`{name}={value}`" for name, value in topic.configs.items())
        star = " *" if topic.exact else ""
        lines.append(f"| `{topic.name}`{star} | {topic.partitions} | {configs} |")
    return "\n".join(lines) + "\n"


def _feed_rows() -> list[str]:
    rows = []
    for field in structs.fields(FeedSettings):
        kind, meaning = described(field.type)
        default = "–" if not field.default else f"`{as_in_file(field.default)}`"
        rows.append(f"| `{field.name}` | {default} | {_cell(kind)} | {_cell(meaning)} |")
    return rows


def _default(value: object) -> str:
    return "–" if value is None or value == "" else f"`{as_in_file(value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def stale(root: Path) -> list[str]:
    """The documents that are not what the code says."""
    return [
        path
        for path, text in documents().items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str], root: Path | None = None) -> int:
    """Write the documents, or with `--check` name those that are stale; the exit status."""
    root = root or Path(__file__).parents[3]
    if arguments == ["--check"]:
        names = stale(root)
        for name in names:
            print(f"{name} is stale: run make docs", file=sys.stderr)
        return 1 if names else 0
    if arguments:
        print("usage: python -m offbook.cli.explain.documentation [--check]", file=sys.stderr)
        return 2
    for path, text in documents().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
